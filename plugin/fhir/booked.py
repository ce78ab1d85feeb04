"""Visits that are booked, before anybody comes: each on its own day."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from plugin.fhir.ahead import Call, Common, Told, Whose, common, disciplines, soonest, treatments
from plugin.fhir.beyond import Appointment
from plugin.fhir.coding import Coder
from plugin.fhir.decode import Read
from plugin.fhir.elements import Wording
from plugin.fhir.gather import Found, Gathered
from plugin.fhir.reader import Reading
from plugin.fhir.scope import Scope, once, scope_ahead
from plugin.fhir.times import day
from plugin.tenants import Tenant
from rules.model import Visit
from rules.record import Authorization, Past, Record

OFF = frozenset({"cancelled", "noshow", "entered-in-error", "fulfilled"})
"""Appointments that nobody will come to any more."""
THERAPY = re.compile(r"therap|rehab|physio|physical medicine|speech|chiropract", re.IGNORECASE)


def read_booked(gathered: Gathered, call: Call, tenant: Tenant, coder: Coder) -> Reading | None:
    """Read the visits that are booked, day by day; None when none is for therapy.

    Raises:
        RefusedError: 400, when an appointment, the patient or a coverage cannot be read, or is
            another's.

    """
    scope = scope_ahead(gathered, call.patient, tenant)
    shared = common(scope, call, coder)
    days: dict[date, list[Told]] = {}
    undated = False
    for told, on in _appointments(call.brought, scope):
        undated |= on is None
        if on:
            days.setdefault(on, []).append(told)
    visits = [*_visits(days, shared)]
    if not visits and undated:
        visits = [shared.visit(call.today, Record(), ())]
    return shared.reading(visits)


def _appointments(brought: Iterable[Found], scope: Scope) -> Iterator[tuple[Told, date | None]]:
    """Yield whose treatment each appointment is for, and its day where it says one."""
    for found in once([x for x in brought if x.kind == "Appointment"]):
        read = scope.decoder.needed(found, Appointment)
        who = [scope.aliases.target(each.actor) for each in read.it.participant]
        patients = [name for name in who if name.startswith("Patient/")]
        if read.it.status in OFF or _of_others(read.it.specialty):
            continue
        if patients and scope.patient not in patients:
            scope.decoder.stranger(f"{read.where}.participant")
            continue
        on = _booked_on(read, scope)
        if on is None:
            scope.decoder.omit(f"{read.where}.start", "the day is not said")
        yield Told((*read.it.service_type, *read.it.specialty), tuple(who)), on


def _of_others(specialties: Iterable[Wording]) -> bool:
    """Tell whether an appointment plainly wants a specialist of something other than therapy."""
    said = [text for each in specialties for text in (each.text, *(c.display for c in each.coding))]
    named = [text for text in said if text.strip()]
    return bool(named) and not any(map(THERAPY.search, named))


def _booked_on(read: Read[Appointment], scope: Scope) -> date | None:
    asked = [period.start for period in read.it.requested_period if period.start]
    text = read.it.start or next(iter(asked), "")
    try:
        return day(text) if text else None
    except ValueError:
        scope.decoder.refuse(read)


def _visits(days: Mapping[date, Sequence[Told]], shared: Common) -> Iterator[Visit]:
    """Yield the visits for therapy, the soonest first; each counts those booked before it."""
    before: list[tuple[date, Whose]] = []
    for on in soonest(days, shared.scope):
        record = shared.record(on)
        whose = frozenset(x for told in days[on] for x in disciplines(told, record, shared))
        if whose:
            yield shared.visit(on, _counting(record, before), treatments(whose))
            before.append((on, whose))


def _counting(record: Record, before: Sequence[tuple[date, Whose]]) -> Record:
    """Return a record that counts the visits booked for earlier days as used."""
    if not before:
        return record
    booked = [Past(day=on, code="", discipline=each) for on, whose in before for each in whose]
    return replace(
        record,
        history=None if record.history is None else (*record.history, *booked),
        authorizations=None
        if record.authorizations is None
        else tuple(_used(a, booked) for a in record.authorizations),
    )


def _used(authorization: Authorization, booked: Iterable[Past]) -> Authorization:
    whose = authorization.discipline
    days = {past.day for past in booked if whose in {None, past.discipline}}
    used = authorization.used
    return authorization if used is None else replace(authorization, used=used + len(days))
