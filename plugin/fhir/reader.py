"""A request's resources in, a Visit out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir.charted import Charted, charted
from plugin.fhir.coding import Coder
from plugin.fhir.decode import Read
from plugin.fhir.diagnoses import Diagnoses
from plugin.fhir.elements import Coverage, Procedure
from plugin.fhir.gather import Gathered
from plugin.fhir.held import held_of
from plugin.fhir.legend import Legend
from plugin.fhir.payer import active_on, payer_of
from plugin.fhir.people import People
from plugin.fhir.place import length_of, where
from plugin.fhir.record import record_of
from plugin.fhir.scope import Scope, once, scope_of
from plugin.fhir.services import services_of
from plugin.fhir.strangers import NOT_THEIRS
from plugin.fhir.times import NO_TIMES, Times, times_of
from plugin.tenants import Tenant
from rules.model import Visit, new_visit

NOT_FURNISHED = frozenset({"not-done", "entered-in-error", "preparation", "stopped"})


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """What a claim says of who bills and who pays, as references."""

    coverages: tuple[str, ...] = ()
    """Those of the day, the first in line first."""
    provider: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A visit as read, and what is needed to write back to where it came from."""

    visit: Visit
    patient: str
    encounter: str
    occurrence: str
    """The date of service as charted, for what is written."""
    performers: dict[str, tuple[str, ...]]
    """Who furnished each procedure, as references, by the procedure's id."""
    charges: dict[str, dict[str, Any]]
    """The EHR's charges as received, by id; one without an id is numbered ``#0``, ``#1`` ..."""
    locked: tuple[str, ...]
    """Charges that are billed already and can no longer be changed."""
    left_out: tuple[Issue, ...]
    unsure: bool = False
    """Some charge that the EHR holds could not be read: what is new may be there already."""
    again: tuple[str, ...] = ()
    """What was written twice and should go, as references."""
    draft: dict[str, Any] | None = None
    """The draft Claim that holds the charges, as received; None when ChargeItems do."""
    payment: Payment | None = None
    """None where no claim is written."""
    unread: tuple[str, ...] = ()
    """What could not be obtained, in words."""
    later: tuple[Visit, ...] = ()
    """Visits of later days that the same call plans."""


def read(
    gathered: Gathered,
    patient_id: str,
    encounter_id: str,
    tenant: Tenant,
    coder: Coder,
) -> Reading:
    """Read the visit of one patient and encounter; ids may be empty when the resources give them.

    Raises:
        RefusedError: 400, when a resource the visit rests on cannot be read or is another's; 412,
            when there is no visit to read.

    """
    scope = scope_of(gathered, patient_id, encounter_id, tenant)
    mine, others = _procedures(scope)
    times = _times(scope)
    on = _date_of_service(mine, times[0], scope)
    today = [service for service in mine if service.day == on or service.day is None]
    if len(today) < len(mine):
        others += [service.read for service in mine if service.day and service.day != on]
    legend = legend_of(scope, coder)
    place = where(scope.encounter, tenant, scope.decoder)
    teams = [legend.people.of(x.read.it.performer, scope.encounter.it) for x in today]
    services = services_of(today, teams, scope, legend, place.supervision)
    coverages = coverages_of(scope)
    payer = payer_of(coverages, on, tenant.payers, scope.decoder)
    length = length_of(scope.encounter, times, on, scope.decoder)
    named = legend.diagnoses.of_visit(scope.encounter)
    record = record_of(scope, on, others, legend)
    held = held_of(scope, on, services)
    visit = new_visit(
        date_of_service=on,
        payer=payer,
        setting=place.setting,
        services=services,
        lines=held.lines,
        place=place.place,
        type_of_bill=place.type_of_bill,
        telehealth=place.telehealth,
        telehealth_mode=place.telehealth_mode,
        length=length,
        tolerance=tenant.visit_length_tolerance,
        mac=tenant.mac,
        diagnoses=named,
        record=record,
    )
    return Reading(
        visit=visit,
        patient=scope.patient,
        encounter=scope.visit,
        occurrence=_occurrence(mine, on),
        performers={x.id: team.named for x, team in zip(services, teams, strict=True) if x.id},
        charges=held.charges,
        locked=held.locked,
        left_out=tuple(scope.decoder.left_out),
        unsure=held.unsure,
        again=held.again,
        draft=held.draft,
        payment=_payment(scope, coverages, on),
        unread=unread_of(gathered, later=len(today) < len(mine)),
    )


