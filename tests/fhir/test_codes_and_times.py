"""Dates, times and codes as EHRs write them, well or badly."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.fhir import CPT, HCPCS
from plugin.fhir.charges import CODE_SYSTEMS, Coded, coded, is_modifier
from plugin.fhir.elements import CodeableConcept
from plugin.fhir.times import Clock, day, minutes_between, moment, times_of
from tests.fhir.building import Raw, coding

SEARCHED = settings(deadline=None, derandomize=True, max_examples=200)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2024-02-29", date(2024, 2, 29)),
        ("0001-01-01", date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31)),
        ("2026-11-20T09:00:00Z", date(2026, 11, 20)),
        ("2026-11-20T23:30:00-05:00", date(2026, 11, 20)),
        ("2026-11-20T00:00:00+14:00", date(2026, 11, 20)),
        ("2026-11-20T23:59:59.999999999-12:00", date(2026, 11, 20)),
        ("2026-11-20T09:00:00.5Z", date(2026, 11, 20)),
        ("2026-11-20T09:00:60Z", date(2026, 11, 20)),
        ("2026-11", None),
        ("2026", None),
    ],
)
def test_a_day_is_read_in_the_offset_given_and_less_than_a_day_is_none(
    text: str, expected: date | None
) -> None:
    assert day(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T09:00:00Z", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20T09:00:00-05:00", datetime(2026, 11, 20, 14, tzinfo=UTC)),
        ("2026-11-20T09:00:00+05:30", datetime(2026, 11, 20, 3, 30, tzinfo=UTC)),
        ("2026-11-20T09:00:00-00:00", datetime(2026, 11, 20, 9, tzinfo=UTC)),
        ("2026-11-20T09:00:00.250Z", datetime(2026, 11, 20, 9, 0, 0, 250000, tzinfo=UTC)),
        ("2026-11-20", None),
        ("2026-11", None),
        ("2026", None),
    ],
)
def test_a_moment_has_its_offset_and_less_than_a_time_is_none(
    text: str, expected: datetime | None
) -> None:
    assert moment(text) == expected


MALFORMED = [
    "",
    " ",
    "0",
    "26",
    "026",
    "20260",
    "+026",
    "-026",
    "0000",
    "2026-",
    "2026-0",
    "2026-1",
    "2026-13",
    "2026-00",
    "2026/11",
    "2026-11-",
    "2026-13-01",
    "2026-1-1",
    "2026-11-31",
    "2026-11-00",
    "2025-02-29",
    "2026-11-2",
    "20261120",
    "2026.11.20",
    "2026-11-20 ",
    " 2026-11-20",
    "2026-11-20\n",
    "20.11.2026",
    "11/20/2026",
    "0000-01-01",
    "12026-11-20",
    "-2026-11-20",
    "2026-11-20T",
    "2026-11-20T09",
    "2026-11-20T09:00",
    "2026-11-20T09:00Z",
    "2026-11-20T09:00-05:00",
    "2026-11-20T09:00:00",
    "2026-11-20T09:00:00.5",
    "2026-11-20 09:00:00Z",
    "2026-11-20t09:00:00Z",
    "2026-11-20T09:00:00z",
    "2026-11-20T9:00:00Z",
    "2026-11-20T25:00:00Z",
    "2026-11-20T09:60:00Z",
    "2026-11-20T09:00:61Z",
    "2026-11-20T09:00:00-24:00",
    "2026-11-20T09:00:00Z\n",
    "2026-11-20T09:00:00EST",
    "2026-11-20T09:00:00+0500",
    "2026-11-20T09:00:00+05",
    "2026-11-20T09:00:00+05:00:30",
    "2026-11-20T09:00:00+23:59",
    "2026-11-20T09:00:00,5Z",
    "2026-11-20T09:00:00.Z",
    "2026-11-20T09:00:00 Z",
    "2026-W10-1",
    "2026-W10-1T09:00:00Z",
    "2026-11-20T090000Z",
    "20261120T090000Z",
    "2026-13-01T09:00:00Z",
    "\u00b2026",
    "\u00b2026-11-20",
    "2026-11-\uff120",
    "2026-\uff11\uff11",
    "\uff12\uff10\uff12\uff16",
    "2026–11–20",
    "2026-11-20T09:00:0\uff10Z",
    "today",
    "NaN",
    "None",
]


@pytest.mark.parametrize("text", MALFORMED)
def test_what_is_no_fhir_date_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words are for nobody
        day(text)
    with pytest.raises(ValueError):  # noqa: PT011
        moment(text)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-20T09:00:00Z", "2026-11-20T09:30:00Z", 30),
        ("2026-11-20T09:00:00Z", "2026-11-20T09:30:59.999Z", 30),
        ("2026-11-20T09:00:01Z", "2026-11-20T09:30:00Z", 29),
        ("2026-11-20T09:00:00-05:00", "2026-11-20T14:08:00Z", 8),
        ("2026-11-20T23:50:00-05:00", "2026-11-21T00:20:00-05:00", 30),
        ("2026-11-01T01:45:00-04:00", "2026-11-01T01:15:00-05:00", 30),
        ("2026-11-20T09:30:00Z", "2026-11-20T09:00:00Z", None),
        ("2026-11-20T09:00:00Z", "2026-11-20", None),
        ("2026-11-20", "2026-11-20T09:00:00Z", None),
        ("2026-11", "2026", None),
    ],
)
def test_minutes_are_whole_and_need_two_times_in_order(
    start: str, end: str, minutes: int | None
) -> None:
    assert minutes_between(moment(start), moment(end)) == minutes


def test_minutes_between_malformed_times_are_a_value_error() -> None:
    for pair in (("2026-11-20T09:00:00Z", "9:30"), ("", "2026-11-20T09:00:00Z"), ("2026", "x")):
        with pytest.raises(ValueError):  # noqa: PT011
            minutes_between(*map(moment, pair))


LIKELY = st.text("0123456789-:T.Z+ W", max_size=26)


@given(st.text(max_size=30) | LIKELY, st.text(max_size=30) | LIKELY)
@SEARCHED
def test_no_text_is_anything_but_a_date_none_or_a_value_error(one: str, two: str) -> None:
    for read in (day, moment):
        with suppress(ValueError):
            read(one)
    try:
        minutes = minutes_between(moment(one), moment(two))
    except ValueError:
        return
    assert minutes is None or minutes >= 0


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - any clock
    st.integers(-14 * 60, 14 * 60),
    st.integers(1, 1440),
)
@SEARCHED
def test_a_well_formed_time_is_read_to_its_own_day_and_minutes(
    begun: datetime, offset: int, length: int
) -> None:
    sign = "-" if offset < 0 else "+"
    zone = f"{sign}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    text = f"{begun.isoformat(timespec='milliseconds')}{zone}"
    ended = begun + timedelta(minutes=length)
    assert day(text) == begun.date()
    then = f"{ended.isoformat(timespec='milliseconds')}{zone}"
    assert minutes_between(moment(text), moment(then)) == length


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - any clock
    st.integers(-100_000, 100_000),
    st.sampled_from(["-05:00", "+09:30", "-00:00", "Z"]),
)
@SEARCHED
def test_times_are_the_same_however_they_are_written(begun: datetime, took: int, zone: str) -> None:
    ended = begun + timedelta(seconds=took)
    usual = [f"{x.isoformat(timespec='seconds')}{zone}" for x in (begun, ended)]
    other = [f"{x.isoformat(timespec='seconds')}.000{zone}" for x in (begun, ended)]
    assert times_of(*usual) == times_of(*other)


@pytest.mark.parametrize(
    ("start", "end", "clock"),
    [
        ("2026-10-05T23:30:00-05:00", "2026-10-06T00:10:00-05:00", (None, None)),
        ("2026-10-05T13:30:00-05:00", "2026-10-05T19:10:00Z", (13 * 60 + 30, 14 * 60 + 10)),
        ("9999-12-31T23:00:00-05:00", "9999-12-31T23:40:00-05:00", (23 * 60, 23 * 60 + 40)),
        ("9999-12-31T22:00:00-05:00", "9999-12-31T21:40:00-06:00", (22 * 60, 22 * 60 + 40)),
    ],
)
def test_the_clock_is_that_of_the_start(start: str, end: str, clock: Clock) -> None:
    took = 40
    assert times_of(start, end) == (date.fromisoformat(start[:10]), took, clock)


def concept(*codings: Raw, text: str = "") -> CodeableConcept:
    return msgspec.convert({"coding": [*codings], "text": text}, CodeableConcept)


@pytest.mark.parametrize(
    ("codings", "expected"),
    [
        pytest.param([coding("97110")], Coded("97110"), id="CPT"),
        pytest.param([coding("G0283")], Coded("G0283"), id="HCPCS"),
        pytest.param([coding("g0283")], Coded("G0283"), id="small letters"),
        pytest.param([coding(" 97110 ")], Coded("97110"), id="blanks"),
        pytest.param([coding("97140:59")], Coded("97140", ("59",)), id="a modifier joined"),
        pytest.param([coding("97140:59:gp")], Coded("97140", ("59", "GP")), id="two joined"),
        pytest.param([coding("97140:")], Coded("97140"), id="an empty one joined"),
        pytest.param([coding("97140::59")], Coded("97140", ("59",)), id="an empty one between"),
        pytest.param([coding("97140-59")], Coded(""), id="a hyphen joins nothing"),
        pytest.param([coding("97140.59")], Coded(""), id="nor does a point"),
        pytest.param([coding("229065009", "http://snomed.info/sct")], Coded(""), id="SNOMED"),
        pytest.param([{"code": "97110"}], Coded(""), id="no system"),
        pytest.param([{"system": CPT}], Coded(""), id="no code"),
        pytest.param([{"system": CPT}, coding("97110")], Coded("97110"), id="the next has one"),
        pytest.param([coding("1", "urn:x"), coding("97110")], Coded("97110"), id="local first"),
        pytest.param([coding("97110"), coding("97140")], Coded("97110"), id="the first of two"),
        pytest.param([], Coded(""), id="nothing"),
        pytest.param([coding("97110", CPT.upper())], Coded(""), id="systems are exact"),
    ],
)
def test_a_concept_has_the_first_code_of_cpt_or_hcpcs(codings: list[Raw], expected: Coded) -> None:
    assert coded(concept(*codings)) == expected


def test_words_and_nothing_at_all_are_no_code() -> None:
    assert coded(concept(text="97110")) == Coded("")
    assert coded(None) == Coded("")


@pytest.mark.parametrize("system", sorted({CPT, HCPCS, *CODE_SYSTEMS}))
def test_every_usual_name_of_the_two_systems_is_known(system: str) -> None:
    assert coded(concept(coding("97110", system))) == Coded("97110")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://countersign-health.github.io/fhir/StructureDefinition/charge-modifier", True),
        ("http://hl7.org/fhir/StructureDefinition/chargeitem-modifier", True),
        ("https://fhir-ehr.cerner.com/r4/StructureDefinition/modifier-code", True),
        ("modifier-code", True),
        ("https://fhir-ehr.cerner.com/r4/StructureDefinition/procedure-code", False),
        ("http://hl7.org/fhir/StructureDefinition/chargeitem-modifier-reason", False),
        ("charge-modifier/", False),
        ("", False),
    ],
)
def test_an_extension_is_a_modifier_by_the_end_of_its_address(url: str, *, expected: bool) -> None:
    assert is_modifier(url) is expected


@given(st.text(max_size=12) | st.from_regex(r"[A-Z0-9]{5}(:[A-Z0-9]{2})*", fullmatch=True))
@SEARCHED
def test_any_text_in_a_code_is_read_as_a_code_and_modifiers_without_blanks(text: str) -> None:
    found = coded(concept(coding(text, CPT)))
    assert ":" not in found.code
    assert all(modifier and ":" not in modifier for modifier in found.modifiers)
