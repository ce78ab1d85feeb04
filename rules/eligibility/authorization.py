"""Visits beyond what the payer authorized, or beyond what the order asks for."""

from collections.abc import Iterator, Sequence

from rules.chart import billed_of, disciplines_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import Authorization, Order, Past
from rules.words import Discipline, Indicator

ID = "authorization"
NOBODY_ASKED = NotChecked(
    rule=ID, why="this payer authorizes therapy, and whether it did is not known", quiet=True
)
NO_COUNT = NotChecked(rule=ID, why="how many authorized visits are used is not known", quiet=True)
NO_HISTORY = NotChecked(rule=ID, why="how many ordered visits took place is not known", quiet=True)


def check(visit: Visit, policy: Policy) -> Said:
    """Find visits over the authorized or the ordered number, and name the last one.

    What the EHR says is followed for every payer; Medicare Part B itself authorizes nothing.
    """
    record = visit.record
    if record.authorizations or record.orders:
        said: list[Finding | NotChecked] = []
        for discipline in disciplines_of(visit):
            said += _authorized(record.authorizations or (), discipline, policy)
            said += _ordered(record.orders or (), discipline, visit, policy)
        yield from dict.fromkeys(said)
    if not record.authorizations and policy.get("authorization.needed", bool):
        yield from _missing(visit, policy)


def _missing(visit: Visit, policy: Policy) -> Iterator[Finding | NotChecked]:
    """Ask for the authorization of a payer that wants one, unless all that is billed is exempt."""
    billed = billed_of(visit).codes
    if not visit.planned and billed.issubset(policy.get("authorization.exempt", list)):
        return
    if visit.record.authorizations is None:
        yield NOBODY_ASKED
    else:
        says = "This payer authorizes therapy visits, and no authorization is on file"
        yield _finding(says, "info", policy, "authorization.needed")


def _authorized(
    known: Sequence[Authorization], discipline: Discipline | None, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Judge the authorization that names the discipline, and the one that names none."""
    for scope in dict.fromkeys((discipline, None)):
        held = [a for a in known if a.discipline == scope and a.required is not False]
        if held:
            yield from _held(held, scope or "Therapy", policy)


def _held(
    held: Sequence[Authorization], name: str, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Judge authorizations side by side: one that still has visits is enough."""
    required = any(a.required for a in held)
    if any(a.allowed is None for a in held):
        if required:
            says = f"{name}: authorization is required, and the number of visits is not known"
            yield _finding(says, "info", policy)
        return
    left = {(a.allowed or 0) - a.used: a for a in held if a.used is not None}
    if any(a.used is None for a in held):
        yield NO_COUNT
        return
    most = max(left)
    visit = f"{name}: visit {(left[most].used or 0) + 1} of {left[most].allowed} authorized"
    if most < 1:
        says = f"{visit}; the payer has to authorize more first"
        yield _finding(says, "warning" if required else "info", policy)
    elif most == 1 and required:
        yield _finding(f"{visit}, the last one", "info", policy)


def _ordered(
    orders: Sequence[Order], discipline: Discipline | None, visit: Visit, policy: Policy
) -> Iterator[Finding | NotChecked]:
    """Judge orders side by side: one without a number, or with visits left, is enough."""
    mine = [order for order in orders if order.discipline in {None, discipline}]
    if not mine or any(order.visits is None for order in mine):
        return
    history = visit.record.history
    if history is None:
        yield NO_HISTORY
        return
    counts = [(_number(order, discipline, history, visit), order.visits or 0) for order in mine]
    number, most = max(counts, key=lambda count: count[1] - count[0])
    name = discipline or "Therapy"
    if number > most:
        yield _finding(f"{name}: visit {number} under an order for {most}", "info", policy)
    elif number == most:
        yield _finding(f"{name}: visit {number} of {most} ordered, the last one", "info", policy)


def _number(
    order: Order, discipline: Discipline | None, history: Sequence[Past], visit: Visit
) -> int:
    """Count the days of the discipline's visits since an order, this one included."""
    days = {p.day for p in history if p.discipline == discipline and p.day >= order.authored_on}
    return len(days | {visit.date_of_service})


def _finding(
    says: str, indicator: Indicator, policy: Policy, name: str = "authorization.applies"
) -> Finding:
    return Finding(rule=ID, says=says, codes=(), cite=policy.cite(name), indicator=indicator)
