"""The code of a service that is charted without one: by concept map, by its words, or asked for."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin.conceptmap import Match
from plugin.fhir.coding import MOST, told
from plugin.fhir.gather import KEYS, prefetched
from plugin.fhir.reader import Reading, read
from plugin.tenants import Tenant
from rules.coding.lexicon import LONGEST
from rules.model import Mapped, Service
from tests.fhir.building import (
    CODER,
    TENANT,
    Raw,
    charge,
    coding,
    prefetch_of,
    procedure,
    reading,
    service_of,
)
from tests.rules.shorthand import BOOK

SNOMED = "http://snomed.info/sct"
CLINIC = "https://demo-clinic.example/charge-codes"
DEMO = replace(TENANT, concept_maps=("demo-clinic",))
EXERCISE, STRETCHING, TRAINING = "229065009", "229070002", "91251008"
SEARCHED = settings(deadline=None, derandomize=True, max_examples=60)


def charted(*codings: Raw, text: str = "", note: str = "", **more: Any) -> Raw:
    """A service that is charted by local codes, in words, or in a note."""
    concept = {**({"coding": [*codings]} if codings else {}), **({"text": text} if text else {})}
    noted: Any = {"note": [{"text": note}, {"text": "gait training"}]} if note else {}
    return procedure(code=concept or None, **noted, **more)


def snomed(code: str, display: str = "") -> Raw:
    return {**coding(code, SNOMED), **({"display": display} if display else {})}


def meant(service: Service) -> Mapped:
    assert service.mapped
    return service.mapped


def test_a_therapy_code_is_taken_as_it_stands_whatever_the_words_say() -> None:
    service = service_of(charted(coding("97110"), text="gait training", note="manual therapy"))

    assert (service.code, service.mapped) == ("97110", None)


def test_a_therapy_code_beside_a_local_one_needs_no_map() -> None:
    service = service_of(charted(coding("PT-GT", CLINIC), coding("97110")), tenant=DEMO)

    assert (service.code, service.mapped) == ("97110", None)


def test_a_local_code_is_mapped_by_the_sites_own_map() -> None:
    service = service_of(charted(coding("PT-GT", CLINIC)), tenant=DEMO)

    assert service.code == "97116"
    assert meant(service).codes == ("97116",)
    assert meant(service).why == "the code in the chart, by the map Demo clinic charge codes"


def test_another_sites_map_is_not_used() -> None:
    service = service_of(charted(coding("PT-GT", CLINIC)))

    assert service.code == ""
    assert meant(service).action == "ask"


def test_a_snomed_code_is_mapped_for_every_site() -> None:
    service = service_of(charted(snomed(STRETCHING)))

    assert service.code == "97110"
    assert meant(service).why.endswith("by the map SNOMED CT to therapy codes")


def test_a_sites_own_map_goes_before_the_shared_one_whatever_stands_first() -> None:
    both = charted(snomed(STRETCHING), coding("PT-MT", CLINIC))

    assert service_of(both).code == "97110"
    assert service_of(both, tenant=DEMO).code == "97140"


def test_the_same_code_of_another_system_is_not_mapped() -> None:
    assert service_of(charted(coding(STRETCHING, CLINIC)), tenant=DEMO).code == ""


def test_a_code_that_a_map_leaves_open_is_asked_for_with_the_candidates() -> None:
    service = service_of(charted(coding("PT-EVAL", CLINIC)), tenant=DEMO)

    assert service.code == ""
    assert meant(service).action == "ask"
    assert meant(service).alternatives == ("97161", "97162", "97163")


@pytest.mark.parametrize("equivalence", ["equal", "equivalent", "wider", "subsumes"])
def test_one_match_that_holds_all_that_was_charted_is_the_code(equivalence: str) -> None:
    assert by(Match(equivalence, "97110")).action == "map"


@pytest.mark.parametrize("equivalence", ["relatedto", "narrower", "specializes", "inexact"])
def test_one_match_that_may_say_more_than_was_charted_is_a_question(equivalence: str) -> None:
    found = by(Match(equivalence, "97110"))

    assert (found.action, found.codes, found.alternatives) == ("ask", (), ("97110",))


@pytest.mark.parametrize("equivalence", ["unmatched", "disjoint"])
def test_what_matches_nothing_has_no_candidate(equivalence: str) -> None:
    found = by(Match(equivalence, "97110" if equivalence == "disjoint" else ""))

    assert (found.action, found.alternatives) == ("ask", ())
    assert "gives it no therapy code" in found.why


def test_two_matches_are_a_question_even_if_one_is_equal() -> None:
    found = by(Match("equal", "97110"), Match("inexact", "97112"))

    assert (found.action, found.alternatives) == ("ask", ("97110", "97112"))


def by(*matches: Match) -> Mapped:
    """What a service becomes by a map of one code."""
    known = CODER.maps.known["demo-clinic"]
    maps = replace(known, matches={(CLINIC, "X"): matches})
    coder = replace(
        CODER, maps=replace(CODER.maps, known={**CODER.maps.known, "demo-clinic": maps})
    )
    sent = prefetched(prefetch_of(charted(coding("X", CLINIC))), KEYS)
    return meant(read(sent, "pat", "enc", DEMO, coder).visit.services[0])


@pytest.mark.parametrize(
    "words",
    [
        {"text": "Therapeutic exercise"},
        {"text": " \n therapeutic exercise \t"},
        {"note": "therapeutic exercise"},
        {"text": "therapeutic exercise", "note": "rest break"},
        {"text": " ", "note": "therapeutic exercise"},
    ],
)
def test_words_name_the_code_those_of_the_code_before_those_of_a_note(words: Any) -> None:
    service = service_of(charted(**words))

    assert service.code == "97110"
    assert meant(service).words == ("therapeutic exercise",)


def test_the_words_of_a_coding_go_before_those_of_a_note() -> None:
    unknown = snomed("1", "Therapeutic exercise")

    assert service_of(charted(unknown, note="rest break")).code == "97110"
    assert service_of(charted(unknown, text="rest break")).code == ""


def test_words_that_nobody_knows_do_not_send_for_a_note() -> None:
    assert service_of(charted(text="Zzyzx", note="therapeutic exercise")).code == ""


def test_words_are_read_where_a_map_says_that_a_code_names_no_service() -> None:
    assert service_of(charted(snomed(TRAINING), text="therapeutic exercise")).code == "97110"
    assert service_of(charted(snomed(TRAINING))).code == ""


def test_words_decide_between_what_a_map_leaves_open_and_nothing_else() -> None:
    assert service_of(charted(snomed(EXERCISE), text="therapeutic exercise")).code == "97110"
    other = service_of(charted(snomed(EXERCISE), text="speech therapy"))
    assert other.code == ""
    assert "97110" in meant(other).alternatives


def test_who_furnished_it_is_the_context_in_which_words_are_read() -> None:
    pt, ot = (meant(service_of(charted(text="evaluation", role=role))) for role in ("pt", "ot"))

    assert set(pt.alternatives) == {"97161", "97162", "97163"}
    assert set(ot.alternatives) == {"97165", "97166", "97167"}


def test_the_visits_one_discipline_is_the_context_where_nobody_is_named() -> None:
    named = procedure("97530", role="ot", id="p0")
    visit = reading(named, charted(text="evaluation", role="")).visit

    assert set(meant(visit.services[1]).alternatives) == {"97165", "97166", "97167"}


def test_a_code_found_by_a_map_tells_its_discipline_where_nobody_is_named() -> None:
    service = service_of(charted(coding("PT-REEVAL", CLINIC), role=""), tenant=DEMO)

    assert (service.code, service.discipline) == ("97164", "PT")


def test_a_code_of_one_discipline_alone_tells_the_discipline_of_those_read_by_words() -> None:
    evaluated = procedure("97161", role="", id="p0")
    visit = reading(evaluated, charted(text="therapeutic exercise", role="")).visit

    assert [s.discipline for s in visit.services] == ["PT", "PT"]


def test_words_that_name_several_services_are_not_coded() -> None:
    service = service_of(charted(text="therapeutic exercise and manual therapy", minutes=30))

    assert service.code == ""
    assert service.minutes == 30
    assert meant(service).action == "ask"
    assert set(meant(service).codes) == {"97110", "97140"}
    assert meant(service).why == "each needs its own minutes"


@pytest.mark.parametrize("text", ["declined therapeutic exercise", "rest break"])
def test_what_was_not_done_or_is_no_treatment_has_no_code_and_says_why(text: str) -> None:
    service = service_of(charted(text=text))

    assert service.code == ""
    assert meant(service).action == "nonbillable"
    assert meant(service).why


def test_without_code_and_words_the_code_is_asked_for() -> None:
    assert meant(service_of(charted())).why.startswith("which treatment was it?")


@pytest.mark.parametrize("length", [LONGEST + 1, 100_000])
def test_a_note_as_long_as_a_novel_is_asked_about(length: int) -> None:
    found = meant(service_of(charted(text="gait training " * (length // 14 + 1))))

    assert (found.action, found.codes, found.words) == ("ask", (), ())


def test_no_more_services_are_read_by_their_words_than_a_visit_has() -> None:
    many = [charted(text="therapeutic exercise", id=f"p{i}") for i in range(MOST + 1)]

    services = reading(*many).visit.services

    assert [s.code for s in services] == ["97110"] * MOST + [""]
    assert meant(services[-1]).action == "ask"


def test_a_null_that_the_full_models_pass_over_hides_no_words() -> None:
    unsaid = {**snomed("1"), "display": None}

    assert service_of(charted(unsaid, note="therapeutic exercise")).code == "97110"


@pytest.mark.parametrize("note", ["gait training", [], [{}], [{"text": 5}], {"text": "a"}, None])
def test_notes_that_are_none_do_no_harm(note: Any) -> None:
    assert meant(service_of(procedure(code=None, note=note))).action == "ask"


def test_a_charge_without_a_therapy_code_is_left_out_as_before() -> None:
    found = reading(procedure(), charge(code={"coding": [coding("PT-GT", CLINIC)]}), tenant=DEMO)

    assert found.visit.lines == ()
    assert found.unsure


def test_what_is_kept_of_a_visit_holds_how_codes_were_found_and_not_the_words_of_the_chart() -> (
    None
):
    found = reading(charted(text="Qwxzy therapeutic exercise for Qwxzy", note="Qwxzy"))

    kept = msgspec.json.encode(found)

    assert b"Qwxzy" not in kept
    assert b"therapeutic exercise" in kept
    assert msgspec.json.decode(kept, type=Reading) == found


ANY = st.text(max_size=80) | st.sampled_from(["gait training", "declined", "97110", "x" * 5000])


@given(ANY, ANY, ANY)
@SEARCHED
def test_whatever_stands_in_words_gives_a_therapy_code_or_a_reason(
    text: str, display: str, note: str
) -> None:
    service = service_of(charted(snomed("1", display), text=text, note=note))

    found = meant(service)
    assert service.code == "" or service.code in BOOK.tables.codes
    assert (found.action == "map") == bool(service.code)
    assert {*found.codes, *found.alternatives} <= BOOK.tables.codes.keys()
    assert found.why


def test_how_a_code_was_found_is_told_by_the_words_else_by_the_map() -> None:
    words = Mapped(action="map", codes=("97140",), why="-", words=("manual therapy", "stm"))

    assert told(words) == "the words “manual therapy”, “stm”"
    assert told(replace(words, words=(), why="by a map")) == "by a map"


def test_a_site_without_maps_of_its_own_has_the_shared_ones() -> None:
    assert Tenant(name="a", title="A").concept_maps == ()
    assert [one.id for one in CODER.maps.of(TENANT)] == ["snomed-to-therapy"]
