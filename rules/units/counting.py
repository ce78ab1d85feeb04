"""Counting 15-minute units.

Authority: Medicare Claims Processing Manual (Pub. 100-04), chapter 5, section 20.2.C, for the
pooled count; CPT's midpoint convention for the count of each code alone.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

UNIT = 15
MIDPOINT = 8


def units_for(minutes: int) -> int:
    """Return the units that a number of one-on-one minutes earns.

    >>> [units_for(m) for m in (7, 8, 22, 23, 37, 38, 127, 128)]
    [0, 1, 1, 2, 2, 3, 8, 9]
    """
    return (minutes + UNIT - MIDPOINT) // UNIT


def window(units: int) -> str:
    """Return the minutes that earn exactly a number of units, as CMS prints them.

    >>> window(0), window(3)
    ('0–7', '38–52')
    """
    return f"{max(0, units * UNIT - 7)}–{units * UNIT + 7}"


@lru_cache(maxsize=64)
def earning(units: int) -> str:
    """Say which minutes earn a number of units; written once for each of the few that a day has.

    >>> earning(3)
    '38–52 minutes earn 3 units'
    """
    return f"{window(units)} minutes earn {plural(units)}"


@lru_cache(maxsize=256)
def divided(minutes: int) -> str:
    """Divide minutes by the quarter hour; written once for each number that a service lasts.

    >>> divided(23)
    '23 min = 1 × 15 + 8'
    """
    whole, left = divmod(minutes, UNIT)
    return f"{minutes} min = {whole} × 15 + {left}"


def fits(minutes: Mapping[str, int], units: Mapping[str, int]) -> bool:
    """Tell whether units are a correct spread of the pooled minutes.

    Every whole quarter hour belongs to its own code; the units left over go to the codes with the
    most minutes left over. Equal remainders may go either way, so several spreads can fit. So does
    one unit for the longest of services of 7 minutes or less that together reach 8.

    >>> fits({"97110": 33, "97140": 7}, {"97110": 2, "97140": 1})
    True
    >>> fits({"97110": 33, "97140": 7}, {"97110": 3, "97140": 0})
    False
    >>> fits({"97110": 20, "97140": 5, "97112": 4}, {"97110": 1, "97140": 1})
    True
    """
    if sum(units.values()) != units_for(sum(minutes.values())):
        return False
    return _largest_first(minutes, units) or _shortest_together(minutes, units)


def _largest_first(minutes: Mapping[str, int], units: Mapping[str, int]) -> bool:
    """Tell whether each code has its whole quarter hours, and the largest remainders the rest."""
    given, passed_over = [UNIT], [0]
    for code, m in minutes.items():
        extra = units.get(code, 0) - m // UNIT
        if extra == 0:
            passed_over.append(m % UNIT)
        elif extra == 1:
            given.append(m % UNIT)
        else:
            return False
    return min(given) >= max(passed_over)


def _shortest_together(minutes: Mapping[str, int], units: Mapping[str, int]) -> bool:
    """Tell whether services of 7 minutes or less share one unit, billed for the longest of them."""
    short = {code: m for code, m in minutes.items() if m < MIDPOINT}
    given = [code for code in short if units.get(code)]
    if sum(short.values()) < MIDPOINT or len(given) != 1:
        return False
    alone = units[given[0]] == 1 and short[given[0]] == max(short.values())
    rest = {code: m for code, m in minutes.items() if code not in short}
    return alone and _largest_first(rest, units)


def spread(minutes: Mapping[str, int], prefer: Mapping[str, int]) -> dict[str, int]:
    """Return the spread that fits and is nearest to what is billed.

    Ties go to the code that is billed for more than its whole quarter hours, then to the longer
    service, then to the lower code number: never to the price.

    >>> spread({"97110": 18, "97140": 13, "97116": 10, "97035": 8}, {})
    {'97110': 1, '97140': 1, '97116': 1, '97035': 0}
    >>> spread({"97112": 20, "97110": 20}, {"97112": 3})
    {'97112': 2, '97110': 1}
    >>> spread({"97110": 20, "97112": 35}, {})
    {'97110': 1, '97112': 3}
    """
    left = units_for(sum(minutes.values()))
    units: dict[str, int] = {}
    turns: list[tuple[int, bool, int, str]] = []
    for code, m in minutes.items():
        whole = units[code] = m // UNIT
        left -= whole
        turns.append((whole * UNIT - m, prefer.get(code, 0) <= whole, -m, code))
    turns.sort()
    for turn in turns[:left]:
        units[turn[-1]] += 1
    return units


def midpoint(minutes: Mapping[str, int]) -> dict[str, int]:
    """Return the units of each code counted by itself (CPT midpoint).

    >>> midpoint({"97110": 33, "97140": 7})
    {'97110': 2, '97140': 0}
    """
    return {code: units_for(m) for code, m in minutes.items()}


def worked(minutes: Mapping[str, int], units: Mapping[str, int]) -> list[str]:
    """Show the pooled count line by line, and which codes took the units left over."""
    added, split, took, given, passed_over = [], [], [], [], []
    for code, m in minutes.items():
        whole, left = m // UNIT, m % UNIT
        added.append(f"{m} ({code})")
        split.append(f"{code}: {divided(m)}")
        if units[code] > whole:
            took.append(f"{code} ({left} min)")
            given.append(left)
        else:
            passed_over.append(left)
    total = sum(minutes.values())
    all_of_it = f"{' + '.join(added)} = {total}" if len(added) > 1 else added[0]
    lines = [f"{all_of_it} timed minutes", earning(units_for(total)), *split]
    if took:
        word = "remainder" if len(took) == 1 else "remainders"
        lines.append(f"{plural(len(took))} left over to the largest {word}: {', '.join(took)}")
        if min(given) in passed_over:
            lines.append("Equal remainders: either code may take it")
    return lines


def worked_alone(minutes: Mapping[str, int]) -> Iterator[str]:
    """Show the count of each code by itself, line by line."""
    for code, m in minutes.items():
        yield f"{code}: {m} min, {earning(units_for(m))}"


def plural(units: int) -> str:
    """Write a number of units.

    >>> plural(1), plural(3)
    ('1 unit', '3 units')
    """
    return f"{units} unit" if units == 1 else f"{units} units"


def shown(units: Mapping[str, int]) -> str:
    """Write units by code, leaving out codes that earn none.

    >>> shown({"97110": 2, "97140": 0})
    '97110 ×2'
    """
    return ", ".join([f"{code} ×{n}" for code, n in units.items() if n]) or "nothing"
