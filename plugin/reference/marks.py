"""Which modifiers a code may need, payer by payer: what each payer's rules of the day say."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from plugin.reference.library import Library
from plugin.reference.opening import choices_for
from plugin.reference.people import NAMES
from plugin.reference.statements import Said, cited, kept, listed, said
from plugin.rulebook import BASE_PAYER
from rules.bundling.ptp_edit import NEVER
from rules.coverage import unpaid
from rules.eligibility.refused import denied_on_request
from rules.model import Cite
from rules.policy import Code, Policy

NEVER_ON = "never: "
WAYS = {"video": "live video", "audio": "audio alone"}
POOLS = {
    "kx_threshold.threshold_pt_slp": ({"PT", "SLP"}, "physical and speech therapy together"),
    "kx_threshold.threshold_ot": ({"OT"}, "occupational therapy"),
}
METHOD = {
    "pooled": "adds the minutes of a day's quarter-hour codes, as CMS does",
    "per_code": "counts the minutes of each code alone (CPT midpoint)",
    "unknown": "has a unit rule not known here: CMS's count and the midpoint are both shown",
}


Written = Iterator[tuple[str, str, str]]
"""Modifier, when it stands on a line, and the value that says so."""
Writer = Callable[[Code, Policy], Written]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A modifier, when a line of the code carries it, and who says so."""

    modifier: str
    rule: str
    says: str
    cite: Cite


def modifiers(code: Code, library: Library, policy: Policy) -> list[Said]:
    """Return the modifiers that a code may need under one payer."""
    return [
        kept(
            modifier=x.modifier,
            says=x.says.removeprefix(NEVER_ON),
            never=x.says.startswith(NEVER_ON),
            rule=x.rule,
            cite=cited(x.cite),
        )
        for x in marks(code, policy, library.in_pairs)
    ]


def marks(code: Code, policy: Policy, columns: Collection[str]) -> Iterator[Mark]:
    """Return the modifiers that a code may need under one payer.

    ``columns`` are all codes that may be column one of an edit. A code that is not valid on the
    day, or never paid, carries none but those that ask for its denial.
    """
    if not code.in_force(policy.day):
        return
    writers: Mapping[str, Writer] = {"ptp_edit": partial(_apart, columns), **WRITERS}
    if unpaid(code, (), policy):
        writers = DENIED
    for rule, write in writers.items():
        if policy.applies(rule):
            for modifier, says, value in write(code, policy):
                yield Mark(modifier=modifier, rule=rule, says=says, cite=policy.cite(value))


def _apart(columns: Collection[str], code: Code, policy: Policy) -> Written:
    """Say beside which codes a modifier sets this one apart, where it is column two."""
    if policy.find("ptp_edit.edition") is None:
        return
    under: dict[str, list[str]] = {}
    for one in sorted(columns):
        edit, row = policy.edit(one, code.code), policy.code(one)
        if edit and edit.indicator != NEVER and (row is None or row.in_force(policy.day)):
            under.setdefault(choices_for(one, code.code, policy), []).append(one)
    for value, ones in under.items():
        modifier = listed([*policy.get(value, dict)], "or")
        says = f"where it was truly separate from {listed(ones, 'or')}"
        yield modifier, says, value


def _plan(code: Code, policy: Policy) -> Written:
    """Say which plan of care's modifier stands on it."""
    value = "discipline_modifier.by_discipline"
    if code.therapy == "none":
        return
    when = "always" if code.therapy == "always" else "when a therapist furnished it"
    for discipline, modifier in policy.get(value, dict).items():
        if (code.only or modifier) == modifier and discipline in code.disciplines:
            yield modifier, f"{when}, under a plan of care for {NAMES[discipline]}", value


def _assistant(code: Code, policy: Policy) -> Written:
    """Say when an assistant's part shows on the line."""
    value = "assistant_modifier.by_discipline"
    if code.contact == "evaluation":
        return
    by_discipline = policy.get(value, dict)
    mine = [m for d, m in by_discipline.items() if d in code.disciplines]
    if code.code in policy.get("assistant_modifier.exempt_codes", list):
        if mine:
            yield (
                listed(mine, "and"),
                f"{NEVER_ON}nobody's time is in this code",
                "assistant_modifier.exempt_codes",
            )
        return
    for discipline, modifier in by_discipline.items():
        if discipline in code.disciplines:
            says = f"on units an assistant in {NAMES[discipline]} furnished over 10 % of alone"
            yield modifier, says, value


def _threshold(code: Code, policy: Policy) -> Written:
    """Say from which amounts of a year KX is due."""
    if code.therapy == "none":
        return
    for name, (disciplines, said_of) in POOLS.items():
        row = policy.find(name)
        if row and not disciplines.isdisjoint(code.disciplines):
            yield "KX", f"past ${row.value:,} of {said_of} in the year, if it is needed", name