def _procedures(scope: Scope) -> tuple[list[Charted], list[Read[Procedure]]]:
    """Return the procedures of this encounter and when they were, and those of other visits."""
    mine: list[Charted] = []
    others: list[Read[Procedure]] = []
    decoder, patient, here = scope.decoder, scope.patient, ("", scope.visit)
    for found in once(scope.gathered.under("procedures")):
        try:
            read = decoder.needed(found, Procedure)
        except RefusedError as error:
            if not _elsewhere(found.raw, scope):
                raise
            decoder.left_out.append(error.issues[0])
            continue
        procedure = read.it
        if procedure.status in NOT_FURNISHED:
            continue
        named = procedure.encounter.reference if procedure.encounter else ""
        if named not in here and scope.aliases.tail(named) != scope.visit:
            others.append(read)
        elif procedure.subject.reference == patient or scope.theirs(procedure.subject):
            mine.append(charted(read, decoder))
        elif procedure.encounter is None:
            decoder.stranger(f"{read.where}.subject")
        else:
            raise RefusedError(400, Issue(f"{read.where}.subject", NOT_THEIRS))
    return mine, others


def _elsewhere(raw: Mapping[str, Any], scope: Scope) -> bool:
    """Tell whether a procedure that cannot be read names another encounter."""
    encounter = raw.get("encounter")
    reference = encounter.get("reference") if isinstance(encounter, dict) else None
    return isinstance(reference, str) and scope.aliases.tail(reference) != scope.visit


def _times(scope: Scope) -> Times:
    """Return when the encounter was.

    Raises:
        RefusedError: 400, when it starts at what is no date.

    """
    period = scope.encounter.it.period
    try:
        return times_of(period.start, period.end) if period else NO_TIMES
    except ValueError:
        scope.decoder.refuse(scope.encounter)


def _date_of_service(mine: Sequence[Charted], begun: date | None, scope: Scope) -> date:
    """Return the day of the visit: its services' day, else that on which the encounter began.

    An encounter that spans days is judged for the last day on which services were charted.
    """
    # A service without an encounter of its own belongs to the day that the encounter's others do.
    days = [x.day for x in mine if x.day and x.read.it.encounter]
    days = days or [x.day for x in mine if x.day]
    found = begun if begun in days else max(days, default=begun)
    if found is None:
        place = f"{scope.encounter.where}.period.start"
        raise RefusedError(400, Issue(place, "no date of service: none here or on a service"))
    return found


def legend_of(scope: Scope, coder: Coder) -> Legend:
    """Return by what a request's codes and people are understood."""
    described = scope.gathered.under("practitioners")
    people = People(described, scope.tenant.roster, scope.decoder, scope.aliases)
    return Legend(coder.codes, people, coder, Diagnoses(scope))


def _occurrence(mine: Sequence[Charted], on: date) -> str:
    """Return the date of service as the chart writes it."""
    for service in mine:
        if service.day == on:
            return service.when
    return on.isoformat()


def coverages_of(scope: Scope) -> list[Read[Coverage]]:
    """Return who pays for the patient.

    Raises:
        RefusedError: 400, when a coverage cannot be read or is another patient's.

    """
    found = [scope.decoder.needed(item, Coverage) for item in scope.gathered.under("coverage")]
    mine = [read for read in found if scope.theirs(read.it.beneficiary)]
    if len(mine) == len(found):
        return mine
    for read in found:
        if read not in mine:
            scope.decoder.stranger(f"{read.where}.beneficiary")
    if not mine:
        raise RefusedError(400, Issue(f"{found[0].where}.beneficiary", NOT_THEIRS))
    return mine


def _payment(scope: Scope, coverages: Sequence[Read[Coverage]], on: date) -> Payment | None:
    """Return who bills and who pays, where the site takes claims."""
    if scope.tenant.write != "claim":
        return None
    provider = scope.encounter.raw.get("serviceProvider")
    reference = provider.get("reference") if isinstance(provider, dict) else None
    active = active_on(coverages, on, scope.decoder)
    return Payment(
        coverages=tuple(read.reference for read in active if read.reference),
        provider=scope.aliases.tail(reference) if isinstance(reference, str) else "",
    )


def unread_of(gathered: Gathered, *, later: bool = False) -> tuple[str, ...]:
    """Say what is missing from the picture."""
    said = [f"{key}: {why}" for key, why in gathered.errors.items()]
    said += [f"{key}: only the first page was read" for key in gathered.pages]
    if later:
        said.append("procedures: services of other days are checked on their own day")
    return tuple(said)
