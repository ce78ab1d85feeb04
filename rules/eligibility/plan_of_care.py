"""Therapy is under a plan of care, and a physician certifies the plan in time.

Authority: Medicare Benefit Policy Manual ch. 15, §220.1.2 and §220.1.3; 89 FR 97912 for orders.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from rules.eligibility.therapy import Codes, evaluated, named, therapy_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import Order, Plan
from rules.words import Discipline, Indicator

ID = "plan_of_care"
UNKNOWN = (NotChecked(rule=ID, why="plans of care are not known", quiet=True),)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a plan; ``by`` names the value broken, empty when it cannot be told."""

    says: str
    by: str = ""
    indicator: Indicator = "warning"


def check(visit: Visit, policy: Policy) -> Said:
    """Ask of each discipline that bills therapy whether a plan covers the day and is certified."""
    plans = visit.record.plans
    if plans is None:
        return UNKNOWN if therapy_of(visit, policy) else ()
    return [
        _said(discipline, codes, fault, policy)
        for discipline, codes in therapy_of(visit, policy).items()
        if (fault := _judged(visit, policy, discipline, plans))
    ]


def _judged(
    visit: Visit, policy: Policy, discipline: Discipline | None, plans: tuple[Plan, ...]
) -> Fault | None:
    """Return what is wrong, or None; one good plan is enough, else the latest one is judged."""
    mine = sorted((p for p in plans if p.discipline in {None, discipline}), key=_age)
    if not mine:
        # An evaluation is what the plan is made from: it may stand before any plan.
        return None if evaluated(visit, policy, discipline) else _without(visit, policy)
    faults = [_fault(plan, discipline, visit, policy) for plan in mine]
    if None in faults:
        return None
    return next((f for f in faults if f and not f.by), faults[-1])


def _without(visit: Visit, policy: Policy) -> Fault:
    """Miss a plan; before treatment it is not known whether the patient comes to be evaluated."""
    says = f"no plan of care covers {policy.day}"
    if visit.planned:
        return Fault(f"{says}; one is needed for more than an evaluation", "applies", "info")
    return Fault(f"{says}; establish the plan, or put it on file", "applies")


def _fault(plan: Plan, discipline: Discipline | None, visit: Visit, policy: Policy) -> Fault | None:
    through = plan.certified_through
    if through and visit.date_of_service > through:
        ended = "ends" if visit.planned else "ended"
        says = f"the certification {ended} on {through}; have the physician recertify the plan"
        return Fault(says, "certified_days")
    if not plan.signed_on and (fault := _uncertified(plan, discipline, visit, policy)):
        return fault
    return None if through else _lapsed(plan, visit, policy)


def _uncertified(
    plan: Plan, discipline: Discipline | None, visit: Visit, policy: Policy
) -> Fault | None:
    """Judge a plan without a signature: its first days pass, and since 2025 an order may do."""
    first = _first_day(plan, policy)
    if plan.evaluated_on is None or first is None:
        return Fault("the plan of care says neither when it was signed nor when the evaluation was")
    due = first + timedelta(days=policy.get("plan_of_care.signature_days", int))
    if visit.date_of_service <= due:
        return None
    unsigned = f"the plan of care {'is' if visit.planned else 'was'} not signed by {due}"
    if not policy.get("plan_of_care.order_suffices", bool):
        return Fault(f"{unsigned}; get the physician's signature", "signature_days")
    if plan.sent_on and plan.sent_on > due:
        says = f"{unsigned}, and went out only on {plan.sent_on}; get the physician's signature"
        return Fault(says, "order_suffices")
    orders = visit.record.orders
    if orders is None:
        return Fault(f"{unsigned}; whether a signed order is on file is not known")
    return _unordered(unsigned, plan.sent_on, ordered=_ordered(orders, discipline))


def _unordered(unsigned: str, sent: date | None, *, ordered: bool) -> Fault | None:
    """Say what is missing of an order and a plan sent in time, which stand for a signature."""
    if ordered and sent:
        return None
    instead = "get the physician's signature"
    if ordered:
        unsigned += ", nor is it shown as sent"
        instead += ", or record the day it went out"
    elif sent:
        unsigned += ", and no signed order is on file"
        instead += ", or file the order"
    return Fault(f"{unsigned}; {instead}", "order_suffices")


def _ordered(orders: tuple[Order, ...], discipline: Discipline | None) -> bool:
    return any(order.discipline in {None, discipline} for order in orders)


def _lapsed(plan: Plan, visit: Visit, policy: Policy) -> Fault | None:
    """Judge a plan that does not say through when it is certified: the longest time allowed."""
    first = _first_day(plan, policy)
    if first is None:
        return Fault("the plan of care does not say through when it is certified")
    soon = first + timedelta(days=policy.get("plan_of_care.signature_days", int))
    if plan.signed_on and plan.signed_on > soon:
        first = plan.signed_on  # so late a signature may be a recertification
    days = policy.get("plan_of_care.certified_days", int)
    end = first + timedelta(days=days)
    if visit.date_of_service <= end:
        return None
    ended = "end" if visit.planned else "ended"
    says = f"{days} days of certification {ended} on {end}; have the physician recertify the plan"
    return Fault(says, "certified_days")


def _first_day(plan: Plan, policy: Policy) -> date | None:
    """Return the first treatment day under a plan: its evaluation, or its own first day.

    A plan that begins long after the evaluation is a later one of the same episode.
    """
    if plan.evaluated_on is None or plan.began is None:
        return plan.evaluated_on or plan.began
    soon = plan.evaluated_on + timedelta(days=policy.get("plan_of_care.signature_days", int))
    return plan.began if plan.began > soon else plan.evaluated_on


def _age(plan: Plan) -> date:
    return plan.began or plan.evaluated_on or date.min


def _said(
    discipline: Discipline | None, codes: Codes, fault: Fault, policy: Policy
) -> Finding | NotChecked:
    says = f"{named(discipline)}: {fault.says}"
    if not fault.by:
        return NotChecked(rule=ID, why=says, quiet=True)
    return Finding(
        rule=ID,
        says=says,
        codes=codes,
        cite=policy.cite(f"{ID}.{fault.by}"),
        indicator=fault.indicator,
    )
