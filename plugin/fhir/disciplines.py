"""Which discipline a plan or an order is for, where it plainly says."""

import re
from collections.abc import Iterable

from plugin.fhir.elements import CodeableConcept, Wording
from plugin.fhir.people import role_in
from rules.people import OF_PLAN, OF_ROLE
from rules.words import Discipline

WORDS: tuple[tuple[re.Pattern[str], Discipline], ...] = (
    (re.compile(r"\bphysical(?! (exam|activit))|\bphysio", re.IGNORECASE), "PT"),
    (re.compile(r"\boccupational", re.IGNORECASE), "OT"),
    (re.compile(r"\bspeech|\bspoken language", re.IGNORECASE), "SLP"),
    (re.compile(r"\bchiropract", re.IGNORECASE), "chiropractic"),
)


def discipline_in(concepts: Iterable[Wording | None], *texts: str) -> Discipline | None:
    """Return the one discipline that concepts and texts name; None for none or several.

    By the modifier of its plan (GP, GO, GN), by NUCC taxonomy or our role codes, or in plain words.

    >>> discipline_in((), "Outpatient Physical Therapy plan")
    'PT'
    >>> discipline_in((), "Physical and occupational therapy")
    """
    found: set[Discipline] = set()
    said = list(texts)
    for concept in concepts:
        if concept is not None:
            said += [concept.text, *(coding.display for coding in concept.coding)]
            found.update(OF_PLAN[c.code] for c in concept.coding if c.code in OF_PLAN)
            role = role_in([CodeableConcept(coding=concept.coding)])
            if role in OF_ROLE:
                found.add(OF_ROLE[role])
    found.update(discipline for form, discipline in WORDS if any(map(form.search, said)))
    return found.pop() if len(found) == 1 else None
