"""The charges that the EHR already holds: code, units and modifiers, however they are written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from plugin.fhir import CPT, HCPCS
from plugin.fhir.elements import ChargeItem, CodeableConcept, Extension

CODE_SYSTEMS = frozenset(
    {
        CPT,
        HCPCS,
        HCPCS.replace("http:", "https:"),
        "https://bluebutton.cms.gov/resources/codesystem/hcpcs",
        "urn:oid:2.16.840.1.113883.6.12",
        "urn:oid:2.16.840.1.113883.6.285",
    }
)
OURS = "charge-modifier"
MODIFIER_ENDINGS = (OURS, "chargeitem-modifier", "modifier-code")
"""How the addresses of the extensions end that carry a modifier: ours, Medplum's, Oracle's."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A therapy code, with the modifiers that were joined to it (``97140:59``)."""

    code: str
    modifiers: tuple[str, ...] = ()


def coded(concept: CodeableConcept | None) -> Coded:
    """Return the CPT or HCPCS code of a concept; an empty one when it has none."""
    for coding in concept.coding if concept else ():
        if coding.system in CODE_SYSTEMS and coding.code:
            code, *modifiers = coding.code.strip().upper().split(":")
            return Coded(code, tuple(filter(None, modifiers)))
    return Coded("")


def modifiers_of(charge: ChargeItem) -> tuple[str, ...]:
    """Return a charge's modifiers in order, each once."""
    listed = [*coded(charge.code).modifiers, *_carried(charge.extension)]
    return tuple(dict.fromkeys(m.strip().upper() for m in listed if m.strip()))


def is_modifier(extension_url: str) -> bool:
    """Tell whether an extension carries a modifier, in any of the three encodings."""
    return extension_url.rsplit("/", 1)[-1] in MODIFIER_ENDINGS


def _carried(extensions: Iterable[Extension]) -> Iterator[str]:
    """Return modifiers in order of their priority where they have one, else as they stand."""
    found = [(_priority(x), _value(x)) for x in extensions if is_modifier(x.url)]
    for _, value in sorted(found, key=lambda pair: pair[0]):
        if value:
            yield value


def _priority(extension: Extension) -> int:
    for part in extension.extension:
        if part.url.endswith("priority"):
            return part.valuePositiveInt or part.valueInteger or 0
    return 0


def _value(extension: Extension) -> str:
    """Return the code of a modifier, from the extension itself or from its parts."""
    for part in (extension, *extension.extension):
        concept = part.valueCodeableConcept
        for coding in concept.coding if concept else ():
            if coding.code:
                return coding.code
        if part.valueCoding and part.valueCoding.code:
            return part.valueCoding.code
        if part.valueCode or (part.valueString and not part.url.endswith("priority")):
            return part.valueCode or part.valueString
    return ""
