"""Units that an assistant furnished in whole or in part carry CQ (PT) or CO (OT).

A code furnished partly by an assistant becomes two lines: with and without the modifier.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rules.chart import Chart, Key, billed_of, chart_of
from rules.model import Finding, Fix, Line, Service, Visit
from rules.modifiers.assistance import Counts, assisted_units, in_part
from rules.modifiers.order import added
from rules.policy import Policy
from rules.units.counting import plural

ID = "assistant_modifier"
ASSISTED = frozenset({"CQ", "CO"})


def check(visit: Visit, policy: Policy) -> Iterable[Finding]:
    """Compare each code's assistant units with the minutes that assistants furnished alone."""
    chart = chart_of(visit, policy)
    if not chart.assisted and ASSISTED.isdisjoint(billed_of(visit).modifiers):
        return ()
    return _by_minutes(visit, chart, policy)


def _by_minutes(visit: Visit, chart: Chart, policy: Policy) -> Iterator[Finding]:
    if visit.setting in policy.get("assistant_modifier.exempt_settings", list):
        return
    by_discipline = policy.get("assistant_modifier.by_discipline", dict)
    exempt = policy.get("assistant_modifier.exempt_codes", list)
    for key, lines in _by_code(visit.lines).items():
        modifier = by_discipline.get(key[0])
        services = chart.by_code.get(key) or _behind(key, lines, visit, policy)
        if modifier is None or not services or not all(s.roles for s in services):
            continue
        lawful = frozenset({0}) if key[1] in exempt else _lawful(key, services, lines, policy)
        finding = _judged(lines, services, lawful, modifier, policy)
        if finding:
            yield finding


def _by_code(lines: Sequence[Line]) -> Mapping[Key, list[Line]]:
    found: dict[Key, list[Line]] = {}
    for line in lines:
        found.setdefault((line.discipline, line.code), []).append(line)
    return found


def _behind(key: Key, lines: Sequence[Line], visit: Visit, policy: Policy) -> tuple[Service, ...]:
    """Return the services behind lines whose code is not in the chart.

    Those that the lines name, else those under the code that theirs adds to.
    """
    names = {name for line in lines for name in line.services}
    code = policy.code(key[1])
    added_to = chart_of(visit, policy).by_code.get((key[0], code.add_on_to if code else ""), ())
    return tuple(s for s in visit.services if s.id in names) or added_to


def _lawful(key: Key, services: Sequence[Service], lines: Sequence[Line], policy: Policy) -> Counts:
    """Return how many units may carry the modifier; empty when the chart does not tell."""
    units = sum(line.units for line in lines)
    alone = {service.by_assistant for service in services}
    if len(alone) == 1:
        return frozenset({units if alone.pop() else 0})
    if any(service.minutes is None for service in services):
        return frozenset()
    total = sum(service.minutes or 0 for service in services)
    assistant = sum(service.minutes or 0 for service in services if service.by_assistant)
    if policy.codes[key[1]].kind == "timed":
        exception = policy.get("assistant_modifier.midpoint_exception", bool)
        return assisted_units(total - assistant, assistant, units, exception=exception)
    return frozenset(units * yes for yes in in_part(assistant, total)) if total else frozenset()


def _judged(
    lines: Sequence[Line],
    services: Sequence[Service],
    lawful: Counts,
    modifier: str,
    policy: Policy,
) -> Finding | None:
    """Return what is wrong with a code's lines, or None; an unlawful pairing is always wrong."""
    other = ASSISTED - {modifier}
    carried = sum(line.units for line in lines if modifier in line.modifiers)
    paired = not any(other.intersection(line.modifiers) for line in lines)
    if not lawful:
        return None if paired else _unpaired(lines, modifier, policy)
    if paired and carried in lawful:
        return None
    assisted = max(lawful)
    plain = sum(line.units for line in lines) - assisted
    code = lines[0].code
    return Finding(
        rule=ID,
        says=f"{code}: {_share(services)}, so {plural(assisted)} with {modifier}, {plain} without",
        codes=(code,),
        cite=policy.cite("assistant_modifier.midpoint_exception"),
        worked=_worked(code, services, assisted, plain, modifier),
        fixes=(
            Fix(
                _label(code, assisted, plain, modifier),
                tuple(lines),
                _split(lines, services, assisted, modifier),
            ),
        ),
    )


def _unpaired(lines: Sequence[Line], modifier: str, policy: Policy) -> Finding:
    """CQ goes with GP and CO with GO; a claim with the wrong pair is returned unprocessed."""
    other = "CO" if modifier == "CQ" else "CQ"
    wrong = tuple(line for line in lines if other in line.modifiers)
    new = tuple(
        replace(x, modifiers=tuple(modifier if m == other else m for m in x.modifiers))
        for x in wrong
    )
    code = lines[0].code
    return Finding(
        rule=ID,
        says=f"{code} carries {other}, but the assistant's modifier of this plan is {modifier}",
        codes=(code,),
        cite=policy.cite("assistant_modifier.by_discipline"),
        fixes=(Fix(f"Replace {other} with {modifier} on {code}", wrong, new),),
    )


def _split(
    lines: Sequence[Line], services: Sequence[Service], assisted: int, modifier: str
) -> tuple[Line, ...]:
    """Return the code's lines as they should read: the therapist's first, then the assistant's.

    Each keeps the stored line that already stood for it, with its other modifiers.
    """
    with_it = [line for line in lines if modifier in line.modifiers]
    without = [line for line in lines if modifier not in line.modifiers]
    plain = sum(line.units for line in lines) - assisted
    first = (without or lines)[0]
    bare = tuple(m for m in first.modifiers if m not in ASSISTED)
    made = []
    if plain:
        ids = tuple(s.id for s in services if not s.by_assistant)
        made.append(replace(first, units=plain, modifiers=bare, services=ids))
    if assisted:
        base = with_it[0] if with_it else replace(first, id="" if plain else first.id)
        kept = tuple(m for m in base.modifiers if m not in ASSISTED)
        ids = tuple(s.id for s in services if s.by_assistant)
        if plain and base.id == first.id:
            base = replace(base, id="")
        made.append(replace(base, units=assisted, modifiers=added(kept, modifier), services=ids))
    return tuple(made)


def _share(services: Sequence[Service]) -> str:
    """Say who furnished how much, as charted."""
    if all(service.by_assistant for service in services):
        return "furnished by an assistant"
    if not any(service.by_assistant for service in services):
        return "furnished by a therapist"
    assistant = sum(s.minutes or 0 for s in services if s.by_assistant)
    therapist = sum(s.minutes or 0 for s in services if not s.by_assistant)
    return f"therapist {therapist} min, assistant {assistant} min"


def _worked(
    code: str, services: Sequence[Service], assisted: int, plain: int, modifier: str
) -> tuple[str, ...]:
    share = _share(services)
    return (f"{code}: {share}: {plural(plain)} plain, {plural(assisted)} {modifier}",)


def _label(code: str, assisted: int, plain: int, modifier: str) -> str:
    if assisted and plain:
        return f"Split {code}: ×{plain} without {modifier}, ×{assisted} with"
    return f"Add {modifier} to {code}" if assisted else f"Remove the assistant modifier from {code}"
