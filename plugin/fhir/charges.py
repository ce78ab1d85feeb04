"""The charges that the EHR already holds: code, units and modifiers, however they are written."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from plugin.fhir import CPT, HCPCS
from plugin.fhir.decode import Read
from plugin.fhir.elements import ChargeItem, CodeableConcept, Extension, Quantity
from plugin.fhir.references import Aliases
from plugin.fhir.scope import Scope, once
from plugin.fhir.times import day
from rules.model import Line, Service
from rules.people import OF_PLAN
from rules.words import Discipline

STANDING = frozenset({"planned", "billable", "not-billable", "billed"})
"""Charges that stand. One that is billed already is read, so that it is not proposed again."""

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
CLAIM = "Claim"
"""A draft of one may stand among the charges, or among the claims."""
MOST = 9999
"""Units beyond this are a slip of the pen."""
CODE = re.compile(r"[0-9A-Z]{5}", re.ASCII)
MODIFIER = re.compile(r"[0-9A-Z]{2}", re.ASCII)
OURS = "charge-modifier"
MODIFIER_ENDINGS = (OURS, "chargeitem-modifier", "modifier-code")
"""How the addresses of the extensions end that carry a modifier: ours, Medplum's, Oracle's."""


class Coded(msgspec.Struct, frozen=True, gc=False):
    """A therapy code, with the modifiers that were joined to it (``97140:59``)."""

    code: str
    modifiers: tuple[str, ...] = ()


def coded(concept: CodeableConcept | None) -> Coded:
    """Return the CPT or HCPCS code of a concept; an empty one when it has none."""
    for coding in concept.coding if concept else ():
        if coding.system in CODE_SYSTEMS and coding.code:
            if CODE.fullmatch(coding.code):
                return Coded(coding.code)
            code, *modifiers = coding.code.strip().upper().split(":")
            if CODE.fullmatch(code):
                return Coded(code, tuple(filter(None, modifiers))) if modifiers else Coded(code)
    return Coded("")


def code_of(concept: CodeableConcept | None, known: Container[str]) -> str:
    """Return the code of a concept without its modifiers; ``known`` are codes to look for first."""
    first = concept.coding[0] if concept and concept.coding else None
    if first and first.code in known and first.system in CODE_SYSTEMS:
        return first.code
    return coded(concept).code


def modifiers_of(charge: ChargeItem) -> tuple[str, ...]:
    """Return a charge's modifiers in order, each once."""
    listed = [*coded(charge.code).modifiers, *_carried(charge.extension)]
    said = (modifier.strip().upper() for modifier in listed)
    return tuple(dict.fromkeys(modifier for modifier in said if MODIFIER.fullmatch(modifier)))


def is_modifier(extension_url: str) -> bool:
    """Tell whether an extension carries a modifier, in any of the three encodings."""
    return extension_url.rsplit("/", 1)[-1] in MODIFIER_ENDINGS


def modifier_in(extension: Any) -> str:
    """Return the modifier that an extension as received carries; empty when it cannot be read."""
    try:
        return _value(msgspec.convert(extension, Extension)).strip().upper()
    except msgspec.ValidationError:
        return ""


def _carried(extensions: Iterable[Extension]) -> Iterator[str]:
    """Return modifiers in order of their priority where they have one, else as they stand."""
    found = [(_priority(x), _value(x)) for x in extensions if is_modifier(x.url)]
    for _, value in sorted(found, key=lambda pair: pair[0]):
        if value:
            yield value


def _priority(extension: Extension) -> int:
    for part in extension.extension:
        if part.url.endswith("priority"):
            return part.valuePositiveInt or part.valueUnsignedInt or part.valueInteger or 0
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


def charges_of(scope: Scope, on: date) -> list[Read[ChargeItem]]:
    """Return the charges of a visit that stand, for its date of service."""
    mine = []
    for found in once(scope.gathered.under("charges")):
        if found.raw.get("resourceType") == CLAIM:
            continue
        read = scope.decoder.optional(found, ChargeItem)
        if read is None or read.it.status not in STANDING:
            continue
        if not scope.theirs(read.it.subject):
            scope.decoder.stranger(f"{read.where}.subject")
        elif _of_visit(read, on, scope) and _legible(read, scope):
            mine.append(read)
    return mine


def line_of(
    read: Read[ChargeItem], name: str, services: Sequence[Service], aliases: Aliases
) -> Line:
    """Return a charge as a line of the bill, under the name by which it can be addressed."""
    quantity = read.it.quantity
    modifiers = modifiers_of(read.it)
    code = coded(read.it.code).code
    billed = [aliases.target(s).rsplit("/", 1)[-1] for s in read.it.service]
    return Line(
        id=name,
        code=code,
        units=int(quantity.value) if quantity and quantity.value else 1,
        modifiers=modifiers,
        discipline=discipline_of(code, modifiers, billed, services),
    )


def _of_visit(read: Read[ChargeItem], on: date, scope: Scope) -> bool:
    period = read.it.occurrence_period
    text = read.it.occurrence_date_time or (period.start if period else "")
    try:
        when = day(text) if text else None
    except ValueError:
        scope.decoder.omit(read.where, "has a date that cannot be read")
        return False
    context = scope.aliases.target(read.it.context)
    # A charge of an account or an episode is this visit's when it is of the day.
    other = not context.startswith("Encounter/")
    return (context in (scope.visit, "") and when in (on, None)) or (other and when == on)


def _legible(read: Read[ChargeItem], scope: Scope) -> bool:
    return legible(read.it.code, read.it.quantity, (f"{read.where}.code", read.where), scope)


def legible(
    code: CodeableConcept | None, quantity: Quantity | None, where: tuple[str, str], scope: Scope
) -> bool:
    """Tell whether a line can be judged: a code, and a whole number of units.

    ``where`` is the place of the code, and that of the line.
    """
    units = quantity.value if quantity else None
    if not coded(code).code:
        scope.decoder.omit(where[0], "has no CPT or HCPCS code")
    elif units is not None and (not 1 <= units <= MOST or units != int(units)):
        scope.decoder.omit(f"{where[1]}.quantity", "units should be a whole number")
    else:
        return True
    return False


def discipline_of(
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
