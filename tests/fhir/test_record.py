"""In what states that which is known of a patient may come, and what each of them tells."""

from typing import Any

import msgspec
import pytest

from plugin.fhir.gather import bundled
from plugin.fhir.reader import Reading, read
from rules.record import NOTHING, Record
from tests.fhir.building import (
    CODER,
    TENANT,
    Raw,
    coverage,
    encounter,
    observation,
    procedure,
    reading,
    stated,
)
from tests.fhir.records import (
    KEYS_BEYOND,
    claim,
    claim_line,
    eligibility,
    item,
    key_read,
    notice,
    order,
    past,
    plan,
    record_of,
    report,
    used,
    visits,
)

MARK = "Zq7"
OUTCOME: Raw = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": MARK}]}
FIELDS = {
    "orders": "orders",
    "plans": "plans",
    "consents": "notices",
    "documents": "reports",
    "claims": "history",
}
FULL = {
    "orders": order(),
    "plans": plan(),
    "consents": notice("abn-mandatory"),
    "documents": report(),
    "claims": claim(claim_line("97110", "2026-02-20", "GP")),
    "eligibility": eligibility(used("PT", 5), visits("AD", 2, 1), item("42")),
}


@pytest.mark.parametrize("key", FIELDS)
@pytest.mark.parametrize("empty", [None, [], {"resourceType": "Bundle", "type": "searchset"}])
def test_who_looked_and_found_nothing_knows_that_there_is_nothing(key: str, empty: Any) -> None:
    nothing: dict[str, Any] = {FIELDS[key]: ()}
    assert key_read(key, empty).visit.record == Record(**nothing)


@pytest.mark.parametrize("empty", [None, [], {"resourceType": "Bundle", "type": "searchset"}])
def test_without_an_answer_of_a_payer_nothing_of_it_is_known(empty: Any) -> None:
    assert key_read("eligibility", empty).visit.record == NOTHING


@pytest.mark.parametrize("key", KEYS_BEYOND)
def test_an_error_tells_nothing_and_is_owned_up_to(key: str) -> None:
    found = key_read(key, OUTCOME)
    assert found.visit.record is NOTHING
    assert found.unread == (f"{key}: the EHR answered with an error",)


@pytest.mark.parametrize("key", KEYS_BEYOND)
def test_a_first_page_alone_tells_nothing_and_is_owned_up_to(key: str) -> None:
    more = [{"relation": "next", "url": "urn:page-2"}]
    page = {"resourceType": "Bundle", "entry": [{"resource": FULL[key]}], "link": more}
    found = key_read(key, page)
    assert found.visit.record == NOTHING
    assert found.unread == (f"{key}: only the first page was read",)


def test_a_visit_that_comes_without_any_of_it_costs_nothing() -> None:
    assert record_of() is NOTHING
    assert record_of(observation(9)) is NOTHING


def of_bundle(*resources: Raw) -> Record:
    every = [encounter(), procedure(), coverage(), *resources]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in every]}
    return read(bundled(bundle), "", "", TENANT, CODER).visit.record


def test_a_collection_tells_of_what_it_holds_and_nothing_of_what_it_does_not() -> None:
    assert of_bundle() is NOTHING
    known = of_bundle(plan(), order())
    assert (len(known.plans or ()), len(known.orders or ())) == (1, 1)
    assert (known.reports, known.notices, known.history) == (None, None, None)


def test_what_is_read_survives_being_recorded() -> None:
    every = [
        *FULL.values(),
        past(extension=[stated(20)]),
        eligibility(item("42"), used("AE", 12.5), period={"start": "2026"}, id="b"),
    ]
    found = reading(procedure(minutes=20, bodySite=[{"text": "Knee"}]), *every)
    again = msgspec.json.decode(msgspec.json.encode(found), type=Reading)
    assert again == found
    known = found.visit.record
    assert all(getattr(known, name) is not None for name in ("plans", "orders", "used_pt_slp"))
    assert None not in (known.history, known.notices, known.reports, known.authorizations)
