"""What is left out of a visit and named, and what refuses it."""

from typing import Any

import pytest

from plugin.errors import RefusedError
from tests.fhir.building import (
    DAY,
    START,
    Raw,
    charge,
    coverage,
    encounter,
    observation,
    patient,
    places,
    practitioner,
    practitioner_role,
    procedure,
    reading,
    ref,
    stated,
)

MARK = "Zq7"  # stands for patient data, which no refusal may repeat
ABSENT: Raw = {"extension": [{"url": "urn:reason", "valueCode": "unknown"}]}


def refused(*resources: Raw, **more: Any) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        reading(*resources, **more)
    return caught.value


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (charge(status=5), "charges.entry[0].resource.status"),
        (charge(code=None), "charges.entry[0].resource.code"),
        (charge() | {"code": None}, "charges.entry[0].resource.code"),
        (charge(status=None, _status=ABSENT), "charges.entry[0].resource.status"),
        (charge(unheard=MARK), "charges.entry[0].resource.unheard"),
        (charge(note=MARK, quantity="two"), "charges.entry[0].resource"),
        (charge(occurrenceDateTime="2026-13-01"), "charges.entry[0].resource"),
        (practitioner(qualification=MARK), "practitioners.entry[0].resource.qualification"),
        (practitioner(qualification=[{"code": None}]), "practitioners.entry[0].resource"),
        (practitioner_role(code=MARK), "practitioners.entry[0].resource.code"),
        (observation(9, status=None), "minutes.entry[0].resource.status"),
        (observation(9) | {"code": None}, "minutes.entry[0].resource.code"),
        (observation(9, valueQuantity={"value": MARK}), "minutes.entry[0].resource.valueQuantity"),
    ],
)
def test_one_bad_optional_resource_is_left_out_and_named_and_sinks_nothing(
    bad: Raw, where: str
) -> None:
    found = reading(procedure(minutes=20), bad)
    assert [s.minutes for s in found.visit.services] == [20]
    assert found.visit.lines == ()
    (place,) = places(found)
    assert place.startswith(where)
    assert MARK not in repr(found.left_out)


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (patient(unheard=MARK), "patient.entry[0].resource.unheard"),
        (encounter(status=5), "encounter.entry[0].resource.status"),
        (encounter(**{"class": MARK}), "encounter.entry[0].resource.class"),
        (encounter() | {"class": None}, "encounter.entry[0].resource.class"),
        (encounter(period={"start": MARK}), "encounter.entry[0].resource.period.start"),
        (procedure(status=None), "procedures.entry[0].resource.status"),
        (procedure(status=None, _status=ABSENT), "procedures.entry[0].resource.status"),
        (procedure(subject=None), "procedures.entry[0].resource.subject"),
        (procedure() | {"subject": None}, "procedures.entry[0].resource.subject"),
        (procedure(status=5, language="en", _language="33"), "procedures.entry[0].resource"),
        (procedure(unheard=MARK), "procedures.entry[0].resource.unheard"),
        (procedure(performer=[{"function": {}}]), "procedures.entry[0].resource.performer[0]"),
        (procedure(performedDateTime="2026-13-01"), "procedures.entry[0].resource.performed"),
        (procedure(performedDateTime=f"{DAY}T09:00"), "procedures.entry[0].resource.performed"),
        (
            procedure(performedPeriod={"start": START, "end": MARK}),
            "procedures.entry[0].resource.performedPeriod.end",
        ),
        (procedure(code={"coding": MARK}), "procedures.entry[0].resource.code.coding"),
        (procedure(extension=[{"valueString": MARK}]), "procedures.entry[0].resource.extension[0]"),
        (procedure(extension=[stated(20) | {"url": 5}]), "procedures.entry[0].resource.extension"),
        (coverage(payor=None), "coverage.entry[0].resource.payor"),
        (coverage() | {"beneficiary": None}, "coverage.entry[0].resource.beneficiary"),
        (
            coverage(**{"class": [{"type": {"text": "plan"}, "_value": ABSENT}]}),
            "coverage.entry[0].resource",
        ),
        (coverage(period={"end": MARK}), "coverage.entry[0].resource.period.end"),
        (coverage(order=MARK), "coverage.entry[0].resource.order"),
    ],
)
def test_a_bad_required_resource_refuses_the_request_and_names_the_place(
    bad: Raw, where: str
) -> None:
    rest = [] if bad["resourceType"] == "Procedure" else [procedure()]
    error = refused(bad, *rest)
    assert error.status == 400
    assert error.issues[0].where.startswith(f"prefetch.{where}")
    assert MARK not in repr(error.issues) + str(error)


@pytest.mark.parametrize(
    ("theirs", "where"),
    [
        (patient(id="other"), "patient.entry[0].resource.id"),
        (encounter(subject=ref("Patient/other")), "encounter.entry[0].resource.subject"),
        (procedure(subject=ref("Patient/other")), "procedures.entry[0].resource.subject"),
        (procedure(subject=ref("Group/pat")), "procedures.entry[0].resource.subject"),
        (coverage(beneficiary=ref("Patient/other")), "coverage.entry[0].resource.beneficiary"),
    ],
)
def test_a_required_resource_of_another_patient_refuses_the_request(
    theirs: Raw, where: str
) -> None:
    error = refused(theirs)
    assert error.status == 400
    assert [issue.where for issue in error.issues] == [f"prefetch.{where}"]
    assert "other" not in str(error)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param({"prefetch": {"encounter": None}}, 412, id="no encounter"),
        pytest.param({"encounter_id": "elsewhere"}, 400, id="another encounter than the context's"),
        pytest.param(
            {"encounter_id": "", "prefetch": {"encounter": [encounter(), encounter(id="e2")]}},
            400,
            id="two encounters and no context",
        ),
        pytest.param(
            {
                "patient_id": "",
                "prefetch": {"patient": None, "encounter": encounter(subject=None)},
            },
            412,
            id="nobody to treat",
        ),
        pytest.param({"patient_id": "somebody"}, 400, id="another patient than the context's"),
    ],
)
def test_a_request_without_one_patient_and_one_encounter_is_refused(
    sent: dict[str, Any], status: int
) -> None:
    assert refused(procedure(), **sent).status == status


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (procedure() | {"performedDateTime": 7}, "procedures.entry[0].resource.performedDateTime"),
        (
            procedure(performedPeriod={"start": 1772467200, "end": 1772468200}),
            "procedures.entry[0].resource.performedPeriod.start",
        ),
        (encounter(period={"start": 7}), "encounter.entry[0].resource.period.start"),
        (coverage(period={"end": 7}), "coverage.entry[0].resource.period.end"),
    ],
)
def test_a_date_that_is_a_number_is_no_date(bad: Raw, where: str) -> None:
    others = [] if bad["resourceType"] == "Procedure" else [procedure()]
    found = refused(bad, *others)
    assert found.status == 400
    assert found.issues[0].where.endswith(where)
