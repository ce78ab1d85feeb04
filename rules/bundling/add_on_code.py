"""An add-on code is paid only beside one of its primary codes, never alone."""

from collections.abc import Iterable, Mapping

from rules.chart import billed_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy

ID = "add_on_code"


def about(policy: Policy) -> Iterable[str]:
    """Return the add-on codes of the day."""
    return _add_ons(policy)


def check(visit: Visit, policy: Policy) -> Said:
    """Find add-on codes billed without a primary code of theirs.

    Nothing is dropped: the primary code may have been forgotten. For a code that is counted by the
    calendar month, the primary code may stand on another day of that month.
    """
    billed = billed_of(visit).codes
    known = _add_ons(policy)
    alone = [code for code in sorted(known.keys() & billed) if known[code].isdisjoint(billed)]
    if alone and policy.find("add_on_code.edition") is None:
        yield NotChecked(rule=ID, why=f"no edition of the add-on code edits covers {policy.day}")
        return
    for code in alone:
        monthly = code in policy.get("add_on_code.monthly", list)
        if monthly and visit.record.history is None:
            why = f"{code}: the services of the month before this visit are not known"
            yield NotChecked(rule=ID, why=why, quiet=True)
        elif not (monthly and _this_month(visit, known[code])):
            yield _finding(code, known[code], visit, policy)


def _add_ons(policy: Policy) -> Mapping[str, frozenset[str]]:
    """Return the add-on codes of the day, each with its primary codes.

    Where no edition covers the day, the table of codes tells what could not be checked.
    """
    known: dict[str, frozenset[str]] | None = policy.memo.get(ID)
    if known is None:
        if policy.find("add_on_code.edition"):
            found = {code: policy.primaries(code) for code in policy.codes}
        else:
            found = {x.code: frozenset(filter(None, [x.add_on_to])) for x in policy.codes.values()}
        known = policy.memo[ID] = {code: needed for code, needed in found.items() if needed}
    return known


def _this_month(visit: Visit, needed: frozenset[str]) -> bool:
    day = visit.date_of_service
    return any(
        past.code in needed and (past.day.year, past.day.month) == (day.year, day.month)
        for past in visit.record.history or ()
    )


def _finding(code: str, needed: frozenset[str], visit: Visit, policy: Policy) -> Finding:
    monthly = code in policy.get("add_on_code.monthly", list)
    primaries = " or ".join(sorted(needed))
    charted = not needed.isdisjoint(service.code for service in visit.services)
    when = "in the same month" if monthly else "on the same day"
    says = f"{code} is not paid alone: it needs {primaries} {when}"
    return Finding(
        rule=ID,
        says=f"{says}, charted but not billed" if charted else says,
        codes=(code,),
        cite=policy.cite("add_on_code.edition"),
        indicator="critical",
    )
