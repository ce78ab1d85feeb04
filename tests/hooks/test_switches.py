"""A site's switches: a rule that is off says nothing; one in the shadow speaks to the record."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from plugin.parts import parts
from plugin.tenants import DEMO
from tests.hooks import regolden
from tests.hooks.invariants import KEY
from tests.hooks.service import cards, equip, got, post, start

VISIT = "group_beside_one_on_one"
"""A visit about which both ``ptp_edit`` and ``timed_units`` speak."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """A service of its own, whose site can be changed."""
    app = start(tmp_path)
    yield app
    parts(app).store.close()


def answered(app: Flask, **switches: Any) -> list[dict[str, Any]]:
    """Return the cards of a visit under a site's switches."""
    sites = parts(app).tenants
    equip(app, tenants={DEMO: replace(sites[DEMO], **switches)})
    return cards(post(app.test_client(), regolden.asked(VISIT)))


def heard(found: list[dict[str, Any]]) -> set[str]:
    """Return the rules that spoke."""
    return {each["rule"] for each in found[0]["extension"][KEY]["findings"]}


def recorded(app: Flask, found: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the rules of the record."""
    decision = parts(app).store.decision(found[0]["extension"][KEY]["trace"])
    assert decision is not None
    return decision.rules


def test_all_rules_speak_where_nothing_is_switched(app: Flask) -> None:
    assert {"ptp_edit", "timed_units"} <= heard(answered(app))


def test_a_rule_that_is_off_is_neither_shown_nor_recorded_nor_called_unchecked(app: Flask) -> None:
    found = answered(app, off=frozenset({"ptp_edit"}))

    assert "ptp_edit" not in heard(found)
    assert not [each for each in recorded(app, found) if "ptp_edit" in each]
    assert "ptp_edit" not in str(found[0]["extension"])


def test_a_rule_in_the_shadow_is_recorded_alone(app: Flask) -> None:
    found = answered(app, shadow=frozenset({"ptp_edit"}))

    assert "ptp_edit" not in heard(found)
    assert "shadow/ptp_edit" in recorded(app, found)
    assert "ptp_edit" not in recorded(app, found)


def test_a_rule_in_the_shadow_changes_no_bill(app: Flask) -> None:
    usual = answered(app, off=frozenset({"timed_units"}))
    shadowed = answered(app, shadow=frozenset({"timed_units"}))

    assert [card["summary"] for card in usual] == [card["summary"] for card in shadowed]


def test_a_trace_redraws_what_was_shown_though_the_switches_have_changed(app: Flask) -> None:
    found = answered(app, off=frozenset({"ptp_edit"}), max_cards=1)
    answered(app)

    trace = found[0]["extension"][KEY]["trace"]

    assert got(app.test_client(), f"/explain/{trace}")["cards"] == found
