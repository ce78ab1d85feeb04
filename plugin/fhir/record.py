"""Everything that a request tells of a patient beyond the visit."""

from collections.abc import Sequence
from datetime import date

from plugin.fhir.claims import billed_in, used_in
from plugin.fhir.decode import Read
from plugin.fhir.elements import Procedure
from plugin.fhir.eligibility import eligibility_of
from plugin.fhir.gather import BEYOND
from plugin.fhir.history import history_of
from plugin.fhir.legend import Legend
from plugin.fhir.plans import notices_of, orders_of, plans_of, reports_of
from plugin.fhir.scope import Scope
from rules.record import NOTHING, Record


def record_of(scope: Scope, on: date, others: Sequence[Read[Procedure]], legend: Legend) -> Record:
    """Return what is known beyond the visit on a day; ``others`` are services of other visits."""
    if not others and BEYOND.isdisjoint(scope.gathered.found):
        return NOTHING
    billed = billed_in(scope, on, legend.codes)
    said = eligibility_of(scope, on)
    used_pt_slp, used_ot = (said.used_pt_slp, said.used_ot) if said else (None, None)
    if used_pt_slp is None:
        used_pt_slp = used_in(billed, on.year, "PT", "SLP")
    if used_ot is None:
        used_ot = used_in(billed, on.year, "OT")
    return Record(
        plans=plans_of(scope, on),
        orders=orders_of(scope, on, legend.codes),
        reports=reports_of(scope, on),
        history=history_of(others, billed, on, scope, legend),
        used_pt_slp=used_pt_slp,
        used_ot=used_ot,
        elsewhere=said.elsewhere if said else None,
        authorizations=said.authorizations if said else None,
        notices=notices_of(scope, on),
    )
