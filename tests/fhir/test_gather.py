"""Which resources a request brought, under which key; a key has four states."""

from typing import Any

import pytest

from plugin.errors import RefusedError
from plugin.fhir.gather import ENTRIES, KEYS, Gathered, bundled, next_page, prefetched
from plugin.fhir.reader import read
from tests.fhir.building import (
    CODER,
    TENANT,
    Raw,
    charge,
    coverage,
    encounter,
    observation,
    patient,
    practitioner,
    practitioner_role,
    procedure,
    reading,
)

MARK = "Zq7"  # stands for patient data, which no refusal may repeat
OUTCOME: Raw = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": MARK}]}


def bundle(*resources: Raw, **more: Any) -> Raw:
    entries = [{"resource": resource} for resource in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entries, **more}


def gathered(value: Any, key: str = "procedures") -> Gathered:
    return prefetched({key: value}, KEYS)


def found(value: Any) -> list[tuple[str, Any]]:
    every = gathered(value).under("procedures")
    return [(f.where.removeprefix("prefetch.procedures"), f.raw["id"]) for f in every]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(procedure(), [("", "p1")], id="one resource"),
        pytest.param([procedure()], [("[0]", "p1")], id="an array"),
        pytest.param(bundle(procedure()), [(".entry[0].resource", "p1")], id="a Bundle"),
        pytest.param(
            [bundle(procedure()), bundle(procedure(id="p2"))],
            [("[0].entry[0].resource", "p1"), ("[1].entry[0].resource", "p2")],
            id="several Bundles",
        ),
        pytest.param(
            bundle(OUTCOME, procedure()),
            [(".entry[1].resource", "p1")],
            id="a Bundle with a warning among its entries",
        ),
        pytest.param(
            bundle(entry=[{"fullUrl": "urn:x"}, {"resource": None}, {"resource": procedure()}]),
            [(".entry[2].resource", "p1")],
            id="a Bundle with entries that hold nothing",
        ),
        pytest.param(None, [], id="null"),
        pytest.param([], [], id="an empty array"),
        pytest.param(bundle(), [], id="an empty Bundle"),
        pytest.param({"resourceType": "Bundle"}, [], id="a Bundle without entries"),
    ],
)
def test_a_key_may_hold_a_resource_an_array_a_bundle_or_nothing(
    value: Any, expected: list[tuple[str, str]]
) -> None:
    assert found(value) == expected
    assert not gathered(value).absent("procedures")
    assert gathered(value).errors == {}


def test_an_error_is_neither_data_nor_absent() -> None:
    answered = gathered(OUTCOME)
    assert answered.under("procedures") == []
    assert list(answered.errors) == ["procedures"]
    assert not answered.absent("procedures")
    assert MARK not in repr(answered.errors)


def test_a_key_that_was_not_sent_is_absent_and_one_that_nobody_asked_for_is_passed_over() -> None:
    sent = prefetched({"procedures": procedure(), "unheard": MARK}, KEYS)
    assert [key for key in KEYS if not sent.absent(key)] == ["procedures"]
    assert sent.absent("unheard")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (MARK, ""),
        (5, ""),
        ([procedure(), MARK], "[1]"),
        (bundle(entry=MARK), ".entry"),
        (bundle(entry=[MARK]), ".entry[0]"),
        (bundle(entry=[{"resource": MARK}]), ".entry[0].resource"),
    ],
)
def test_anything_else_is_refused_at_its_place(value: Any, where: str) -> None:
    with pytest.raises(RefusedError) as caught:
        gathered(value)
    assert caught.value.status == 400
    assert [i.where for i in caught.value.issues] == [f"prefetch.procedures{where}"]
    assert MARK not in str(caught.value)


def test_a_bundle_that_goes_on_elsewhere_says_where() -> None:
    more = [{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}]
    assert gathered(bundle(procedure(), link=more)).pages == {"procedures": ["b"]}
    assert gathered(bundle(procedure(), link=more[:1])).pages == {}


@pytest.mark.parametrize(
    "link", [None, MARK, [], [MARK], [{"relation": "next"}], [{"relation": "next", "url": 5}]]
)
def test_a_link_that_leads_nowhere_is_no_page(link: Any) -> None:
    assert next_page(bundle(link=link)) == ""


def with_included(match: Raw, included: Raw) -> Raw:
    """A search set that brings a resource beside what was searched for."""
    modes = {"match": match, "include": included}
    return bundle(entry=[{"resource": r, "search": {"mode": m}} for m, r in modes.items()])


def test_what_a_search_set_includes_is_taken_for_what_it_is() -> None:
    charted = procedure(performer=[{"actor": {"reference": "Practitioner/dr1"}}])
    sent = with_included(charted, practitioner("225100000X"))
    seen = reading(prefetch={"procedures": sent})
    assert [(s.id, s.roles) for s in seen.visit.services] == [("p1", ("pt",))]


def test_what_a_search_set_includes_of_a_type_that_is_not_read_is_passed_over() -> None:
    sent = with_included(coverage("32"), {"resourceType": "Organization", "id": "o"})
    seen = reading(procedure(), prefetch={"coverage": sent})
    assert (seen.visit.payer, seen.left_out) == ("va", ())


def test_too_many_resources_are_refused_as_too_long() -> None:
    fits = [procedure(id=f"p{n}") for n in range(ENTRIES)]
    assert len(gathered(bundle(*fits)).under("procedures")) == ENTRIES
    for take in (gathered, bundled):
        with pytest.raises(RefusedError) as caught:
            take(bundle(*fits, procedure()))
        assert caught.value.status == 413


def test_a_collection_is_sorted_by_what_its_resources_are_in_any_order() -> None:
    every = [
        charge(),
        practitioner_role(),
        procedure(role="", minutes=30),
        {"resourceType": "Organization", "id": "o"},
        coverage("32"),
        observation(9),
        practitioner("225100000X"),
        encounter(participant=[{"individual": {"reference": "Practitioner/dr1"}}]),
        patient(),
        {"resourceType": 5},
        {},
    ]
    expected = read(bundled(bundle(*every)), "", "", TENANT, CODER)
    assert expected.visit.payer == "va"
    assert [(s.minutes, s.roles) for s in expected.visit.services] == [(30, ("pt",))]
    assert [line.id for line in expected.visit.lines] == ["c1"]
    assert expected.left_out == ()
    other_way = read(bundled(bundle(*every[::-1])), "", "", TENANT, CODER)
    assert other_way.visit == expected.visit


def test_an_optional_key_that_holds_another_type_names_it_and_goes_on() -> None:
    sent = {
        "patient": patient(),
        "encounter": encounter(),
        "procedures": procedure(),
        "coverage": coverage(),
        "charges": [{"resourceType": MARK}, charge()],
    }
    seen = read(prefetched(sent, KEYS), "pat", "enc", TENANT, CODER)
    assert [line.id for line in seen.visit.lines] == ["c1"]
    assert [issue.where for issue in seen.left_out] == ["prefetch.charges[0].resourceType"]
    assert MARK not in repr(seen.left_out)


def test_what_holds_a_resource_of_an_unheard_type_is_refused_without_naming_it() -> None:
    odd = procedure(contained=[{"resourceType": MARK}], code=MARK)
    with pytest.raises(RefusedError) as caught:
        read(
            prefetched({"encounter": encounter(), "procedures": odd}, KEYS),
            "pat",
            "enc",
            TENANT,
            CODER,
        )
    assert caught.value.status == 400
    assert caught.value.issues[0].where.startswith("prefetch.procedures")
    assert MARK not in str(caught.value)
