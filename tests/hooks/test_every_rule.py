"""Every rule of the contract speaks over the wire, of facts sent as FHIR, and is silent without."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from flask.testing import FlaskClient

from rules import RULES
from tests.fhir import records
from tests.fhir.building import ref
from tests.hooks.invariants import KEY, hold
from tests.hooks.service import cards, post
from tests.hooks.visits import BASE, DAY, PATIENT, Json, bundle, encounter, request

THEIRS: Any = {"subject": ref(f"Patient/{PATIENT}")}
PATIENTS: Any = {"patient": ref(f"Patient/{PATIENT}")}
HALF_HOUR = ("97110 30min",)


def told(*items: Json, period: Json | None = None) -> Json:
    """Return what a payer says of the patient."""
    return records.eligibility(*items, period=period, **PATIENTS)


def at(**said: str) -> Json:
    """Return the encounter with facts of its own, as extensions."""
    return encounter(
        extension=[
            {"url": f"{BASE}/StructureDefinition/{name.replace('_', '-')}", kind: value}
            for name, value in said.items()
            for kind in ["valueCode" if name == "telehealth_mode" else "valueString"]
        ]
    )


def case(
    chart: Iterable[str], bill: Iterable[str] = (), payer: str = "medicare_part_b", **sent: Any
) -> Json:
    return request(chart, bill, payer, **sent)


PLAN = records.plan({"initialEvaluationOn": "2026-01-05", "treatmentDaysSinceProgressReport": 10})
OLD_PLAN = records.plan({"initialEvaluationOn": "2025-10-01", "signedOn": "2025-10-03"})
SPEAKS = {
    "payer_code": case(["97014"]),
    "group_therapy": case(["97110 30min group=3"]),
    "timed_units": case(["97110 33min"], ["97110-GP x3"]),
    "untimed_units": case(["97161"], ["97161-GP x2"]),
    "time_limits": case(["96125 45min slp"]),
    "remote_monitoring": case(["98977 days=10"]),
    "covered_code": case(["97010", *HALF_HOUR], ["97010-GP x1", "97110-GP x2"]),
    "evaluation_level": case(["97161", "97163"]),
    "ptp_edit": case(["97150", *HALF_HOUR]),
    "discipline_modifier": case(HALF_HOUR, ["97110 x2"]),
    "assistant_modifier": case(["97110 30min pta"]),
    "notice_modifier": case(["97110 30min dc"], ["97110-GP x2"]),
    "telehealth": case(HALF_HOUR, encounter=at(telehealth_mode="video", place_of_service="10")),
    "modifier_conflict": case(HALF_HOUR, ["97110-59-XS-GP x2"]),
    "unneeded_modifier": case(["97110 30min", "97112 15min"], ["97110-GP x2", "97112-59-GP x1"]),
    "modifier_order": case(HALF_HOUR, ["97110-RT-GP x2"]),
    "same_region": case(["98941 dc active @neck", "97140 15min dc @neck"], payer="commercial"),
    "add_on_code": case(["97110 30min"], ["97110-GP x2", "97546-GP x1"]),
    "mue": case(["97112 83min"]),
    "active_treatment": case(["98941 dc"]),
    "kx_threshold": case(HALF_HOUR, eligibility=told(records.used("AE", 2600))),
    "minutes_charted": case(["97110"]),
    "co_treatment": case(["97110 pt 09:00-09:30", "97530 ot 09:00-09:30"]),
    "caregiver_training": case(["97550 30min present"]),
    "visit_length": case(["97110 75min"]),
    "service_code": case(["- 15min"]),
    "code_in_force": case(["97001"]),
    "performer": case(["97161 pta"]),
    "supervision": json.loads(
        json.dumps(case(["97110 30min pta general"])).replace(DAY, "2024-12-31")
    ),
    "other_coverage": case(
        HALF_HOUR, eligibility=told(records.item("42"), period={"start": "2026-02-01"})
    ),
    "plan_of_care": case(HALF_HOUR, plans=bundle([{**OLD_PLAN, **THEIRS}])),
    "progress_report": case(HALF_HOUR, plans=bundle([{**PLAN, **THEIRS}])),
    "evaluation_frequency": case(
        ["97161"],
        plans=bundle([{**PLAN, **THEIRS, "period": {"start": "2026-01-01"}}]),
        claims=bundle([records.claim(records.claim_line("97161", "2026-01-05"), **PATIENTS)]),
    ),
    "authorization": case(
        HALF_HOUR,
        eligibility=told(records.visits("PT", 12, 12, authorizationRequired=True)),
    ),
    "diagnosis": case(["97110 30min dx=M54.5"]),
}
BY_CONTRACTOR = {"local_coverage"}
"""Rules that no site follows by itself."""


def said(response: Any) -> list[str]:
    """Return the rules that found something."""
    found = cards(response)
    hold(found)
    return [x["rule"] for x in found[0]["extension"][KEY].get("findings", [])] if found else []


def test_no_rule_is_left_out() -> None:
    assert SPEAKS.keys() == {rule.ID for rule in RULES} - BY_CONTRACTOR


@pytest.mark.parametrize("rule", SPEAKS)
def test_a_rule_speaks(rule: str, client: FlaskClient) -> None:
    assert rule in said(post(client, SPEAKS[rule]))


def test_a_visit_with_everything_in_order_draws_no_card(client: FlaskClient) -> None:
    plan = records.plan(
        {
            "initialEvaluationOn": "2026-01-05",
            "signedOn": "2026-01-09",
            "certifiedThrough": "2026-04-04",
            "treatmentDaysSinceProgressReport": 4,
        },
        **THEIRS,
    )
    asked = case(
        ["97110 30min dx=M54.50", "97140 15min dx=M54.50"],
        ["97110-GP x2", "97140-GP x1"],
        plans=bundle([plan]),
        orders=bundle([records.order(**THEIRS)]),
        documents=bundle([records.report(**THEIRS)]),
        eligibility=told(
            records.used("AE", 900), records.visits("PT", 12, 3, authorizationRequired=True)
        ),
        consents=bundle([]),
    )

    assert cards(post(client, asked)) == []