def _active(code: Code, policy: Policy) -> Written:
    """Say what chiropractic manipulation carries."""
    if code.code in policy.get("active_treatment.codes", list):
        yield "AT", "active, corrective treatment", "active_treatment.codes"
        for modifier, fact in policy.get("active_treatment.maintenance", dict).items():
            yield modifier, f"if {fact}", "active_treatment.maintenance"


def _telehealth(code: Code, policy: Policy) -> Written:
    """Say how a line tells that the patient was reached from afar."""
    row = policy.find("telehealth.eligible")
    if row is None or not row.value or code.contact == "remote":
        return
    codes = policy.get("telehealth.codes", list)
    if not codes or code.code in codes:
        for way, modifier in policy.get("telehealth.modifiers", dict).items():
            yield modifier, f"telehealth by {WAYS[way]}", "telehealth.modifiers"


def _denial(code: Code, policy: Policy) -> Written:
    """Say what asks for a denial of a code that is never covered."""
    why = unpaid(code, (), policy)
    if why and denied_on_request(why, policy):
        for modifier, fact in policy.get("notice_modifier.excluded", dict).items():
            yield modifier, f"if {fact}", "notice_modifier.excluded"


def _never(code: Code, policy: Policy) -> Written:
    """Say what never stands on therapy, and on timed codes."""
    kinds = {"never_on_therapy": code.therapy != "none", "never_on_timed": code.kind == "timed"}
    for name, holds in kinds.items():
        for modifier, why in policy.get(f"modifier_conflict.{name}", dict).items():
            if holds:
                yield modifier, f"{NEVER_ON}it {why}", f"modifier_conflict.{name}"


WRITERS: Mapping[str, Writer] = {
    "discipline_modifier": _plan,
    "assistant_modifier": _assistant,
    "kx_threshold": _threshold,
    "active_treatment": _active,
    "telehealth": _telehealth,
    "modifier_conflict": _never,
}
DENIED: Mapping[str, Writer] = {"notice_modifier": _denial}


def payers(code: Code, library: Library, day: date) -> list[Said]:
    """Return what differs from Medicare, payers that differ alike together."""
    base = library.policy(day)
    medicares = [*marks(code, base, library.in_pairs)]
    groups: dict[tuple[tuple[str, Cite], ...], list[str]] = {}
    for payer, title in library.payers.items():
        if payer != BASE_PAYER:
            own = library.book.policy(payer, day)
            theirs = [*marks(code, own, library.in_pairs)]
            differs = *_differences(medicares, theirs, own), *_code(code, own, base)
            groups.setdefault(differs, []).append(title)
    return [
        kept(payers=titles, same=not told, differs=[said(says, cite) for says, cite in told])
        for told, titles in groups.items()
    ]


def _differences(
    medicares: Sequence[Mark], theirs: Sequence[Mark], own: Policy
) -> Iterator[tuple[str, Cite]]:
    """Say which modifiers a payer takes otherwise than Medicare."""
    yield from _absent(medicares, own)
    known = {(x.modifier, x.rule): x.says for x in medicares}
    for x in theirs:
        if known.get((x.modifier, x.rule)) != x.says:
            yield f"{x.modifier}: {x.says}", x.cite


def _code(code: Code, own: Policy, base: Policy) -> Iterator[tuple[str, Cite]]:
    """Say what else a payer does otherwise with one code."""
    row = own.find("timed_units.method")
    if code.kind == "timed" and row and row != base.find("timed_units.method"):
        yield METHOD[row.value], row.cite
    yield from _code_taken(code, own, base)


def _absent(medicares: Iterable[Mark], own: Policy) -> Iterator[tuple[str, Cite]]:
    """Name the modifiers whose rule this payer is not known to follow."""
    gone: dict[Cite, dict[str, None]] = {}
    for x in medicares:
        row = own.find(f"{x.rule}.applies")
        if row and not own.applies(x.rule):
            # One citation, from whichever day each rule began.
            gone.setdefault(replace(row.cite, effective=""), {})[x.modifier] = None
    for cite, found in gone.items():
        yield f"not presumed: {', '.join(found)}; the payer's own contract decides", cite


def _code_taken(code: Code, own: Policy, base: Policy) -> Iterator[tuple[str, Cite]]:
    """Say whether a payer takes a code that Medicare does not pay, or bills otherwise."""
    row = own.find("covered_code.applies")
    if row and unpaid(code, (), base) and not own.applies("covered_code"):
        cite = replace(row.cite, effective="")
        yield f"may take {code.code}: that Medicare does not pay it says nothing here", cite
