"""Whose visit is read: the patient and encounter that everything else must belong to."""

from collections.abc import Sequence

import msgspec

from plugin.errors import Issue, RefusedError
from plugin.fhir.decode import Decoder, Read, Strict
from plugin.fhir.elements import Coding, Encounter, Patient, Reference
from plugin.fhir.gather import Found, Gathered
from plugin.fhir.references import Aliases
from plugin.fhir.strangers import NOT_THEIRS
from plugin.tenants import Tenant


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One visit's resources, its patient and its encounter."""

    gathered: Gathered
    tenant: Tenant
    decoder: Decoder
    aliases: Aliases
    patient: str
    """Such as ``Patient/p1``."""
    encounter: Read[Encounter]
    visit: str
    """The encounter as others point at it, such as ``Encounter/e1``."""

    def theirs(self, subject: Reference | None) -> bool:
        """Tell whether a resource belongs to the patient."""
        return self.aliases.target(subject) == self.patient


def scope_of(gathered: Gathered, patient_id: str, encounter_id: str, tenant: Tenant) -> Scope:
    """Settle whose visit a request is about; ids may be empty when the resources give them.

    Raises:
        RefusedError: 412, when there is no encounter or nobody to treat; 400, when what there is
            cannot be read or belongs to somebody else.

    """
    decoder = (Strict if tenant.strict else Decoder)(list(gathered.left_out))
    aliases = Aliases(gathered.found.values())
    encounter = _encounter(gathered, encounter_id.rsplit("/", 1)[-1], decoder)
    patient = _patient(gathered, patient_id.rsplit("/", 1)[-1], decoder)
    subject = aliases.target(encounter.it.subject)
    patient = patient or subject
    if not patient:
        raise RefusedError(412, Issue("patient", "not sent, and could not be fetched"))
    if subject and subject != patient:
        raise RefusedError(400, Issue(f"{encounter.where}.subject", NOT_THEIRS))
    return Scope(
        gathered=gathered,
        tenant=tenant,
        decoder=decoder,
        aliases=aliases,
        patient=patient,
        encounter=encounter,
        visit=encounter.reference,
    )


def scope_ahead(gathered: Gathered, patient_id: str, tenant: Tenant) -> Scope:
    """Settle whose visit is planned, of which no encounter is known yet.

    Raises:
        RefusedError: 400, when the patient cannot be read or is another.

    """
    decoder = (Strict if tenant.strict else Decoder)(list(gathered.left_out))
    none_yet = Encounter(status="planned", class_=Coding())
    return Scope(
        gathered=gathered,
        tenant=tenant,
        decoder=decoder,
        aliases=Aliases(gathered.found.values()),
        patient=_patient(gathered, patient_id.rsplit("/", 1)[-1], decoder),
        encounter=Read(Found("context", {}), none_yet),
        visit="",
    )


def once(every: Sequence[Found]) -> list[Found]:
    """Return resources without those that came before under the same id (on another page)."""
    names = [found.name for found in every]
    if len(set(names)) == len(names):
        return [*every]
    kept: dict[str | int, Found] = {}
    for i, found in enumerate(every):
        kept.setdefault(names[i] or i, found)
    return list(kept.values())


def _encounter(gathered: Gathered, wanted: str, decoder: Decoder) -> Read[Encounter]:
    every = once(gathered.under("encounter"))
    if not every:
        raise RefusedError(412, Issue("encounter", "not sent, and could not be fetched"))
    named = [found for found in every if not wanted or found.name == wanted]
    if len(named) != 1:
        why = "is not the context's encounter" if wanted else "one encounter expected"
        raise RefusedError(400, Issue(every[0].where, why))
    return decoder.needed(named[0], Encounter)


def _patient(gathered: Gathered, wanted: str, decoder: Decoder) -> str:
    """Return the patient, as others point at them; empty when nothing says."""
    for found in gathered.under("patient"):
        name = decoder.needed(found, Patient).found.name
        if wanted and name and name != wanted:
            raise RefusedError(400, Issue(f"{found.where}.id", NOT_THEIRS))
        wanted = wanted or name
    return f"Patient/{wanted}" if wanted else ""
