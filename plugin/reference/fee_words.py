"""The statements that stand beside an amount: what it is made of, and what is left of it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from plugin.reference.question import Question, signed
from plugin.reference.schedule import Window, percent
from rules.model import Cite
from rules.payment.fee import NATIONAL, Price, priced, shares
from rules.words import Setting

Told = Iterator[tuple[str, Cite]]
WHERE: dict[Setting, str] = {
    "practitioner": "in an office",
    "hospital": "in a hospital outpatient department",
    "critical_access": "in a critical access hospital",
}
RESTRICTED = "R"
"""The status of codes that are paid under special instructions only."""


def told(asked: Question, window: Window, amount: Decimal) -> Told:
    """Say everything about an amount, each statement with its authority."""
    yield _headline(asked, window, amount), asked.sheet.edition(window.factor)
    yield from _standing(asked, "formula")
    yield from _factor(asked, window)
    yield from _changed(asked, window)
    yield from _reduction(asked, window)
    yield from _shared(asked, amount)
    yield from _coverage(asked, window)
    yield from _place(asked, window)
    yield from _located(asked)


def _standing(asked: Question, name: str, more: str = "") -> Told:
    if found := asked.sheet.sentence(name, asked.day):
        yield f"{found[0]}{more}", found[1]


def _headline(asked: Question, window: Window, amount: Decimal) -> str:
    place = WHERE[asked.setting]
    there = f", in locality {asked.where.name}" if asked.where else ""
    says = f"Medicare allows ${amount} for one unit of {asked.code.code} {place}{there}"
    fee = window.fee
    if fee is None:
        year = window.effective[:4]
        return f"{says}, as published; its relative values of {year} are not loaded."
    expense = (fee.office, fee.facility)[asked.place]
    own = asked.where.indices if asked.where else None
    by = [f" × {index}" for index in (own.work, own.expense, own.malpractice)] if own else [""] * 3
    work, malpractice = f"{fee.work:.2f}{by[0]} work", f"{fee.malpractice:.2f}{by[2]} malpractice"
    parts = f"{work} + {expense:.2f}{by[1]} practice expense + {malpractice}"
    return f"{says}: ({parts}) × {fee.factor}."


def _factor(asked: Question, window: Window) -> Told:
    """Say which conversion factor was used, how it changed, and which others there are."""
    own, year = window.factor, window.effective[:4]
    says = f"The conversion factor is {own.factor}"
    before = [f for f in asked.factors if f.effective[:4] == str(int(year) - 1)]
    if before:
        was = before[-1]
        grew = signed(percent(own.factor, was.factor))
        says = f"{says}, {grew} % against the {was.factor} that {was.ending[:4]} ended with"
    if own.announced:
        says = f"{says}; {own.announced} was announced first and never came into force"
    for other in asked.factors:
        if other.effective[:4] == year and other.factor != own.factor:
            says = f"{says}; from {other.effective} to {other.ending} it was {other.factor}"
    yield f"{says}.", asked.sheet.factor(own)
    if own.apm and window.fee:
        more = at_apm(asked, window)
        said = f" With the higher one, {own.apm}, it is ${more.full}." if more else ""
        yield from _standing(asked, "two_factors", said)


def at_apm(asked: Question, window: Window) -> Price | None:
    """Return what a unit is allowed by the factor of advanced payment models, if there is one."""
    fee, apm = window.fee, window.factor.apm
    if fee is None or apm is None:
        return None
    indices = asked.where.indices if asked.where else NATIONAL
    return priced(replace(fee, factor=apm), asked.setting, indices)


def _changed(asked: Question, window: Window) -> Told:
    if differs := asked.change:
        says = f"Against the ${differs.before} of {differs.year} that is {signed(differs.dollars)}"
        yield f"{says} dollars, {signed(differs.percent)} %.", asked.sheet.edition(window.factor)


def _reduction(asked: Question, window: Window) -> Told:
    """Say what further units are worth, and where the reduction is not for the code."""
    code, beside = asked.code.code, asked.further
    if beside is not None:
        yield from _standing(asked, "reduction", f" A further unit of {code} is ${beside}.")
        yield from _standing(asked, "tie")
    elif window.fee:
        says = f"The reduction for several therapy services is not for {code}"
        yield f"{says}: every unit is paid in full.", asked.sheet.edition(window.factor)
    elif asked.code.therapy == "always":
        lacks = f" What that makes of {code} is not known without its practice expense."
        yield from _standing(asked, "reduction", lacks)


def _shared(asked: Question, amount: Decimal) -> Told:
    parts = shares(amount)
    yield from _standing(asked, "share", f" Here: ${parts.medicare} and ${parts.patient}.")
    if taken := asked.policy.find("estimate.sequestered"):
        says = f"Sequestration takes {taken.value} % off Medicare's part, the last of all"
        yield f"{says}; it is not taken off here.", taken.cite
    if asked.assisted:
        yield from _standing(asked, "assistant", f" Here Medicare's part is ${parts.assisted}.")
    elif asked.therapy:
        yield from _standing(asked, "assistant_before")


def _coverage(asked: Question, window: Window) -> Told:
    """Say where the amount is paid under conditions only."""
    if window.status == RESTRICTED:
        yield asked.sheet.restricted, asked.sheet.edition(window.factor)
    row = asked.policy.find("covered_code.only_for")
    if row and (condition := row.value.get(asked.code.code)):
        yield f"Medicare pays it {condition}.", row.cite
    for past, cite in asked.sheet.past(asked.code.code, asked.day):
        yield f"{past.says}.", cite


def _place(asked: Question, window: Window) -> Told:
    if asked.place and window.full[0] != window.full[1]:
        yield from _standing(asked, "facility")
    if asked.setting == "critical_access":
        yield from _standing(asked, "critical_access")


def _located(asked: Question) -> Told:
    """Say that an amount is the nation's, or what the locality makes of it."""
    if asked.where is None:
        yield from _standing(asked, "national")
        return
    says = f"It is the amount of locality {asked.where.name}; nationally it is ${asked.national}."
    yield says, asked.sheet.indices(asked.where)
