"""A CDS Hooks request's resources in, a Visit out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from plugin.errors import Issue, RefusedError
from plugin.fhir import structure
from plugin.fhir.charges import coded, modifiers_of
from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import (
    ChargeItem,
    Coverage,
    Encounter,
    Extension,
    Observation,
    Patient,
    Procedure,
    Quantity,
)
from plugin.fhir.gather import Found, Gathered
from plugin.fhir.payer import payer_of
from plugin.fhir.people import People
from plugin.fhir.references import Aliases
from plugin.fhir.times import day, minutes_between, moment
from plugin.tenants import Tenant
from rules.model import Discipline, Line, Service, Setting, Visit
from rules.people import OF_PLAN, discipline_of
from rules.policy import Code

MINUTES = structure("service-minutes")
TYPE_OF_BILL = structure("type-of-bill")
PLACE_OF_SERVICE = structure("place-of-service")
NOT_FURNISHED = frozenset({"not-done", "entered-in-error", "preparation", "stopped"})
CHARGED = frozenset({"planned", "billable", "not-billable", "billed"})
"""Charges that stand. One that is billed already is read, so that it is not proposed again."""
HOSPITAL_PLACES = frozenset({"19", "22"})
OFFICE_PLACES = frozenset({"02", "10", "11", "12"})
INSTITUTIONS = ("12", "13", "22", "23", "34", "74", "75")
LONGEST = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
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
    unread: tuple[str, ...] = field(default=())
    """What could not be obtained, in words."""


def read(
    gathered: Gathered,
    patient_id: str,
    encounter_id: str,
    tenant: Tenant,
    codes: Mapping[str, Code],
) -> Reading:
    """Read the visit of one patient and encounter; ids may be empty when the resources give them.

    Raises:
        RefusedError: 400, when a resource the visit rests on cannot be read or is another's.

    """
    return _Reader(gathered, tenant, codes).read(patient_id, encounter_id)


class _Reader:
    """One request's reading."""

    def __init__(self, gathered: Gathered, tenant: Tenant, codes: Mapping[str, Code]) -> None:
        self.gathered, self.tenant, self.codes = gathered, tenant, codes
        self.decoder = Decoder()
        self.aliases = Aliases(f for found in gathered.found.values() for f in found)
        self.patient = ""
        self.encounter = ""

    def read(self, patient_id: str, encounter_id: str) -> Reading:
        encounter = self._encounter(encounter_id)
        self._whose(patient_id, encounter)
        mine = self._procedures()
        on = self._date_of_service(mine, encounter)
        today = [read for read in mine if self._day(read) in (on, None)]
        people = People(
            self.gathered.under("practitioners"), self.tenant.roster, self.decoder, self.aliases
        )
        measured = self._measured()
        services = tuple(self._service(read, people, encounter, measured) for read in today)
        services = self._without_overlap(services, today, encounter)
        coverages = self._coverages()
        charges = self._charges(on)
        names = [read.it.id or f"#{i}" for i, read in enumerate(charges)]
        visit = Visit(
            date_of_service=on,
            payer=payer_of(coverages, on, self.tenant.payers, self.decoder),
            setting=self._setting(encounter.it),
            services=services,
            lines=tuple(
                self._line(read, name, services) for name, read in zip(names, charges, strict=True)
            ),
        )
        return Reading(
            visit=visit,
            patient=self.patient,
            encounter=self.encounter,
            occurrence=self._occurrence(today, on),
            performers={read.it.id: self._actors(read) for read in today if read.it.id},
            charges=dict(zip(names, (read.raw for read in charges), strict=True)),
            locked=tuple(
                name
                for name, read in zip(names, charges, strict=True)
                if read.it.status == "billed"
            ),
            left_out=tuple(self.decoder.left_out),
            unread=tuple(self._unread(mine, today)),
        )

    # --- whose visit -----------------------------------------------------------------------

    def _encounter(self, encounter_id: str) -> Read[Encounter]:
        wanted = encounter_id.rsplit("/", 1)[-1]
        every = self.gathered.under("encounter")
        named = [f for f in every if not wanted or f.raw.get("id") == wanted]
        if not every:
            raise RefusedError(412, Issue("encounter", "not sent, and could not be fetched"))
        if len(named) != 1:
            why = "is not the encounter of the context" if wanted else "one encounter expected"
            raise RefusedError(400, Issue(every[0].where, why))
        read = self.decoder.one(named[0], Encounter, required=True)
        assert read is not None  # noqa: S101 - required resources are refused, never left out
        self.encounter = f"Encounter/{wanted or read.it.id}"
        return read

    def _whose(self, patient_id: str, encounter: Read[Encounter]) -> None:
        """Settle whose visit it is; what belongs to somebody else refuses the request."""
        wanted = patient_id.rsplit("/", 1)[-1]
        for found in self.gathered.under("patient"):
            read = self.decoder.one(found, Patient, required=True)
            if read and wanted and read.it.id and read.it.id != wanted:
                raise RefusedError(400, Issue(f"{found.where}.id", "is not the context's patient"))
            wanted = wanted or (read.it.id if read else "")
        subject = self.aliases.target(encounter.it.subject)
        if not wanted and subject:
            wanted = subject.rsplit("/", 1)[-1]
        if not wanted:
            raise RefusedError(412, Issue("patient", "not sent, and could not be fetched"))
        self.patient = f"Patient/{wanted}"
        if subject and subject != self.patient:
            raise RefusedError(
                400, Issue(f"{encounter.where}.subject", "is not the context's patient")
            )

    # --- services --------------------------------------------------------------------------

    def _procedures(self) -> list[Read[Procedure]]:
        """Return the procedures of this encounter; others of the patient are history."""
        mine = []
        for found in _once(self.gathered.under("procedures")):
            if self._elsewhere(found):
                continue
            read = self.decoder.one(found, Procedure, required=True)
            if read is None or read.it.status in NOT_FURNISHED:
                continue
            if self.aliases.target(read.it.subject) != self.patient:
                if read.it.encounter is None:
                    self.decoder.omit(f"{read.where}.subject", "is not the context's patient")
                    continue
                raise RefusedError(
                    400, Issue(f"{read.where}.subject", "is not the context's patient")
                )
            mine.append(read)
        return mine

    def _elsewhere(self, found: Found) -> bool:
        """Tell whether a procedure names another encounter."""
        encounter = found.raw.get("encounter")
        reference = encounter.get("reference") if isinstance(encounter, dict) else None
        return isinstance(reference, str) and self.aliases.tail(reference) != self.encounter

    def _day(self, read: Read[Procedure]) -> date | None:
        period = read.it.performed_period
        text = period.start if period and period.start else read.it.performed_date_time
        try:
            return day(text) if text else None
        except ValueError:
            self.decoder.refuse(read)
            return None

    def _date_of_service(self, mine: Sequence[Read[Procedure]], encounter: Read[Encounter]) -> date:
        """Return the day of the visit: its services' day, else the encounter's.

        An encounter that spans days is judged for the last day on which services were charted.
        """
        begun = None
        try:
            period = encounter.it.period
            begun = day(period.start) if period and period.start else None
        except ValueError:
            self.decoder.refuse(encounter)
        days = {found for read in mine if (found := self._day(read))}
        # A service without an encounter of its own belongs to the day the encounter began.
        stray = {self._day(read) for read in mine if read.it.encounter is None}
        own = (days - stray) or days
        found = begun if begun in days else max(own, default=begun)
        if found is None:
            place = f"{encounter.where}.period.start"
            raise RefusedError(400, Issue(place, "no date of service: none here or on a service"))
        return found

    def _service(
        self,
        read: Read[Procedure],
        people: People,
        encounter: Read[Encounter],
        measured: Mapping[str, int],
    ) -> Service:
        code = coded(read.it.code).code
        roles = people.of(read.it.performer, encounter.it)
        return Service(
            id=read.it.id,
            code=code,
            minutes=self._minutes(read, measured),
            roles=roles,
            discipline=discipline_of(roles, self.codes.get(code)),
        )

    def _minutes(self, read: Read[Procedure], measured: Mapping[str, int]) -> int | None:
        """Return one-on-one minutes: as stated, as observed, or from start to end; else None."""
        for extension in read.it.extension:
            if extension.url == MINUTES:
                return self._whole(extension.valueQuantity, f"{read.where}.extension")
        if read.reference in measured:
            return measured[read.reference]
        return self._timed(read)

    def _timed(self, read: Read[Procedure]) -> int | None:
        period = read.it.performed_period
        if period is None or not period.start or not period.end:
            return None
        try:
            return minutes_between(period.start, period.end)
        except ValueError:
            self.decoder.refuse(read)
            return None

    def _whole(self, quantity: Quantity | None, where: str) -> int | None:
        """Return whole minutes; a part of a minute is not counted."""
        if quantity is None or quantity.value is None:
            return None
        if "min" not in (quantity.code or quantity.unit, quantity.code):
            self.decoder.omit(f"{where}.valueQuantity", "minutes should be in the unit min")
            return None
        if not 0 <= quantity.value <= LONGEST:
            self.decoder.omit(f"{where}.valueQuantity", "minutes are out of range")
            return None
        return int(quantity.value)

    def _actors(self, read: Read[Procedure]) -> tuple[str, ...]:
        every = (self.aliases.target(p.actor) for p in read.it.performer)
        return tuple(actor for actor in every if actor)

    def _measured(self) -> dict[str, int]:
        """Return minutes that observations give, by the procedure they are part of."""
        minutes: dict[str, int] = {}
        for found in self.gathered.under("minutes"):
            read = self.decoder.one(found, Observation, required=False)
            if read is None or read.it.status in {"entered-in-error", "cancelled"}:
                continue
            subject = self.aliases.target(read.it.subject)
            if subject and subject != self.patient:
                self.decoder.omit(f"{read.where}.subject", "is not the context's patient")
                continue
            quantity = read.it.value_quantity
            if quantity is None or "min" not in (quantity.code, quantity.unit):
                continue  # an observation of something else
            value = self._whole(quantity, read.where)
            for part in read.it.part_of if value is not None else ():
                target = self.aliases.target(part)
                minutes[target] = minutes.get(target, 0) + (value or 0)
        return minutes

    def _without_overlap(
        self,
        services: tuple[Service, ...],
        reads: Sequence[Read[Procedure]],
        encounter: Read[Encounter],
    ) -> tuple[Service, ...]:
        """Drop minutes taken from start and end when these cannot all be one-on-one time.

        Several services that each span the whole visit add up to more than the visit: their times
        say when, not how long.
        """
        length = self._length(encounter)
        spans = [r for r in reads if not self._stated(r) and self._timed(r)]
        total = sum(self._timed(r) or 0 for r in spans)
        if length is None or total <= length or not _overlap(spans):
            return services
        drop = {id(r) for r in spans}
        self.decoder.omit(
            encounter.where, "service times overlap and exceed the visit; not taken as minutes"
        )
        return tuple(
            _untimed(service) if id(r) in drop else service
            for service, r in zip(services, reads, strict=True)
        )

    def _stated(self, read: Read[Procedure]) -> bool:
        return any(x.url == MINUTES for x in read.it.extension)

    def _length(self, encounter: Read[Encounter]) -> int | None:
        period = encounter.it.period
        if period is None or not period.start or not period.end:
            return None
        try:
            return minutes_between(period.start, period.end)
        except ValueError:
            self.decoder.refuse(encounter)
            return None

    def _occurrence(self, reads: Sequence[Read[Procedure]], on: date) -> str:
        for read in reads:
            period = read.it.performed_period
            text = read.it.performed_date_time or (period.start if period else "")
            if text and self._day(read) == on:
                return text
        return on.isoformat()

    # --- who pays, where, and what is charged so far ----------------------------------------

    def _coverages(self) -> list[Read[Coverage]]:
        found = []
        for item in self.gathered.under("coverage"):
            read = self.decoder.one(item, Coverage, required=True)
            if read is None:
                continue
            if self.aliases.target(read.it.beneficiary) != self.patient:
                raise RefusedError(
                    400, Issue(f"{read.where}.beneficiary", "is not the context's patient")
                )
            found.append(read)
        return found

    def _setting(self, encounter: Encounter) -> Setting:
        bill = _text(encounter.extension, TYPE_OF_BILL).lstrip("0")
        place = _text(encounter.extension, PLACE_OF_SERVICE)
        if bill.startswith("85"):
            return "critical_access"
        if bill.startswith(INSTITUTIONS) or place in HOSPITAL_PLACES:
            return "hospital"
        return "practitioner" if place in OFFICE_PLACES else self.tenant.setting

    def _charges(self, on: date) -> list[Read[ChargeItem]]:
        """Return the charges of this visit that stand."""
        mine = []
        for found in _once(self.gathered.under("charges")):
            read = self.decoder.one(found, ChargeItem, required=False)
            if read is None or read.it.status not in CHARGED:
                continue
            if self.aliases.target(read.it.subject) != self.patient:
                self.decoder.omit(f"{read.where}.subject", "is not the context's patient")
            elif self._of_visit(read, on) and self._legible(read):
                mine.append(read)
        return mine

    def _of_visit(self, read: Read[ChargeItem], on: date) -> bool:
        period = read.it.occurrence_period
        text = read.it.occurrence_date_time or (period.start if period else "")
        try:
            when = day(text) if text else None
        except ValueError:
            self.decoder.omit(read.where, "has a date that cannot be read")
            return False
        context = self.aliases.target(read.it.context)
        return context in (self.encounter, "") and when in (on, None)

    def _legible(self, read: Read[ChargeItem]) -> bool:
        """Tell whether a charge can be judged: a code, and a whole number of units."""
        units = read.it.quantity.value if read.it.quantity else None
        if not coded(read.it.code).code:
            self.decoder.omit(f"{read.where}.code", "has no CPT or HCPCS code")
        elif units is not None and (units < 1 or units != int(units)):
            self.decoder.omit(f"{read.where}.quantity", "units should be a whole number")
        else:
            return True
        return False

    def _line(self, read: Read[ChargeItem], name: str, services: Sequence[Service]) -> Line:
        quantity = read.it.quantity
        modifiers = modifiers_of(read.it)
        code = coded(read.it.code).code
        billed = [self.aliases.target(s).rsplit("/", 1)[-1] for s in read.it.service]
        return Line(
            id=name,
            code=code,
            units=int(quantity.value) if quantity and quantity.value else 1,
            modifiers=modifiers,
            discipline=_discipline(code, modifiers, billed, services),
        )

    def _unread(
        self, mine: Sequence[Read[Procedure]], today: Sequence[Read[Procedure]]
    ) -> list[str]:
        """Say what is missing from the picture."""
        said = [f"{key}: {why}" for key, why in self.gathered.errors.items()]
        said += [f"{key}: only the first page was read" for key in self.gathered.pages]
        if len(today) < len(mine):
            said.append("procedures: services of other days are checked on their own day")
        return said


