"""What a bill is worth by Medicare's fee schedule, in words and figures: an estimate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plugin.imports.locality import Located, UnknownPlaceError, located
from plugin.moment import BASE_PAYER, Moment
from plugin.tenants import Tenant
from rules.model import Line, Visit
from rules.payment.estimate import Estimated, Terms, by_assistant, estimate
from rules.payment.fee import NATIONAL
from rules.payment.schedule import Factor
from rules.policy import Policy

NOTHING = Decimal(0)
BY_COST = "critical_access"
WHOLE = 100
"""Per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the lines of a bill are worth, and what that rests on."""

    lines: Sequence[Estimated]
    basis: str
    paid: bool
    """Whether Medicare pays the bill from this schedule, so that shares of it can be told."""

    @property
    def priced(self) -> list[Estimated]:
        """The lines that have an amount."""
        return [each for each in self.lines if each.allowed is not None]

    @property
    def total(self) -> Decimal | None:
        """The sum of what is known; None where nothing of a bill is."""
        if self.lines and not self.priced:
            return None
        return sum([each.allowed or NOTHING for each in self.lines], Decimal("0.00"))

    @property
    def shares(self) -> dict[str, Decimal]:
        """Who pays what once the deductible is met; empty where that cannot be told."""
        if not (self.paid and self.priced):
            return {}
        return {
            "medicarePays": sum([each.medicare for each in self.priced], NOTHING),
            "patientPays": sum([each.patient for each in self.priced], NOTHING),
            "sequestration": sum([each.sequestered for each in self.priced], NOTHING),
        }

    def plain(self) -> dict[str, Any]:
        """Return it as plain JSON, dollars as decimals; what is not known is left out."""
        lacking = [each for each in self.lines if each.why]
        said = [{"code": each.line.code, "why": each.why} for each in lacking]
        return {
            "currency": "USD",
            "basis": self.basis,
            "lines": [_line(each) for each in self.lines],
            **({} if self.total is None else {"total": self.total}),
            **self.shares,
            **({"notPriced": said} if said else {}),
        }


def _line(each: Estimated) -> dict[str, Any]:
    code, units, modifiers = each.line.charge
    amount = {} if each.allowed is None else {"allowed": each.allowed}
    return {"code": code, "units": units, "modifiers": list(modifiers), **amount}


def estimated(visit: Visit, lines: Sequence[Line], site: Tenant, moment: Moment) -> Estimate:
    """Price lines by Medicare's schedule as it is on the visit's day, where the site is."""
    policy = moment.policy(BASE_PAYER, visit.date_of_service, visit.setting)
    factor = next((each for each in moment.tables.factors if each.in_force(policy.day)), None)
    where, why = _where(site, moment, policy.day)
    apm = factor.apm if factor and site.apm else None
    terms = Terms(indices=where.indices if where else NATIONAL, factor=apm)
    found = estimate(lines, policy, terms)
    paid = visit.payer == BASE_PAYER and visit.setting != BY_COST
    said = [*_whose(visit), *_edition(factor, apm)]
    if any(each.allowed is not None for each in found):
        said += [*_place(where, why), *_reductions(lines, policy)]
        said += _parts(policy) if paid else ()
    said.append("An estimate; it chooses no code and no unit")
    return Estimate(lines=found, basis=f"{'. '.join(said)}.", paid=paid)


def _where(site: Tenant, moment: Moment, day: str) -> tuple[Located | None, str]:
    """Return the site's locality, or why amounts are national."""
    if site.locality is None:
        return None, "no locality is set for this site"
    try:
        return located(site.locality, moment.snapshot, day), ""
    except UnknownPlaceError as error:
        return None, str(error)


def _whose(visit: Visit) -> Iterator[str]:
    """Say where Medicare's amounts are not what is paid."""
    if visit.payer != BASE_PAYER:
        yield "Medicare's amounts, for comparison: what this payer allows is not known here"
    if visit.setting == BY_COST:
        yield (
            "For comparison: a critical access hospital is paid by its reasonable cost, not from "
            "this schedule"
        )


def _edition(factor: Factor | None, apm: Decimal | None) -> Iterator[str]:
    """Name the edition and the conversion factor."""
    if factor is None or not factor.edition:
        yield "Medicare's physician fee schedule: no edition that is loaded covers the day"
        return
    read = f", imported on {factor.read}" if factor.read else ""
    own = f"{factor.factor}"
    if apm:
        own = f"{apm}, that of advanced payment models"
    elif factor.apm:
        own = f"{own}, that of clinicians outside advanced payment models"
    yield f"Medicare's physician fee schedule, {factor.edition}{read}; conversion factor {own}"


def _place(where: Located | None, why: str) -> Iterator[str]:
    if where:
        yield f"Amounts of locality {where.name} (GPCI {where.edition})"
    else:
        yield f"National amounts: {why}"


def _reductions(lines: Sequence[Line], policy: Policy) -> Iterator[str]:
    """Say what was taken off, where anything was."""
    reduced = [line for line in lines if (fee := policy.fee(line.code)) and fee.reduced]
    if sum([line.units for line in reduced]) > 1:
        yield (
            "Of the units under the reduction for several procedures all but the one with the "
            "highest practice expense lose half of theirs"
        )
    kept = policy.find("estimate.assisted")
    if kept and kept.value < WHOLE and any(by_assistant(line, policy) for line in lines):
        yield f"With CQ or CO Medicare's 80 % is paid at {kept.value} %"


def _parts(policy: Policy) -> Iterator[str]:
    """Say how Medicare's part and the patient's were told apart."""
    if rate := policy.find("estimate.sequestered"):
        taken = f"less sequestration of {rate.value} %" if rate.value else "without sequestration"
        yield f"Once the deductible is met Medicare pays 80 %, {taken}, and the patient 20 %"
