"""The resources that tell of a patient beyond the visit, as typed structs."""

from plugin.fhir.elements import (
    CodeableConcept,
    Element,
    Period,
    Quantity,
    Reference,
    Resource,
    Wording,
    allow,
)


class Beyond(Resource, kw_only=True):
    """A resource of a patient, whichever element names them."""

    status: str = ""
    subject: Reference | None = None
    patient: Reference | None = None

    @property
    def whose(self) -> Reference | None:
        """The patient."""
        return self.subject or self.patient


class Condition(Beyond, kw_only=True):
    """A diagnosis."""

    known = allow(
        "identifier clinicalStatus verificationStatus category severity code bodySite subject "
        "encounter onsetDateTime onsetAge onsetPeriod onsetRange onsetString abatementDateTime "
        "abatementAge abatementPeriod abatementRange abatementString recordedDate recorder "
        "asserter stage evidence note"
    )

    code: CodeableConcept | None = None
    verification_status: CodeableConcept | None = None


class ServiceRequest(Beyond, kw_only=True):
    """An order or referral."""

    known = allow(
        "identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status "
        "intent category priority doNotPerform code orderDetail quantityQuantity quantityRatio "
        "quantityRange subject encounter occurrenceDateTime occurrencePeriod occurrenceTiming "
        "asNeededBoolean asNeededCodeableConcept authoredOn requester performerType performer "
        "locationCode locationReference reasonCode reasonReference insurance supportingInfo "
        "specimen bodySite note patientInstruction relevantHistory"
    )

    intent: str = ""
    do_not_perform: bool = False
    category: tuple[Wording, ...] = ()
    code: Wording | None = None
    order_detail: tuple[Wording, ...] = ()
    performer_type: Wording | None = None
    quantity_quantity: Quantity | None = None
    authored_on: str = ""
    requester: Reference | None = None


class Attendee(Element):
    """Somebody or something that an appointment is with."""

    actor: Reference | None = None


class Appointment(Resource, kw_only=True):
    """A visit that is booked."""

    known = allow(
        "identifier status cancelationReason serviceCategory serviceType specialty "
        "appointmentType reasonCode reasonReference priority description supportingInformation "
        "start end minutesDuration slot created comment patientInstruction basedOn participant "
        "requestedPeriod"
    )

    status: str
    participant: tuple[Attendee, ...]
    service_type: tuple[Wording, ...] = ()
    specialty: tuple[Wording, ...] = ()
    start: str = ""
    requested_period: tuple[Period, ...] = ()


class CarePlan(Beyond, kw_only=True):
    """A plan of care."""

    known = allow(
        "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent "
        "category title description subject encounter period created author contributor careTeam "
        "addresses supportingInfo goal activity note"
    )

    category: tuple[Wording, ...] = ()
    title: str = ""
    period: Period | None = None


class Consent(Beyond, kw_only=True):
    """Something that the patient agreed to or took notice of."""

    known = allow(
        "identifier status scope category patient dateTime performer organization "
        "sourceAttachment sourceReference policy policyRule verification provision"
    )

    category: tuple[CodeableConcept, ...] = ()
    date_time: str = ""


class DocumentReference(Beyond, kw_only=True):
    """A document, but not what it says."""

    known = allow(
        "masterIdentifier identifier status docStatus type category subject date author "
        "authenticator custodian relatesTo description securityLabel content context"
    )

    doc_status: str = ""
    type: CodeableConcept | None = None
    date: str = ""


class Money(Element):
    """An amount of money."""

    value: float | None = None
    currency: str = ""


class Benefit(Element, rename="camel"):
    """How much of something is allowed, and how much is used up."""

    allowed_unsigned_int: int | None = None
    used_unsigned_int: int | None = None
    used_money: Money | None = None


class BenefitItem(Element, rename="camel"):
    """What a coverage says of one kind of service."""

    category: CodeableConcept | None = None
    product_or_service: CodeableConcept | None = None
    excluded: bool = False
    benefit: tuple[Benefit, ...] = ()
    authorization_required: bool | None = None


class Insurance(Element, rename="camel"):
    """What one coverage says."""

    benefit_period: Period | None = None
    item: tuple[BenefitItem, ...] = ()


class CoverageEligibilityResponse(Beyond, kw_only=True):
    """What a payer answered when asked about a patient."""

    known = allow(
        "identifier status purpose patient servicedDate servicedPeriod created requestor request "
        "outcome disposition insurer insurance preAuthRef form error"
    )

    created: str = ""
    outcome: str = ""
    insurance: tuple[Insurance, ...] = ()


class Adjudication(Element):
    """One amount that a payer settled."""

    category: CodeableConcept | None = None
    amount: Money | None = None


class ClaimItem(Element, rename="camel"):
    """One line of a claim."""

    product_or_service: CodeableConcept | None = None
    modifier: tuple[CodeableConcept, ...] = ()
    serviced_date: str = ""
    serviced_period: Period | None = None
    adjudication: tuple[Adjudication, ...] = ()


class Claim(Beyond, kw_only=True):
    """A claim as sent to a payer."""

    known = allow(
        "identifier status type subType use patient billablePeriod created enterer insurer "
        "provider priority fundsReserve related prescription originalPrescription payee referral "
        "facility careTeam supportingInfo diagnosis procedure insurance accident item total"
    )

    use: str = ""
    billable_period: Period | None = None
    item: tuple[ClaimItem, ...] = ()


class ExplanationOfBenefit(Claim, kw_only=True):
    """A claim as a payer settled it."""

    known = allow(
        "identifier status type subType use patient billablePeriod created enterer insurer "
        "provider priority fundsReserveRequested fundsReserve related prescription "
        "originalPrescription payee referral facility claim claimResponse outcome disposition "
        "preAuthRef preAuthRefPeriod careTeam supportingInfo diagnosis procedure precedence "
        "insurance accident item addItem adjudication total payment formCode form processNote "
        "benefitPeriod benefitBalance"
    )
