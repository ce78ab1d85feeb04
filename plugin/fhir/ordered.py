"""Orders for therapy, before anybody has furnished any of it: the codes that they plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from plugin.fhir import beyond
from plugin.fhir.ahead import Call, Common, common, soonest
from plugin.fhir.charges import coded
from plugin.fhir.coding import SEVERAL, Coder
from plugin.fhir.decode import Read
from plugin.fhir.disciplines import discipline_in
from plugin.fhir.elements import CodeableConcept, Period, Reference, Wording
from plugin.fhir.facts import region_of
from plugin.fhir.gather import Found, Gathered
from plugin.fhir.people import role_in
from plugin.fhir.plans import no_therapy
from plugin.fhir.reader import Reading
from plugin.fhir.scope import Scope, once, scope_ahead
from plugin.fhir.times import day
from plugin.tenants import Tenant
from rules.model import Line, Mapped, Service, Visit
from rules.people import discipline_of
from rules.record import Record
from rules.words import Discipline, Role

OFF = frozenset({"revoked", "completed", "entered-in-error"})
"""Orders that ask for nothing any more."""
THERAPIST: dict[Discipline, Role] = {"PT": "pt", "OT": "ot", "SLP": "slp", "chiropractic": "dc"}
"""Who is taken to carry out an order that names a discipline and nobody."""


class ServiceRequest(beyond.ServiceRequest, kw_only=True):
    """An order, with what tells when it is for, where on the body, and who is to carry it out."""

    occurrence_date_time: str = ""
    occurrence_period: Period | None = None
    performer: tuple[Reference, ...] = ()
    body_site: tuple[Wording, ...] = ()


def read_ordered(gathered: Gathered, call: Call, tenant: Tenant, coder: Coder) -> Reading | None:
    """Read the codes that orders plan, day by day; None when none asks for therapy by a code.

    Raises:
        RefusedError: 400, when an order, the patient or a coverage cannot be read, or the patient
            or the coverage is another's.

    """
    scope = scope_ahead(gathered, call.patient, tenant)
    shared = common(scope, call, coder)
    days: dict[date, list[Service]] = {}
    for read in _orders(call.brought, scope):
        services = [*_services(read, shared)]
        if services:
            days.setdefault(_wanted_on(read, scope) or call.today, []).extend(services)
    return shared.reading([_visit(on, days[on], shared) for on in soonest(days, scope)])


def _orders(brought: Iterable[Found], scope: Scope) -> Iterator[Read[ServiceRequest]]:
    for found in once([x for x in brought if x.kind == "ServiceRequest"]):
        read = scope.decoder.needed(found, ServiceRequest)
        if read.it.status in OFF or read.it.do_not_perform or no_therapy(read.it):
            continue
        if scope.theirs(read.it.subject):
            yield read
        else:
            scope.decoder.stranger(f"{read.where}.subject")


def _services(read: Read[ServiceRequest], shared: Common) -> Iterator[Service]:
    """Yield the services that one order plans; none when it names no therapy that can be coded."""
    it, codes = read.it, shared.legend.codes
    stated = discipline_in((it.code, *it.category, *it.order_detail, it.performer_type))
    roles = _roles(read, stated, shared)
    code = coded(_concept(it.code)).code
    mapped = None if code else _mapped(read, stated, shared)
    for each in (code,) if code else mapped.codes if mapped else ():
        if each in codes:
            yield Service(
                id=it.id,
                code=each,
                roles=roles,
                discipline=discipline_of(roles, codes[each]) or stated,
                region=region_of(it.body_site),
                mapped=mapped,
            )


def _mapped(read: Read[ServiceRequest], stated: Discipline | None, shared: Common) -> Mapped | None:
    """Return what the local code or the words of an order mean, where that is sure; notes aside."""
    named = Read(Found(read.where, {"code": read.raw.get("code")}), read.it)
    found = shared.legend.coder.meaning(named, stated, shared.scope.tenant)
    return found if found.action == "map" or found.why == SEVERAL else None


def _roles(
    read: Read[ServiceRequest], stated: Discipline | None, shared: Common
) -> tuple[Role, ...]:
    """Return who is to furnish what is ordered: as asked for, else the discipline's therapist."""
    people, aliases = shared.legend.people, shared.scope.aliases
    wanted = role_in([_concept(read.it.performer_type)])
    named = {role for who in read.it.performer if (role := people.role_of(aliases.target(who)))}
    if wanted or named:
        return (wanted,) if wanted else tuple(sorted(named))
    return (THERAPIST[stated],) if stated else ()


def _visit(on: date, services: list[Service], shared: Common) -> Visit:
    """Return the visit at which all that is ordered for a day would be furnished."""
    known = {service.discipline for service in services if service.discipline}
    only = known.pop() if len(known) == 1 else None
    mine = tuple(s if s.discipline else replace(s, discipline=only) for s in services)
    lines = dict.fromkeys(Line(code=s.code, units=1, discipline=s.discipline) for s in mine)
    return shared.visit(on, Record(), mine, tuple(lines))


def _wanted_on(read: Read[ServiceRequest], scope: Scope) -> date | None:
    it = read.it
    period = it.occurrence_period
    text = it.occurrence_date_time or (period.start if period else "") or it.authored_on
    try:
        return day(text) if text else None
    except ValueError:
        scope.decoder.refuse(read)


def _concept(words: Wording | None) -> CodeableConcept:
    return CodeableConcept(coding=words.coding) if words else CodeableConcept()
