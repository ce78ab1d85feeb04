"""What the pages refuse, and what they give back as text."""

import json

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from plugin.web import charges
from plugin.web.markdown import rendered
from plugin.web.visits import visits
from tests.browser.forms import BAD, PLAIN, SCRIPT, Json, accepting, charge, filled, overriding


@pytest.mark.parametrize(
    "changed",
    [
        {"visit": "nobody"},
        {"visit": ""},
        {"payer": "nobody"},
        {"on": ""},
        {"on": "2026-02-30"},
        {"on": "20261120"},
        {"on": "1066-10-14"},
        {"minutes": ["33"]},
        {"minutes": ["33", "7", "7"]},
        {"minutes": ["33", "-7"]},
        {"minutes": ["33", "7.5"]},
        {"minutes": ["33", "1441"]},
        {"minutes": ["33", "٣"]},
        {"charges": ""},
        {"charges": "[]"},
        {"charges": "{}"},
        {"charges": '{"charges": [1]}'},
        {"charges": '{"charges": [{}]}'},
        {"charges": '{"charges": ' + "[" * 500 + "]" * 500 + "}"},
        {"charges": charges.sent([charge("a"), charge("a")])},
        {"charges": charges.sent([charge(f"c{n}") for n in range(41)])},
        {"charges": charges.sent([charge("a", 0)])},
        {"charges": charges.sent([charge("a", 1000)])},
        {"charges": charges.sent([charge("")])},
        {"charges": charges.sent([charge(BAD)])},
        {"charges": charges.sent([{**charge("a"), "resourceType": "Patient"}])},
        {"charges": charges.sent([charge("a")]).replace("1}", "1e400}")},
        {"charges": "x" * 100_001},
    ],
)
def test_a_form_that_the_page_could_not_send_is_refused(client: FlaskClient, changed: Json) -> None:
    sent = filled(visits()["pt-medicare"], **changed)
    answer = client.post("/ehr/sign", data=sent, headers=SCRIPT)
    assert answer.status_code == 400
    assert answer.headers["HX-Retarget"] == "#cards"
    assert 'role="alert"' in answer.text
    assert "<html" not in answer.text
    whole = client.post("/ehr/sign", data=sent)
    assert whole.status_code == 400
    assert answer.text in whole.text
    assert "<html" in whole.text


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "{}",
        "null",
        json.dumps(PLAIN),
        accepting(),
        accepting({"type": "create", "description": "d"}),
        accepting({"type": "create", "description": "d", "resource": {}}),
        accepting({"type": "create", "description": "d", "resource": {"resourceType": "Patient"}}),
        accepting({"type": "update", "description": "d", "resource": charge("gone")}),
        accepting({"type": "update", "description": "d", "resource": {**charge("a"), "id": []}}),
        accepting(*[{"type": "create", "description": "d", "resource": charge("")}] * 41),
        "x" * 50_001,
    ],
)
def test_a_suggestion_that_no_card_made_is_refused(client: FlaskClient, accept: str) -> None:
    answer = client.post("/ehr/accept", data=filled(visits()["pt-medicare"], accept=accept))
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "override",
    [
        "",
        "{}",
        '{"card": "c", "summary": "s"}',
        overriding("c", "s", ""),
        overriding("c", "s", "because"),
        overriding("c" * 201, "s", "other"),
    ],
)
def test_an_override_without_a_reason_is_refused(client: FlaskClient, override: str) -> None:
    answer = client.post("/ehr/override", data={"override": override})
    assert answer.status_code == 400


def test_a_form_too_long_for_any_page_is_refused(client: FlaskClient) -> None:
    answer = client.post("/ehr/sign", data={"visit": "x" * 4_000_001})
    assert answer.status_code == 413
    assert 'role="alert"' in answer.text


@given(
    field=st.sampled_from(
        ["visit", "payer", "on", "minutes", "charges", "accept", "override", "aside"]
    ),
    value=st.text(max_size=60),
    path=st.sampled_from(["/ehr/sign", "/ehr/accept", "/ehr/override"]),
)
def test_no_field_breaks_the_page(client: FlaskClient, field: str, value: str, path: str) -> None:
    answer = client.post(path, data=filled(visits()["clean"], **{field: value}))
    assert answer.status_code in {200, 400}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PARTS = st.sampled_from(sorted(charge("a", extension=[], identifier=[], service=[])))


@given(changed=st.dictionaries(PARTS, JSON, max_size=2), kind=st.sampled_from(["create", "update"]))
def test_no_charge_breaks_the_page(client: FlaskClient, changed: Json, kind: str) -> None:
    odd = {**charge("a"), **changed}
    accept = accepting({"type": kind, "description": "d", "resource": odd})
    for held in ([odd], [charge("a")]):
        answer = client.post("/ehr/accept", data=filled(visits()["clean"], held, accept=accept))
        assert answer.status_code in {200, 400}


def odd() -> list[Json]:
    """Return a charge that says script wherever a charge can say anything."""
    modifier = {
        "url": "https://countersign-health.github.io/fhir/StructureDefinition/charge-modifier",
        "valueCodeableConcept": {"coding": [{"code": BAD}]},
    }
    made = charge("a", extension=[modifier], note=[{"text": BAD}])
    made["code"]["coding"][0]["code"] = BAD
    return [made]


@pytest.mark.parametrize(
    "changed",
    [
        {"charges": charges.sent(odd())},
        {"aside": [BAD]},
        {"visit": BAD},
        {"payer": BAD},
        {"on": BAD},
        {"minutes": [BAD, BAD]},
        {"charges": BAD},
        {"accept": BAD},
        {"accept": accepting({"type": "create", "description": BAD, "resource": odd()[0]})},
        {
            "accept": accepting({"type": "delete", "description": "d", "resourceId": "a"}).replace(
                '"l"', json.dumps(BAD)
            )
        },
        {"override": overriding(BAD, BAD, "other")},
        {"override": overriding("c", BAD, BAD)},
    ],
)
@pytest.mark.parametrize("path", ["/ehr/sign", "/ehr/accept", "/ehr/override"])
@pytest.mark.parametrize("headers", [{}, SCRIPT])
def test_script_in_a_field_comes_back_as_text(
    client: FlaskClient, headers: dict[str, str], path: str, changed: Json
) -> None:
    sent = filled(visits()["pt-medicare"], **changed)
    answer = client.post(path, data=sent, headers=headers)
    assert answer.status_code in {200, 400}
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b** c", "<p>a <strong>b</strong> c</p>"),
        ("a\n\n- b\n- c\n\nd", "<p>a</p><ul><li>b</li><li>c</li></ul><p>d</p>"),
        (
            "[a](https://x.example/?q=1&r)",
            '<a href="https://x.example/?q=1&amp;r" target="_blank" rel="noopener noreferrer">',
        ),
        ('[a](https://x.example/"onclick=x)', '<a href="https://x.example/&#34;onclick=x"'),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>"),
        ("**<i>**", "<p><strong>&lt;i&gt;</strong></p>"),
        ("# not a heading | nor a table", "<p># not a heading | nor a table</p>"),
    ],
)
def test_of_markdown_only_bullets_bold_and_web_links_are_drawn(text: str, shown: str) -> None:
    assert shown in rendered(text)
