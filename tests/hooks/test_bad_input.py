"""Requests that cannot be answered: refused by name of the place, with nobody's data repeated."""

import json
import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from plugin.parts import parts
from tests.hooks import bad
from tests.hooks.faults import logged, places, tells_of_nobody
from tests.hooks.invariants import hold
from tests.hooks.service import cards, kept, post, start
from tests.hooks.visits import ADDRESS, MARK, Json, bundle, charge, collection, encounter

CHECK = "/check"
ADDRESSES = (ADDRESS, CHECK)
FEEDBACK = f"{ADDRESS}/feedback"


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", bad.CASES)
def test_a_bad_request_is_refused_by_the_name_of_its_place(
    name: str, address: str, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    case = bad.CASES[name]

    answer = post(client, case.body, address)

    assert answer.status_code == case.status, answer.text
    assert any(place.startswith(case.place) for place in places(answer)), answer.text
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("name", bad.ODD)
def test_an_odd_request_is_answered_or_refused_but_never_a_fault_of_ours(
    name: str, address: str, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    answer = post(client, bad.ODD[name], address)

    logged(caplog)
    if answer.status_code == 200:
        assert "fault of the checker" not in answer.text
        if address == ADDRESS:
            for card in cards(answer):
                assert MARK.lower() not in f"{card['summary']} {card['detail']}".lower()
    else:
        assert places(answer)
        tells_of_nobody(answer, caplog)


def test_a_good_request_is_answered(client: FlaskClient) -> None:
    hold(cards(post(client, bad.good())))


@pytest.mark.parametrize("address", [*ADDRESSES, FEEDBACK])
def test_a_body_of_ten_megabytes_is_too_long(
    address: str, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, json.dumps({"a": MARK * 2_000_000}).encode(), address)

    assert answer.status_code == 413
    assert places(answer) == []
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("address", ADDRESSES)
def test_more_resources_than_a_visit_has_are_too_many(address: str, client: FlaskClient) -> None:
    many = [charge("97110 x1", number) for number in range(2001)]

    answer = post(client, bad.changed(("prefetch", "charges"), bundle(many)), address)

    assert answer.status_code == 413
    assert places(answer) == ["prefetch.charges"]


@pytest.mark.parametrize(
    "hook", ["patient-view", "order-sign", MARK, "encounter-discharge ", "Encounter-Discharge"]
)
def test_a_call_for_another_hook_is_refused(
    hook: str, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, bad.changed(("hook",), hook))

    assert answer.status_code == 400
    assert places(answer) == ["hook"]
    tells_of_nobody(answer, caplog)


def test_a_call_without_a_hook_is_refused(client: FlaskClient) -> None:
    assert places(post(client, bad.without(("hook",)))) == ["hook"]


@pytest.mark.parametrize(
    "body", [{}, {"resourceType": "Patient"}, {"visit": MARK}, {"resourceType": ["Bundle"]}]
)
def test_what_is_neither_a_call_nor_a_bundle_is_not_checked(
    body: Json, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, body, CHECK)

    assert answer.status_code == 400
    assert places(answer) == ["body"]
    tells_of_nobody(answer, caplog)


def test_a_bundle_with_two_visits_is_not_checked(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    sent = collection(bad.good())
    sent["entry"].append({"resource": encounter(name=f"{MARK}-other")})

    answer = post(client, sent, CHECK)

    assert answer.status_code == 400
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("body", [{"resourceType": "Bundle"}, bundle([charge("97110 x1")])])
def test_a_bundle_without_a_visit_cannot_be_checked(body: Json, client: FlaskClient) -> None:
    answer = post(client, body, CHECK)

    assert answer.status_code == 412
    assert places(answer) == ["entry"]


def test_a_bundle_may_hold_what_nobody_reads(client: FlaskClient) -> None:
    sent = collection(bad.good())
    expected = post(client, sent, CHECK).json
    sent["entry"] += [{"resource": {"resourceType": MARK}}, {"resource": {}}, {}, {"search": {}}]

    assert post(client, sent, CHECK).json == expected


@pytest.mark.parametrize(
    "address",
    [
        "/cds-services/no-such-service",
        "/cds-services/no-such-service/feedback",
        "/t/nobody/cds-services/visit-check",
        "/t/nobody/cds-services/visit-check/feedback",
        "/t/demo/cds-services/no-such-service",
        f"/t/{MARK}%0d%0a/cds-services/visit-check",
    ],
)
def test_what_there_is_not_is_not_found(
    address: str, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = post(client, bad.good(), address)

    assert answer.status_code == 404
    places(answer)
    assert answer.json["issue"][0]["code"] == "not-found"
    tells_of_nobody(answer, caplog)


@pytest.mark.parametrize("address", ["/t/nobody/cds-services", "/no-such-page", "/check/more"])
def test_there_is_no_such_page(address: str, client: FlaskClient) -> None:
    answer = client.get(address)

    assert answer.status_code == 404
    places(answer)


@pytest.mark.parametrize("address", [ADDRESS, f"/t/demo{ADDRESS}", CHECK, FEEDBACK])
def test_what_is_posted_cannot_be_got(address: str, client: FlaskClient) -> None:
    answer = client.get(address)

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    places(answer)


@pytest.mark.parametrize("address", ["/cds-services", "/health/live", "/explain/0"])
def test_what_is_got_cannot_be_posted(address: str, client: FlaskClient) -> None:
    answer = post(client, bad.good(), address)

    assert answer.status_code == 405
    places(answer)


OF_THE_DEMO = (
    "/",
    "/fhir/ConceptMap",
    "/fhir/ConceptMap/demo-clinic",
    "/fhir/ConceptMap/$translate",
)
"""Addresses that are a site's, and the demo's where they name none."""


def test_where_the_demo_is_off_its_site_is_not_there(tmp_path: Path) -> None:
    app = start(tmp_path, demo=False)
    client = app.test_client()

    answers = [
        client.get("/cds-services"),
        client.get("/t/demo/cds-services"),
        post(client, bad.good()),
        post(client, bad.good(), f"/t/demo{ADDRESS}"),
        post(client, bad.good(), CHECK),
        post(client, {"feedback": []}, FEEDBACK),
        *(client.get(address) for address in OF_THE_DEMO),
        *(client.get(f"/t/demo{address}") for address in OF_THE_DEMO[1:]),
    ]

    parts(app).store.close()
    assert {answer.status_code for answer in answers} == {404}


def test_nothing_of_any_request_is_on_disk_in_words(tmp_path: Path) -> None:
    app = start(tmp_path)
    client = app.test_client()
    for address in ADDRESSES:
        for case in bad.CASES.values():
            post(client, case.body, address)
        for body in (bad.good(), *bad.ODD.values()):
            post(client, body, address)
    parts(app).store.close()

    stored = kept(tmp_path).lower()

    assert len(stored) > 10_000
    assert MARK.lower().encode() not in stored
