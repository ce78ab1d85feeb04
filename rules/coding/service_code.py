"""Every charted service needs a therapy code that can be read."""

from collections.abc import Iterable, Sequence

from rules.chart import chart_of, strays
from rules.model import Finding, Line, Mapped, NotChecked, Said, Visit
from rules.policy import Policy
from rules.recoding import instead

ID = "service_code"


def check(visit: Visit, policy: Policy) -> Said:
    """Ask for the code of services that have none, and name codes that no table here knows."""
    unread, stray = chart_of(visit, policy).unread, strays(visit, policy)
    return _judged(visit, unread, stray, policy) if unread or stray else ()


def _judged(visit: Visit, unread: Sequence[str], stray: Sequence[Line], policy: Policy) -> Said:
    if "" in unread:
        yield from _uncoded([s.mapped for s in visit.services if not s.code], policy)
    billed = {line.code for line in stray if policy.code(line.code) is None}
    strange = sorted(billed.union(unread) - {""})
    if strange:
        why = f"not in the table of therapy codes: {', '.join(strange)}"
        yield NotChecked(rule=ID, why=why)


def _uncoded(meant: Sequence[Mapped | None], policy: Policy) -> Said:
    """Ask for codes: by the candidates where there are any; say once what is not billed."""
    asked = [x for x in meant if x is None or x.action == "ask"]
    bare = sum(x is None or not (x.codes or x.alternatives) for x in asked)
    if bare:
        many = f"{bare} charted services have" if bare > 1 else "A charted service has"
        says = f"{many} no therapy code that can be read; code and minutes are needed to bill it"
        yield _finding(says, (), policy)
    for each in dict.fromkeys(x for x in asked if x and (x.codes or x.alternatives)):
        yield _question(each, policy)
    for why in dict.fromkeys(x.why for x in meant if x and x.action == "nonbillable"):
        why = f"a charted service is not billable on its own: {why}"  # noqa: PLW2901 - told whole
        yield NotChecked(rule=ID, why=why, quiet=True)


def _question(meant: Mapped, policy: Policy) -> Finding:
    """Name the codes that a service may have, as this payer takes them, and what would decide."""
    payers = instead("payer_code", policy)
    codes, others = (
        tuple(dict.fromkeys(payers.get(code, code) for code in found))
        for found in (meant.codes, meant.alternatives)
    )
    if not codes:
        says = f"A charted service may be {_listed(others, 'or')}: {meant.why}"
    elif not others:
        says = f"A charted service names several services, {_listed(codes, 'and')}: {meant.why}"
    else:
        more = f"and one that may be {_listed(others, 'or')}"
        says = f"A charted service names {_listed(codes, 'and')}, {more}: {meant.why}"
    return _finding(says, (*codes, *others), policy)


def _finding(says: str, codes: tuple[str, ...], policy: Policy) -> Finding:
    return Finding(
        rule=ID,
        says=says,
        codes=tuple(dict.fromkeys(codes)),
        cite=policy.cite("service_code.applies"),
        indicator="info",
    )


def _listed(codes: Iterable[str], word: str) -> str:
    *first, last = codes
    return f"{', '.join(first)} {word} {last}" if first else last
