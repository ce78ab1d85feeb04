"""What each hook's context must hold, may hold, and may not."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.hooks.faults import places, tells_of_nobody
from tests.hooks.planned import (
    LAPSED,
    appointment,
    booking,
    order,
    ordering,
    plan,
    signing,
    start,
)
from tests.hooks.service import cards, post
from tests.hooks.visits import MARK, Json, bundle, encounter, procedure

STAFF = ("Practitioner", "PractitionerRole")
ANYBODY = (*STAFF, "Patient", "RelatedPerson")
CALLS: dict[str, Callable[[], Json]] = {
    "visit-sign": lambda: signing(
        procedure("97110 33min"), encounter=encounter(), procedures=bundle([])
    ),
    "visit-start": lambda: start(plans=plan(**LAPSED)),
    "patient-view": lambda: start("patient-view", plans=plan(**LAPSED)),
    "order-check": lambda: ordering(order("97001")),
    "booking-check": lambda: booking(appointment(), plans=plan(**LAPSED)),
}
REQUIRED = {
    "visit-sign": ("userId", "patientId", "encounterId"),
    "visit-start": ("userId", "patientId", "encounterId"),
    "patient-view": ("userId", "patientId"),
    "order-check": ("userId", "patientId", "draftOrders"),
    "booking-check": ("userId", "patientId", "appointments"),
}
BUNDLES = {
    "visit-sign": "draftVisit",
    "order-check": "draftOrders",
    "booking-check": "appointments",
}
USERS = {
    "visit-sign": STAFF,
    "visit-start": STAFF,
    "patient-view": ANYBODY,
    "order-check": STAFF,
    "booking-check": ANYBODY,
}


def sent(client: FlaskClient, service: str, **context: Any) -> Any:
    """Return the answer to a good call with other values in its context; None takes one away."""
    body = CALLS[service]()
    said = {**body["context"], **context}
    body["context"] = {key: value for key, value in said.items() if value is not None}
    return post(client, body, f"/cds-services/{service}")


@pytest.mark.parametrize("service", CALLS)
def test_a_good_call_has_something_to_say(service: str, client: FlaskClient) -> None:
    assert cards(sent(client, service))


@pytest.mark.parametrize(
    ("service", "name"), [(x, name) for x, names in REQUIRED.items() for name in names]
)
def test_a_required_field_that_is_missing_is_named(
    service: str, name: str, client: FlaskClient
) -> None:
    answer = sent(client, service, **{name: None})

    assert answer.status_code == 400
    assert places(answer) == [f"context.{name}"]


@pytest.mark.parametrize("value", ["", 7, True, [MARK], {MARK: MARK}, MARK * 100], ids=str)
@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("name", ["userId", "patientId", "encounterId"])
def test_an_id_that_is_none_is_refused(
    name: str, service: str, value: Any, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = sent(client, service, **{name: value})

    assert answer.status_code == 400
    assert places(answer)[0].startswith(f"context.{name}")
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize("kind", [*ANYBODY, "Device", "Practitioners", "practitioner"])
def test_who_may_ask(kind: str, service: str, client: FlaskClient) -> None:
    answer = sent(client, service, userId=f"{kind}/{MARK}-pt")

    allowed = kind in USERS[service]
    assert answer.status_code == (200 if allowed else 400)
    if not allowed:
        assert places(answer) == ["context.userId"]


@pytest.mark.parametrize("service", CALLS)
@pytest.mark.parametrize(
    "user", [f"{MARK}-pt", f"https://ehr.example.org/fhir/Practitioner/{MARK}"]
)
def test_a_user_by_a_bare_id_or_an_address_may_ask(
    user: str, service: str, client: FlaskClient
) -> None:
    assert sent(client, service, userId=user).status_code == 200


@pytest.mark.parametrize("service", CALLS)
def test_what_is_not_known_in_a_context_changes_nothing(service: str, client: FlaskClient) -> None:
    usual = cards(sent(client, service))

    unknown = sent(client, service, unheardOf=[MARK], encounter={"a": MARK}, draftCharges=7)

    assert cards(unknown) == usual


@pytest.mark.parametrize(("service", "name"), BUNDLES.items())
@pytest.mark.parametrize(
    "value", [7, MARK, [MARK], [], {}, {"resourceType": "Patient"}, {"resourceType": MARK}], ids=str
)
def test_what_a_context_brings_is_a_bundle(
    service: str, name: str, value: Any, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = sent(client, service, **{name: value})

    assert answer.status_code == 400
    assert places(answer) == [f"context.{name}"]
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize(("service", "name"), BUNDLES.items())
@pytest.mark.parametrize(
    ("entries", "place"),
    [(MARK, "entry"), ([MARK], "entry[0]"), ([{"resource": MARK}], "entry[0].resource")],
    ids=str,
)
def test_a_bundle_that_is_broken_is_refused_by_its_place(
    service: str, name: str, entries: Any, place: str, client: FlaskClient
) -> None:
    broken = {"resourceType": "Bundle", "type": "collection", "entry": entries}

    answer = sent(client, service, **{name: broken})

    assert places(answer) == [f"context.{name}.{place}"]


@pytest.mark.parametrize(("service", "name"), BUNDLES.items())
def test_a_bundle_with_more_than_anybody_sends_is_refused(
    service: str, name: str, client: FlaskClient
) -> None:
    answer = sent(client, service, **{name: bundle([{"resourceType": "Basic"}] * 2001)})

    assert answer.status_code == 413
    assert places(answer) == [f"context.{name}"]


@pytest.mark.parametrize(
    ("service", "resource", "place"),
    [
        ("order-check", {**order("97001"), "authoredOn": MARK}, "authoredOn"),
        ("order-check", {**order("97001"), "nickname": MARK}, "nickname"),
        ("booking-check", appointment(start=MARK), "start"),
        ("booking-check", {"resourceType": "Appointment", "status": "proposed"}, "participant"),
        ("visit-sign", {**procedure("97110 8min"), "performedDateTime": MARK}, "performedDateTime"),
    ],
)
def test_a_resource_that_cannot_be_read_is_refused_by_its_place(
    service: str, resource: Json, place: str, client: FlaskClient, caplog: Any
) -> None:
    name = BUNDLES[service]

    answer = sent(client, service, **{name: bundle([resource], "collection")})

    assert answer.status_code == 400
    assert places(answer)[0] == f"context.{name}.entry[0].resource.{place}"
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("service", CALLS)
def test_another_hooks_name_is_refused(service: str, client: FlaskClient) -> None:
    answer = post(client, {**CALLS[service](), "hook": "made-up"}, f"/cds-services/{service}")

    assert places(answer) == ["hook"]


@pytest.mark.parametrize("service", CALLS)
def test_a_client_of_the_first_edition_is_answered(service: str, client: FlaskClient) -> None:
    """It sends no extension, and no prefetch that it could not fill."""
    body = CALLS[service]()
    body["user"] = f"Practitioner/{MARK}-pt"
    body["prefetch"]["practitioners"] = None

    assert cards(post(client, body, f"/cds-services/{service}"))
