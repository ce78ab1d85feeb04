"""What is recorded of a visit is what was read; what another version recorded is refused."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from plugin.errors import RefusedError
from plugin.fhir.reader import Reading
from plugin.recorded import SHAPE, Manner, as_row, facts_of, kept
from plugin.store.store import Decision
from rules.model import Mapped, Service, Visit

MANNER = Manner(service="visit-check", most=3, off=("mue",))
MAPPED = Mapped(action="map", codes=("97116",), words=("gait training",))
SERVICES = (
    Service(id="a", code="97116", minutes=15, roles=("pt", "pta"), mapped=MAPPED),
    Service(discipline="OT", began=780, ended=795, diagnoses=("M54.50",), patient_present=True),
)
DAY = date(2026, 3, 2)
VISIT = Visit(date_of_service=DAY, services=SERVICES, length=40)
READING = Reading(
    visit=VISIT,
    patient="Patient/p",
    encounter="Encounter/e",
    occurrence="2026-03-02",
    performers={"a": ("Practitioner/x",)},
    charges={"#0": {"id": "c"}},
    locked=("c",),
    left_out=(),
    later=(replace(VISIT, date_of_service=date(2026, 3, 3), memo={}),),
)
DECISION = Decision(
    trace="0" * 32,
    tenant="demo",
    service="visit-check",
    rulebook="0" * 16,
    rules=(),
    cards=0,
    facts=facts_of(MANNER, READING),
)
ROW = as_row(SERVICES[0])


def test_what_is_recorded_is_what_was_read() -> None:
    assert kept(DECISION) == (MANNER, READING)


@pytest.mark.parametrize(
    "other",
    [
        (MANNER, READING),
        ("00000000", MANNER, [ROW], READING),
        (SHAPE, MANNER, [(*ROW, "more")], READING),
        (SHAPE, MANNER, [ROW[:-1]], READING),
        (SHAPE, MANNER, [(*ROW[:-1], "words")], READING),
    ],
    ids=["without rows", "other fields", "a longer row", "a shorter row", "another kind"],
)
def test_what_another_version_recorded_is_refused(other: tuple[object, ...]) -> None:
    decision = replace(DECISION, facts=msgspec.msgpack.encode(other))

    with pytest.raises(RefusedError) as refused:
        kept(decision)

    assert refused.value.status == 410
