"""What tells of a patient beyond the visit, as EHRs and payers might send it."""

from hypothesis import strategies as st

from plugin.fhir import BASE
from plugin.fhir.beyond import (
    CarePlan,
    Claim,
    Condition,
    Consent,
    CoverageEligibilityResponse,
    DocumentReference,
    ExplanationOfBenefit,
    ServiceRequest,
)
from plugin.fhir.elements import Resource
from plugin.fhir.eligibility import X12
from tests.fhir.building import Raw
from tests.fhir.values import (
    annotations,
    companions,
    concepts,
    days,
    few,
    moments,
    periods,
    picked,
    quantities,
    references,
    said,
    some,
    times,
)

money = some(value=st.sampled_from([0, 12.5, 2480, -1]), currency=st.sampled_from(["USD", "EUR"]))
service_types = st.just({"coding": [{"system": X12, "code": "PT"}]})
notices = st.just(
    {"coding": [{"system": f"{BASE}/CodeSystem/consent-category", "code": "abn-mandatory"}]}
)
benefits = picked(
    {"type": concepts},
    {"allowedUnsignedInt": st.integers(0, 99), "usedMoney": money, "_usedMoney": companions},
)
items = some(
    category=service_types | concepts,
    benefit=few(benefits),
    authorizationRequired=st.booleans(),
    excluded=st.booleans(),
    name=said,
)
insurances = picked({"coverage": references}, {"benefitPeriod": periods, "item": few(items)})
adjudications = picked({"category": concepts}, {"amount": money, "value": st.just(1.5)})
lines = picked(
    {"sequence": st.integers(1, 9), "productOrService": concepts},
    {
        "modifier": few(concepts),
        "servicedDate": days,
        "quantity": quantities,
        "net": money,
        "encounter": few(references),
    },
)
settled = picked(
    {"sequence": st.integers(1, 9), "productOrService": concepts},
    {"modifier": few(concepts), "servicedPeriod": periods, "adjudication": few(adjudications)},
)
claimed: Raw = {
    "status": st.just("active"),
    "type": concepts,
    "use": st.just("claim"),
    "patient": references,
    "created": moments,
    "provider": references,
    "insurance": few(st.fixed_dictionaries({"focal": st.booleans(), "coverage": references})),
}
insured = few(
    st.fixed_dictionaries(
        {"sequence": st.integers(1, 9), "focal": st.booleans(), "coverage": references}
    )
)
BEYOND: dict[type[Resource], tuple[Raw, Raw]] = {
    Condition: (
        {"subject": references},
        {
            "code": concepts,
            "verificationStatus": concepts,
            "onsetDateTime": moments,
            "note": few(annotations),
            "_recordedDate": companions,
        },
    ),
    ServiceRequest: (
        {
            "status": st.just("active"),
            "intent": st.sampled_from(["order", "plan"]),
            "subject": references,
        },
        {
            "code": concepts,
            "category": few(concepts),
            "orderDetail": few(concepts),
            "performerType": concepts,
            "quantityQuantity": quantities,
            "authoredOn": moments,
            "requester": references,
            "doNotPerform": st.booleans(),
            "_status": companions,
        },
    ),
    CarePlan: (
        {
            "status": st.sampled_from(["active", "completed"]),
            "intent": st.just("plan"),
            "subject": references,
        },
        {
            "category": few(concepts),
            "title": said,
            "period": periods,
            "created": moments,
            "note": few(annotations),
            "_title": companions,
        },
    ),
    CoverageEligibilityResponse: (
        {
            "status": st.just("active"),
            "purpose": st.just(["benefits"]),
            "patient": references,
            "created": moments,
            "request": references,
            "outcome": st.sampled_from(["complete", "queued"]),
            "insurer": references,
        },
        {"insurance": few(insurances), "disposition": said, "_status": companions},
    ),
    Consent: (
        {
            "status": st.just("active"),
            "scope": concepts,
            "category": few(notices | concepts),
            "policyRule": concepts,
        },
        {"patient": references, "dateTime": moments, "_dateTime": companions},
    ),
    DocumentReference: (
        {
            "status": st.just("current"),
            "content": st.just([{"attachment": {"contentType": "text/plain"}}]),
        },
        {
            "type": concepts,
            "subject": references,
            "date": times,
            "docStatus": st.just("final"),
            "description": said,
        },
    ),
    Claim: (
        {**claimed, "priority": concepts, "insurance": insured},
        {"billablePeriod": periods, "item": few(lines), "total": money, "_use": companions},
    ),
    ExplanationOfBenefit: (
        {**claimed, "insurer": references, "outcome": st.just("complete")},
        {"billablePeriod": periods, "item": few(settled), "disposition": said},
    ),
}
