"""Modifiers that contradict each other, stand on the wrong code, or are too many for the line.

Authority: CMS MLN1783722; Medicare Claims Processing Manual ch. 5, §10.6 and §20.1; the pages of
Medicare contractors that the values cite.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rules.chart import Billed, billed_of
from rules.model import Finding, Fix, Line, Visit
from rules.modifiers.order import added
from rules.policy import Code, Policy
from rules.words import Indicator

ID = "modifier_conflict"
REDUNDANT, VISITS, NEVER_ON_VISITS = "redundant", "visits", "never_on_visits"
PAIRS: dict[str, Indicator] = {
    REDUNDANT: "warning",
    "one_assistant": "warning",
    "one_plan": "warning",
    "opposed": "warning",
    "opposed_notices": "warning",
    "opposed_treatment": "warning",
    "remembered_pairs": "info",
}
"""Values that name two modifiers, the rarer last, and why one line does not carry both."""
ONLY_ON = (VISITS, "active_treatment")
"""Values that name a modifier and the only codes it may stand on."""
NEVER_ON: dict[str, Indicator] = {
    NEVER_ON_VISITS: "warning",
    "never_on_therapy": "info",
    "never_on_timed": "info",
}
"""Values that name modifiers and why they do not stand on one kind of code."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, and the value that says so."""

    value: str
    text: str
    indicator: Indicator = "warning"
    drop: str = ""
    """The modifier to be taken away, because it is unlawful there whatever the facts are."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What to look for under one policy, worked out once."""

    alone: frozenset[str]
    """Modifiers that may stand on the wrong code."""
    visits: frozenset[str]
    """Codes of visits, and the modifiers that do not belong on them."""
    never_on_visits: frozenset[str]
    together: tuple[tuple[frozenset[str], Fault], ...]
    """Pairs that one line does not carry."""
    rarer: frozenset[str]
    """One modifier of each pair: without any of these there is no pair."""
    room: int
    """Modifiers that a claim line has room for."""

    def passes(self, billed: Billed) -> bool:
        """Tell whether nothing can be wrong with lines that hold these between them."""
        modifiers = billed.modifiers
        if not self.alone.isdisjoint(modifiers) or len(modifiers) > self.room:
            return False
        if not self.rarer.isdisjoint(modifiers) and self.pairs(modifiers):
            return False
        return self.visits.isdisjoint(billed.codes) or self.never_on_visits.isdisjoint(modifiers)

    def pairs(self, modifiers: frozenset[str]) -> list[Fault]:
        """Return what is wrong when one line carries all of these."""
        return [fault for pair, fault in self.together if pair <= modifiers]


def check(visit: Visit, policy: Policy) -> Iterable[Finding]:
    """Find what is wrong with each line's modifiers, and say the same thing once for all lines."""
    watch = _watch(policy)
    return () if watch.passes(billed_of(visit)) else _judged(visit, watch, policy)


def _judged(visit: Visit, watch: Watch, policy: Policy) -> Iterator[Finding]:
    found: dict[tuple[Fault, ...], list[Line]] = {}
    for line in visit.lines:
        faults = tuple(_faults(line, watch, policy))
        unlawful = tuple([fault for fault in faults if fault.drop])
        others = [(fault,) for fault in faults if not fault.drop]
        for key in ([unlawful] if unlawful else []) + others:
            found.setdefault(key, []).append(line)
    for key, lines in found.items():
        yield _finding(key, tuple(lines), policy)


def _watch(policy: Policy) -> Watch:
    known: Watch | None = policy.memo.get(ID)
    if known is None:
        names = (*ONLY_ON, "never_on_therapy", "never_on_timed")
        pairs = list(_pairs(policy))
        known = policy.memo[ID] = Watch(
            alone=frozenset([m for name in names for m in _table(name, policy)]),
            visits=frozenset(_table(VISITS, policy)["25"]),
            never_on_visits=frozenset(_table(NEVER_ON_VISITS, policy)),
            together=tuple([(frozenset(pair), fault) for pair, fault in pairs]),
            rarer=frozenset([pair[1] for pair, _ in pairs]),
            room=policy.get("modifier_conflict.room", int),
        )
    return known


def _pairs(policy: Policy) -> Iterator[tuple[list[str], Fault]]:
    for name, indicator in PAIRS.items():
        for pair, why in _table(name, policy).items():
            one, two = pair.split()
            drop = one if name == REDUNDANT else ""
            yield [one, two], Fault(name, f"{one} and {two} {why}", indicator, drop)


def _faults(line: Line, watch: Watch, policy: Policy) -> Iterator[Fault]:
    modifiers = frozenset(line.modifiers)
    if not watch.rarer.isdisjoint(modifiers):
        yield from watch.pairs(modifiers)
    code = policy.code(line.code)
    if code:
        yield from _misplaced(line, code, watch, policy)
    if len(line.modifiers) > watch.room:
        much = f"{len(line.modifiers)} modifiers, and a claim line has room for {watch.room}"
        yield Fault("room", much)


def _misplaced(line: Line, code: Code, watch: Watch, policy: Policy) -> Iterator[Fault]:
    """Find modifiers on a code they do not belong on; what no table knows is let be."""
    for name in ONLY_ON:
        for modifier, codes in _table(name, policy).items():
            if modifier in line.modifiers and code.code not in codes:
                span = f"{codes[0]}–{codes[-1]}"
                yield Fault(name, f"{modifier} belongs on {span} only", drop=modifier)
    applies = {
        NEVER_ON_VISITS: code.code in watch.visits,
        "never_on_therapy": code.therapy != "none",
        "never_on_timed": code.kind == "timed",
    }
    for name, indicator in NEVER_ON.items():
        for modifier, why in _table(name, policy).items() if applies[name] else ():
            if modifier in line.modifiers:
                yield Fault(name, f"{modifier} {why}", indicator)


def _table(name: str, policy: Policy) -> dict[str, Any]:
    return policy.get(f"modifier_conflict.{name}", dict)


def _finding(faults: tuple[Fault, ...], lines: tuple[Line, ...], policy: Policy) -> Finding:
    codes = tuple(dict.fromkeys([line.code for line in lines]))
    return Finding(
        rule=ID,
        says=f"{', '.join(codes)}: {'; '.join([fault.text for fault in faults])}",
        codes=codes,
        cite=policy.cite(f"modifier_conflict.{faults[0].value}"),
        indicator=faults[0].indicator,
        fixes=tuple(_fixes(faults, lines, ", ".join(codes), policy)),
    )


def _fixes(
    faults: tuple[Fault, ...], lines: tuple[Line, ...], codes: str, policy: Policy
) -> Iterator[Fix]:
    gone = {fault.drop: None for fault in faults if fault.drop}
    if gone:
        new = tuple([_changed(line, gone) for line in lines])
        yield Fix(f"Remove {' and '.join(gone)} from {codes}", lines, new)
    if faults[0].value == NEVER_ON_VISITS:
        wrong = _table(NEVER_ON_VISITS, policy)
        new = tuple([_changed(line, wrong, "25") for line in lines])
        fact = policy.get("modifier_conflict.choice_for_visits", str).format(code=codes)
        yield Fix(f"Put 25 on {codes} instead", lines, new, fact)


def _changed(line: Line, gone: dict[str, None] | dict[str, str], new: str = "") -> Line:
    kept = tuple([m for m in line.modifiers if m not in gone])
    return line.carrying(added(kept, new) if new else kept)
