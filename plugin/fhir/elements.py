"""The elements that are read, as typed structs: what a visit needs, not all of FHIR.

What these refuse is handed to the full models (``plugin.fhir.models``), which say why.
"""

from typing import Any, ClassVar

import msgspec


class Element(msgspec.Struct, gc=False):
    """A part of a resource; elements that are not read are passed over."""


class Coding(Element):
    """A code in a system."""

    system: str = ""
    code: str = ""


class CodeableConcept(Element):
    """A concept, coded or in words."""

    coding: tuple[Coding, ...] = ()
    text: str = ""


class Worded(Coding):
    """A code with its words."""

    display: str = ""


class Wording(Element):
    """A concept whose words count."""

    coding: tuple[Worded, ...] = ()
    text: str = ""


class Annotation(Element):
    """A note."""

    text: str = ""


class InWords(Element):
    """The words of a service, for those that have no code."""

    code: Wording | None = None
    note: tuple[Annotation, ...] = ()


class Identifier(Element):
    """A business identifier."""

    system: str = ""
    value: str = ""


class Reference(Element):
    """A pointer to another resource."""

    reference: str = ""
    identifier: Identifier | None = None


class Period(Element):
    """A span of time; either end may be open."""

    start: str = ""
    end: str = ""


class Quantity(Element):
    """A measured amount."""

    value: float | None = None
    unit: str = ""
    system: str = ""
    code: str = ""


class Extension(Element):
    """An extension, with the value types that ours use."""

    url: str
    extension: tuple["Extension", ...] = ()
    valueQuantity: Quantity | None = None  # noqa: N815 - FHIR's name
    valuePositiveInt: int | None = None  # noqa: N815 - FHIR's name
    valueUnsignedInt: int | None = None  # noqa: N815 - FHIR's name
    valueInteger: int | None = None  # noqa: N815 - FHIR's name
    valueBoolean: bool | None = None  # noqa: N815 - FHIR's name
    valueCode: str = ""  # noqa: N815 - FHIR's name
    valueString: str = ""  # noqa: N815 - FHIR's name
    valueDate: str = ""  # noqa: N815 - FHIR's name
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815 - FHIR's name
    valueCoding: Coding | None = None  # noqa: N815 - FHIR's name


class Performer(Element):
    """Somebody who took part in a service."""

    actor: Reference
    function: CodeableConcept | None = None


class Resource(msgspec.Struct, rename="camel", gc=False):
    """A resource; ``known`` lists every element that R4 allows at its top level."""

    known: ClassVar[frozenset[str]]

    id: str = ""
    extension: tuple[Extension, ...] = ()


def allow(*names: str) -> frozenset[str]:
    """Return element names, each also as the underscored companion that carries extensions."""
    every = " ".join(("resourceType id meta implicitRules language text contained", *names))
    plain = ("extension", "modifierExtension", *every.split())
    return frozenset(plain) | {f"_{name}" for name in plain}


class Patient(Resource):
    """Who was treated: nothing but the id is read."""

    known = allow(
        "identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address "
        "maritalStatus multipleBirthBoolean multipleBirthInteger photo contact communication "
        "generalPractitioner managingOrganization link"
    )


class Participant(Element):
    """Somebody at an encounter."""

    individual: Reference | None = None


class Diagnosis(Element):
    """A diagnosis of an encounter."""

    condition: Reference | None = None
    rank: int | None = None


class Encounter(Resource, kw_only=True):
    """The visit."""

    known = allow(
        "identifier status statusHistory class classHistory type serviceType priority subject "
        "episodeOfCare basedOn participant appointment period length reasonCode reasonReference "
        "diagnosis account hospitalization location serviceProvider partOf"
    )

    status: str
    class_: Coding = msgspec.field(name="class")
    subject: Reference | None = None
    participant: tuple[Participant, ...] = ()
    period: Period | None = None
    reason_code: tuple[CodeableConcept, ...] = ()
    diagnosis: tuple[Diagnosis, ...] = ()


class Procedure(Resource, kw_only=True):
    """A charted service."""

    known = allow(
        "identifier instantiatesCanonical instantiatesUri basedOn partOf status statusReason "
        "category code subject encounter performedDateTime performedPeriod performedString "
        "performedAge performedRange recorder asserter performer location reasonCode "
        "reasonReference bodySite outcome report complication complicationDetail followUp note "
        "focalDevice usedReference usedCode"
    )

    status: str
    code: CodeableConcept | None = None
    subject: Reference
    encounter: Reference | None = None
    performed_date_time: str = ""
    performed_period: Period | None = None
    performed_string: str = ""
    performed_age: dict[str, Any] | None = None
    performed_range: dict[str, Any] | None = None
    performer: tuple[Performer, ...] = ()
    reason_code: tuple[CodeableConcept, ...] = ()
    reason_reference: tuple[Reference, ...] = ()
    body_site: tuple[Wording, ...] = ()


class CoverageClass(Element):
    """A plan, group or the like that a coverage belongs to."""

    value: str
    name: str = ""


class Coverage(Resource, kw_only=True):
    """Who pays."""

    known = allow(
        "identifier status type policyHolder subscriber subscriberId beneficiary dependent "
        "relationship period payor class order network costToBeneficiary subrogation contract"
    )

    status: str
    beneficiary: Reference
    payor: tuple[Reference, ...]
    type: CodeableConcept | None = None
    period: Period | None = None
    class_: tuple[CoverageClass, ...] = msgspec.field(name="class", default=())
    order: int | None = None


class ChargeItem(Resource, kw_only=True):
    """A charge the EHR already holds."""

    known = allow(
        "identifier definitionUri definitionCanonical status partOf code subject context "
        "occurrenceDateTime occurrencePeriod occurrenceTiming performer performingOrganization "
        "requestingOrganization costCenter quantity bodysite factorOverride priceOverride "
        "overrideReason enterer enteredDate reason service productReference "
        "productCodeableConcept account note supportingInformation"
    )

    status: str
    code: CodeableConcept
    subject: Reference
    context: Reference | None = None
    occurrence_date_time: str = ""
    occurrence_period: Period | None = None
    quantity: Quantity | None = None
    service: tuple[Reference, ...] = ()


class Observation(Resource, kw_only=True):
    """Minutes kept apart from the service they belong to."""

    known = allow(
        "identifier basedOn partOf status category code subject focus encounter effectiveDateTime "
        "effectivePeriod effectiveTiming effectiveInstant issued performer valueQuantity "
        "valueCodeableConcept valueString valueBoolean valueInteger valueRange valueRatio "
        "valueSampledData valueTime valueDateTime valuePeriod dataAbsentReason interpretation note "
        "bodySite method specimen device referenceRange hasMember derivedFrom component"
    )

    status: str
    code: CodeableConcept
    part_of: tuple[Reference, ...] = ()
    subject: Reference | None = None
    value_quantity: Quantity | None = None


class Qualification(Element):
    """A licence or certificate."""

    code: CodeableConcept


class Practitioner(Resource, kw_only=True):
    """Somebody who treats."""

    known = allow(
        "identifier active name telecom address gender birthDate photo qualification communication"
    )

    qualification: tuple[Qualification, ...] = ()


class PractitionerRole(Resource, kw_only=True):
    """What somebody does at an organisation."""

    known = allow(
        "identifier active period practitioner organization code specialty location "
        "healthcareService telecom availableTime notAvailable availabilityExceptions endpoint"
    )

    practitioner: Reference | None = None
    code: tuple[CodeableConcept, ...] = ()
    specialty: tuple[CodeableConcept, ...] = ()
