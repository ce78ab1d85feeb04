"""Diagnoses: ICD-10-CM codes, as written or by way of a Condition."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from plugin.fhir.beyond import Condition
from plugin.fhir.decode import Read
from plugin.fhir.elements import CodeableConcept, Encounter, Procedure, Reference
from plugin.fhir.gather import Found
from plugin.fhir.scope import Scope

ICD_10_CM = frozenset({"http://hl7.org/fhir/sid/icd-10-cm", "urn:oid:2.16.840.1.113883.6.90"})
CODE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?", re.ASCII)
UNTRUE = frozenset({"entered-in-error", "refuted"})
LAST = 10**6


class Diagnoses:
    """Reads diagnoses; a Condition is read when something points at it, and once."""

    def __init__(self, scope: Scope) -> None:
        """Take the visit whose diagnoses are asked for."""
        self._scope = scope
        self._named: dict[str, Found] | None = None
        self._read: dict[str, tuple[str, ...]] = {}

    def of_service(self, read: Read[Procedure]) -> tuple[str, ...]:
        """Return the codes that a service names, each once."""
        it = read.it
        found = self._codes(it.reason_code, read.found)
        if it.reason_reference:
            found += self._of(it.reason_reference, read)
        return tuple(dict.fromkeys(found))

    def of_visit(self, read: Read[Encounter]) -> tuple[str, ...]:
        """Return the codes of an encounter, each once, in the order of their rank."""
        found: list[str] = []
        if read.it.diagnosis:
            ranked = sorted(read.it.diagnosis, key=lambda d: LAST if d.rank is None else d.rank)
            found += self._of([d.condition for d in ranked if d.condition], read)
        found += self._codes(read.it.reason_code, read.found)
        return tuple(dict.fromkeys(found))

    def _of(self, references: Sequence[Reference], read: Read[Any]) -> Iterator[str]:
        for reference in references:
            target = self._scope.aliases.target(reference)
            name = f"{read.where}{target}" if target.startswith("#") else target
            if name not in self._read:
                self._read[name] = self._condition(target, read)
            yield from self._read[name]

    def _condition(self, target: str, read: Read[Any]) -> tuple[str, ...]:
        """Return the codes of the condition that a reference points at, if it is at hand."""
        decoder = self._scope.decoder
        found = _contained(target, read) if target.startswith("#") else self._sent.get(target)
        condition = decoder.optional(found, Condition) if found else None
        if found is None or condition is None or _untrue(condition.it):
            return ()
        if not self._scope.theirs(condition.it.subject):
            decoder.stranger(f"{found.where}.subject")
            return ()
        code = condition.it.code
        return tuple(self._codes((code,), found)) if code else ()

    @property
    def _sent(self) -> dict[str, Found]:
        if self._named is None:
            every = self._scope.gathered.under("conditions")
            self._named = {f"{x.raw.get('resourceType')}/{x.name}": x for x in every}
        return self._named

    def _codes(self, concepts: Iterable[CodeableConcept], found: Found) -> list[str]:
        codes: list[str] = []
        for concept in concepts:
            for coding in concept.coding:
                if coding.system not in ICD_10_CM:
                    continue
                code = coding.code.strip().upper()
                if CODE.fullmatch(code):
                    codes.append(code)
                elif code:
                    why = "names a diagnosis that is no ICD-10-CM code"
                    self._scope.decoder.omit(found.where, why)
        return codes


def _contained(target: str, read: Read[Any]) -> Found | None:
    """Return a resource that another one contains."""
    for i, raw in enumerate(read.raw.get("contained") or ()):
        if isinstance(raw, dict) and raw.get("id") == target[1:]:
            return Found(f"{read.where}.contained[{i}]", raw)
    return None


def _untrue(condition: Condition) -> bool:
    status = condition.verification_status
    return any(coding.code in UNTRUE for coding in (status.coding if status else ()))
