"""Visits looked at before treatment, and what begins now."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from plugin.fhir.coding import Coder
from plugin.fhir.decode import Read
from plugin.fhir.disciplines import discipline_in
from plugin.fhir.elements import Coverage, Element, Procedure, Wording
from plugin.fhir.gather import Found, Gathered
from plugin.fhir.legend import Legend
from plugin.fhir.payer import payer_of
from plugin.fhir.place import where
from plugin.fhir.reader import NOT_FURNISHED, Reading, coverages_of, legend_of, unread_of
from plugin.fhir.record import record_of
from plugin.fhir.scope import Scope, once, scope_of
from plugin.fhir.times import day
from plugin.tenants import Tenant
from rules.model import Line, Service, Visit
from rules.people import OF_ROLE
from rules.record import Plan, Record
from rules.words import Discipline, Role

MOST_DAYS = 60
"""Days of one call that are looked at; a series of visits is booked for some weeks."""
Whose = frozenset[Discipline | None]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """What the context of a call says."""

    patient: str
    encounter: str
    user: str
    """Such as ``Practitioner/p1``."""
    today: date
    brought: tuple[Found, ...] = ()
    """The resources that the context holds: drafts, appointments or orders."""


class Told(msgspec.Struct, frozen=True):
    """What tells whose treatment a visit is for."""

    words: tuple[Wording | None, ...]
    people: tuple[str, ...]
    """Who takes part, as references."""


class Served(Element, rename="camel"):
    """What an encounter is for."""

    service_type: Wording | None = None


class Common(msgspec.Struct, frozen=True, kw_only=True):
    """What all visits that one call plans have in common."""

    scope: Scope
    legend: Legend
    user: str
    coverages: list[Read[Coverage]]
    earlier: list[Read[Procedure]]
    """Services furnished before."""

    def record(self, on: date) -> Record:
        """Return what is known of the patient on a day."""
        return record_of(self.scope, on, self.earlier, self.legend)

    def visit(
        self, on: date, record: Record, services: tuple[Service, ...], lines: tuple[Line, ...] = ()
    ) -> Visit:
        """Return a planned visit."""
        site, decoder = self.scope.tenant, self.scope.decoder
        place = where(self.scope.encounter, site, decoder)
        return Visit(
            date_of_service=on,
            payer=payer_of(self.coverages, on, site.payers, decoder),
            setting=place.setting,
            services=services,
            lines=lines,
            planned=True,
            place=place.place,
            type_of_bill=place.type_of_bill,
            telehealth=place.telehealth,
            telehealth_mode=place.telehealth_mode,
            mac=site.mac,
            record=record,
        )

    def reading(self, visits: Sequence[Visit]) -> Reading | None:
        """Return what was read of a call's visits; None when there is none to speak of."""
        if not visits:
            return None
        first, *later = visits
        return Reading(
            visit=first,
            patient=self.scope.patient,
            encounter=self.scope.visit,
            occurrence=first.date_of_service.isoformat(),
            performers={},
            charges={},
            locked=(),
            left_out=tuple(dict.fromkeys(self.scope.decoder.left_out)),
            unread=unread_of(self.scope.gathered),
            later=tuple(later),
        )


def common(scope: Scope, call: Call, coder: Coder) -> Common:
    """Read what all visits that a call plans have in common.

    Raises:
        RefusedError: 400, when a coverage cannot be read or is another patient's.

    """
    return Common(
        scope=scope,
        legend=legend_of(scope, coder),
        user=call.user,
        coverages=coverages_of(scope),
        earlier=[*_furnished(scope)],
    )


def read_start(gathered: Gathered, call: Call, tenant: Tenant, coder: Coder) -> Reading | None:
    """Read a visit that begins; None when nothing says that it is for therapy.

    Raises:
        RefusedError: 400, when the encounter, the patient or a coverage cannot be read or is
            another's.

    """
    scope = scope_of(gathered, call.patient, call.encounter, tenant)
    shared = common(scope, call, coder)
    on = _begins(scope) or call.today
    people = (scope.aliases.target(p.individual) for p in scope.encounter.it.participant)
    told = Told((_served(scope.encounter.raw),), tuple(people))
    record = shared.record(on)
    whose = disciplines(told, record, shared)
    return shared.reading([shared.visit(on, record, treatments(whose))] if whose else [])


def soonest(days: Iterable[date], scope: Scope) -> list[date]:
    """Return the days of a call that are looked at, in order; the rest is left out, and named."""
    every = sorted(days)
    if len(every) > MOST_DAYS:
        scope.decoder.omit("context", f"only the first {MOST_DAYS} days are looked at")
    return every[:MOST_DAYS]


def treatments(whose: Whose) -> tuple[Service, ...]:
    """Return a service for each discipline that is to treat; which codes is not known yet."""
    return tuple(Service(discipline=each) for each in sorted(whose, key=str))


def disciplines(told: Told, record: Record, shared: Common) -> Whose:
    """Return whose treatment a visit is for; empty when nothing says that it is for therapy.

    What the visit is for decides, then who takes part, then who asks, then the plans of care of the
    day, then the orders. None is a plan of care that names no discipline.
    """
    if named := discipline_in(told.words):
        return frozenset((named,))
    roles = {role for who in told.people if (role := shared.legend.people.role_of(who))}
    user = shared.legend.people.role_of(shared.user)
    if not roles and user in OF_ROLE:
        roles.add(user)
    if roles:
        return _treating(roles)
    planned = {
        plan.discipline for plan in record.plans or () if plan.discipline or _certified(plan)
    }
    ordered = {order.discipline for order in record.orders or ()} - {None}
    found = planned or ordered
    return frozenset(found - {None} or found)


def _treating(roles: Iterable[Role]) -> Whose:
    return frozenset(OF_ROLE[role] for role in roles if role in OF_ROLE)


def _certified(plan: Plan) -> bool:
    """Tell whether a plan says what only plans of care for therapy do."""
    said = (plan.evaluated_on, plan.signed_on, plan.certified_through, plan.treatment_days)
    return any(x is not None for x in said)


def _begins(scope: Scope) -> date | None:
    period = scope.encounter.it.period
    try:
        return day(period.start) if period and period.start else None
    except ValueError:
        scope.decoder.refuse(scope.encounter)


def _served(encounter: object) -> Wording | None:
    try:
        return msgspec.convert(encounter, Served).service_type
    except msgspec.ValidationError:
        return None


def _furnished(scope: Scope) -> Iterator[Read[Procedure]]:
    """Yield the services that the EHR tells of; one that cannot be read is left out."""
    for found in once(scope.gathered.under("procedures")):
        read = scope.decoder.optional(found, Procedure)
        if read and read.it.status not in NOT_FURNISHED:
            yield read
