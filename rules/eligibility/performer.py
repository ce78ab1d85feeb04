"""Who may furnish a code: assistants do not evaluate; aides and students do not bill."""

from collections.abc import Iterator
from itertools import chain

from rules.chart import Chart, billed_of, chart_of
from rules.model import Finding, NotChecked, Said, Service, Visit
from rules.people import AS_SAID, OF_PLAN
from rules.policy import Code, Policy

ID = "performer"
EVALUATION = "evaluation"
CITED = {EVALUATION: "performer.no_evaluation", "not payable": "performer.not_payable"}


def check(visit: Visit, policy: Policy) -> Said:
    """Find lines whose service nobody who furnished it may bill, and services nobody is named for.

    While nothing is billed yet, say what is left off the bill instead.
    """
    chart = chart_of(visit, policy)
    if chart.barred:
        yield from _barred(chart, visit, policy)
    codes = chart.unnamed
    if codes and not visit.planned:
        yield Finding(
            rule=ID,
            says=f"Who furnished {', '.join(codes)}? The chart names no role for "
            f"{'it' if len(codes) == 1 else 'them'}",
            codes=codes,
            cite=policy.cite("performer.not_payable"),
            indicator="info",
        )
    if unusual := _unusual(visit, policy):
        why = f"unusual, and left to state law: {', '.join(unusual)}"
        yield NotChecked(rule=ID, why=why, quiet=True)
    if not _own_codes(policy).isdisjoint(billed_of(visit).codes):
        yield from _incident_to(visit, policy)


def _barred(chart: Chart, visit: Visit, policy: Policy) -> Iterator[Finding]:
    billed = {(line.discipline, line.code) for line in visit.lines}
    seen: set[tuple[str, str]] = set()
    for service, why in chart.barred:
        key = (service.discipline, service.code)
        # Where an able person furnished the code too, the line is theirs, and counted without this.
        # What is not billed needs no word, but for an evaluation: it is no evaluation at all.
        theirs = key in chart.by_code or key not in billed
        quiet = theirs and not visit.drafted and why != EVALUATION
        if quiet or (service.code, why) in seen:
            continue
        seen.add((service.code, why))
        yield Finding(
            rule=ID,
            says=_says(service, policy.codes[service.code], why),
            codes=(service.code,),
            cite=policy.cite(CITED.get(why, "performer.applies")),
            indicator="critical",
        )


def _says(service: Service, code: Code, why: str) -> str:
    people = " and ".join(AS_SAID[role] for role in service.roles)
    if why == EVALUATION:
        return f"{service.code} is an evaluation; {people} may not furnish it"
    if why == "plan":
        return f"{service.code} belongs to a plan of care for {OF_PLAN[code.only]} alone"
    return f"{service.code} by {people} is not billable"


def _unusual(visit: Visit, policy: Policy) -> dict[str, None]:
    """Return codes seldom billed by a discipline; practice and state law vary."""
    said: dict[str, None] = {}
    for line in visit.lines:
        code = policy.codes.get(line.code)
        if code and line.discipline and line.discipline not in code.disciplines and not code.only:
            said[f"{line.code} by {line.discipline}"] = None
    return said


def _incident_to(visit: Visit, policy: Policy) -> Iterator[NotChecked]:
    """List what people bill who furnish no payable therapy: it is paid as a physician's service."""
    billed = billed_of(visit).codes
    for role, codes in policy.get("performer.own_codes", dict).items():
        for code in billed.intersection(codes):
            if any(s.code == code and s.roles == (role,) for s in visit.services):
                why = f"{code} by {AS_SAID[role]} {policy.get('performer.incident_to', str)}"
                yield NotChecked(rule=ID, why=why, quiet=True)


def _own_codes(policy: Policy) -> frozenset[str]:
    """Return all codes that such people have of their own."""
    known: frozenset[str] | None = policy.memo.get(ID)
    if known is None:
        every = policy.get("performer.own_codes", dict).values()
        known = policy.memo[ID] = frozenset(chain.from_iterable(every))
    return known