def _discipline(
    code: str, modifiers: Sequence[str], billed: Sequence[str], services: Sequence[Service]
) -> Discipline | None:
    """Return the discipline of a charge: of its services, of its code, its modifier, the visit."""
    candidates = (
        {s.discipline for s in services if s.id and s.id in billed},
        {s.discipline for s in services if s.code == code},
        {OF_PLAN[m] for m in modifiers if m in OF_PLAN},
        {s.discipline for s in services},
    )
    for found in candidates:
        if len(found) == 1:
            return next(iter(found))
    return None


def _once(every: Sequence[Found]) -> Iterator[Found]:
    """Return resources without those that came before under the same id (on another page)."""
    seen: set[str] = set()
    for found in every:
        name = found.raw.get("id")
        if not isinstance(name, str) or name not in seen:
            yield found
        if isinstance(name, str):
            seen.add(name)


def _text(extensions: Sequence[Extension], url: str) -> str:
    return next((x.valueString for x in extensions if x.url == url), "").strip()


def _untimed(service: Service) -> Service:
    return Service(
        id=service.id, code=service.code, roles=service.roles, discipline=service.discipline
    )


def _overlap(reads: Sequence[Read[Procedure]]) -> bool:
    """Tell whether any two services ran at the same time."""
    spans = sorted(
        (begun, ended)
        for read in reads
        if (period := read.it.performed_period)
        and (begun := moment(period.start))
        and (ended := moment(period.end))
    )
    return any(later[0] + timedelta(seconds=59) < earlier[1] for earlier, later in pairwise(spans))
