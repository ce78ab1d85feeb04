"""Codes that the payer never pays: bundled, not valid, not covered, or not by these people."""

from collections.abc import Iterator, Mapping

from rules.chart import billed_of, chart_of
from rules.coverage import CHOSEN
from rules.eligibility.refused import denied_on_request, reason, refused
from rules.model import Finding, Fix, Line, Visit
from rules.policy import Policy

ID = "covered_code"


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find lines the payer never pays; while nothing is billed yet, what is left off the bill.

    A bundled code has no separate charge, so its line is dropped; for others a person chooses what
    to do. What may be billed for a denial is the rule ``notice_modifier``'s to speak of.
    """
    only_for = policy.get("covered_code.only_for", dict)
    if not billed_of(visit).codes.isdisjoint(only_for):
        yield from _conditional(visit, only_for, policy)
    if visit.drafted:
        for code, why in chart_of(visit, policy).unpaid.items():
            if why != "B":
                yield _finding(code, why, (), policy)
        return
    for code, why, lines in refused(visit, policy):
        if not denied_on_request(why, policy):
            yield _finding(code, why, lines, policy)


def _conditional(visit: Visit, only_for: Mapping[str, str], policy: Policy) -> Iterator[Finding]:
    """Say of a code that it is covered for one condition alone, unless a line expects a denial."""
    for code in sorted(billed_of(visit).codes.intersection(only_for)):
        if any(x.code == code and not CHOSEN.intersection(x.modifiers) for x in visit.lines):
            yield Finding(
                rule=ID,
                says=f"{code} is covered {only_for[code]}",
                codes=(code,),
                cite=policy.cite("covered_code.only_for"),
                indicator="info",
            )


def _finding(code: str, why: str, lines: tuple[Line, ...], policy: Policy) -> Finding:
    reasons = policy.get("covered_code.not_paid", dict)
    fixes = (Fix(f"Drop {code}", lines),) if why == "B" else ()
    name = "covered_code.not_paid" if why in reasons else "covered_code.only_for_role"
    return Finding(
        rule=ID,
        says=reason(code, why, policy),
        codes=(code,),
        cite=policy.cite(name),
        indicator="warning" if why == "B" else "critical",
        fixes=fixes,
    )
