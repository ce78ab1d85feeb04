"""Concept maps: read at start, refused by file, place and reason; all matches are therapy codes."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugin import tenants
from plugin.conceptmap import NONE, Match
from plugin.fhir import CPT, HCPCS
from plugin.fhir.concepts import COMMENTED, EQUIVALENCES, FOLDER, SHARED, load
from plugin.fhir.concepts import translated as translations
from plugin.fhir.models import judge
from plugin.fhir.plainmap import plain
from plugin.rulebook import ROOT
from plugin.tenants import Tenant
from rules.policy import RuleDataError
from tests.fhir.building import CODER, Raw
from tests.rules.shorthand import BOOK

CODES = BOOK.tables.codes
LOCAL = "https://clinic.example/codes"
SHIPPED = CODER.maps
SEARCHED = settings(deadline=None, derandomize=True, max_examples=100)


def target(code: str = "97110", equivalence: str = "equivalent", **more: Any) -> Raw:
    return {**({"code": code} if code else {}), "equivalence": equivalence, **more}


def element(code: str, *targets: Raw, **more: Any) -> Raw:
    return {"code": code, "target": list(targets), **more}


def group(*elements: Raw, **more: Any) -> Raw:
    return {"source": LOCAL, "target": CPT, "element": list(elements), **more}


def a_map(*groups: Raw, name: str = "clinic", **more: Any) -> Raw:
    return {
        "resourceType": "ConceptMap",
        "id": name,
        "url": f"https://clinic.example/{name}",
        "title": "Codes of a clinic",
        "status": "active",
        "group": list(groups or (group(element("TE", target())),)),
        **more,
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of maps that holds what every site has."""
    made = tmp_path.joinpath(*FOLDER)
    made.mkdir(parents=True)
    for name in SHARED:
        source = ROOT.joinpath(*FOLDER, f"ConceptMap-{name}.json")
        (made / source.name).write_bytes(source.read_bytes())
    return made


Write = Callable[..., None]


@pytest.fixture
def write(folder: Path) -> Write:
    def written(raw: Raw | str, name: str = "clinic") -> None:
        text = raw if isinstance(raw, str) else json.dumps(raw)
        (folder / f"ConceptMap-{name}.json").write_text(text, encoding="utf-8")

    return written


def loaded(folder: Path, *names: str) -> Any:
    site = Tenant(name="site", title="A site", concept_maps=names)
    return load(CODES, {"site": site}, folder.parents[1])


def test_the_shipped_maps_are_those_of_the_demo_site() -> None:
    demo = tenants.load()["demo"]

    assert [one.id for one in SHIPPED.of(demo)] == ["demo-clinic", "snomed-to-therapy"]
    assert [one.id for one in SHIPPED.of(replace(demo, concept_maps=()))] == [*SHARED]


@pytest.mark.parametrize("one", SHIPPED.known.values(), ids=lambda one: one.id)
def test_every_shipped_target_is_a_therapy_code_in_force_and_without_a_descriptor(one: Any) -> None:
    for matches in one.matches.values():
        assert all(CODES[match.code].ending == "" for match in matches if match.code)
    targets = [t for g in one.raw["group"] for e in g["element"] for t in e["target"]]
    assert targets
    assert not [t for t in targets if "display" in t]


def test_every_snomed_identifier_has_its_check_digit() -> None:
    for system, code in SHIPPED.known["snomed-to-therapy"].matches:
        assert system == "http://snomed.info/sct"
        assert verhoeff(code) == 0, code
    assert verhoeff("229070003") != 0


def verhoeff(digits: str) -> int:
    """The check of SNOMED CT identifiers (Verhoeff's, over the dihedral group of ten)."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[turned]
        check = times(check, turned)
    return check


def times(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def test_a_map_is_read_and_its_groups_add_up(folder: Path, write: Write) -> None:
    stim = element("STIM", target("97032", "narrower", comment="attended"))
    unattended = element("STIM", target("G0283", "narrower", comment="unattended"))
    write(a_map(group(stim), group(unattended, target=HCPCS)))

    one = loaded(folder, "clinic").known["clinic"]

    assert one.title == "Codes of a clinic"
    found = (Match("narrower", "97032"), Match("narrower", "G0283"))
    assert one.matches == {(LOCAL, "STIM"): found}


def test_an_element_may_have_no_target(folder: Path, write: Write) -> None:
    write(a_map(group(element("X"), element("Y", target("", "unmatched")))))

    matches = loaded(folder, "clinic").known["clinic"].matches

    assert matches == {(LOCAL, "X"): (), (LOCAL, "Y"): (Match("unmatched", ""),)}


FAULTS: dict[str, tuple[Raw | str, str]] = {
    "an unknown target code": (
        a_map(group(element("A", target()), element("B", target("99999")))),
        r"group\[0\]\.element\[1\]\.target\[0\]\.code: 99999 is not in the table of therapy codes",
    ),
    "an unknown code that is said not to match": (
        a_map(group(element("A", target("99999", "disjoint")))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.code: 99999 is not in the table",
    ),
    "an element without a code": (
        a_map(group({"target": [target()]})),
        r"group\[0\]\.element\[0\]\.code: required, but missing",
    ),
    "an element that stands twice": (
        a_map(group(element("A", target()), element("B", target()), element("A", target()))),
        r"group\[0\]\.element\[2\]\.code: A is group\[0\]\.element\[0\] already",
    ),
    "a target that stands twice": (
        a_map(group(element("A", target(), target("97110", "inexact", comment="x")))),
        r"group\[0\]\.element\[0\]\.target\[1\]\.code: 97110 stands twice",
    ),
    "a target without a code": (
        a_map(group(element("A", target("")))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.code: required, but missing",
    ),
    "unmatched and matched at once": (
        a_map(group(element("A", target(), target("", "unmatched")))),
        r"group\[0\]\.element\[0\]\.target: is unmatched, and has a code too",
    ),
    "an equivalence of R5": (
        a_map(group(element("A", target(equivalence="source-is-broader-than-target")))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.equivalence: should be one of disjoint, .*wider$",
    ),
    "no equivalence": (
        a_map(group(element("A", {"code": "97110"}))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.equivalence: ",
    ),
    "narrower without a comment": (
        a_map(group(element("A", target(equivalence="narrower")))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.comment: required where the equivalence is narr",
    ),
    "a condition": (
        a_map(group(element("A", target(dependsOn=[{"property": "p", "value": "v"}])))),
        r"group\[0\]\.element\[0\]\.target\[0\]\.dependsOn: is not followed here",
    ),
    "a code for all that is not named": (
        a_map(group(element("A", target()), unmapped={"mode": "fixed", "code": "97110"})),
        r"group\[0\]\.unmapped: is not followed here",
    ),
    "an extension that changes the meaning": (
        a_map(modifierExtension=[{"url": "https://x.example", "valueBoolean": True}]),
        "modifierExtension: is not followed here",
    ),
    "another target system": (
        a_map(group(element("A", target()), target="http://hl7.org/fhir/sid/icd-10-cm")),
        r"group\[0\]\.target: should be http",
    ),
    "no source system": (
        a_map({"target": CPT, "element": [element("A", target())]}),
        r"group\[0\]\.source: required, but missing",
    ),
    "no group": ({**a_map(), "group": []}, "group: "),
    "another id": (a_map(name="other"), "id: should be clinic, as the file is named"),
    "no address": ({k: v for k, v in a_map().items() if k != "url"}, "url: required"),
    "the address of another": (
        a_map(url="https://countersign-health.github.io/fhir/ConceptMap/snomed-to-therapy"),
        "url: is the address of ConceptMap-.* too",
    ),
    "a draft": (a_map(status="draft"), "status: should be active"),
    "no title": (a_map(title=None), "title: "),
    "a title with marks of its own": (a_map(title="<b>Clinic</b>"), "title: should be 1 to 80"),
    "an element that FHIR does not know": (a_map(groups=[]), "groups: not an element"),
    "a text where a list belongs": (a_map(group="A"), "group: should be a list"),
    "another resource": ({**a_map(), "resourceType": "ValueSet"}, "resourceType: should be"),
    "no JSON": ("{", "body, line 1 column 1: not well-formed JSON"),
    "a key that stands twice": (
        '{"id": "a", "id": "b"}',
        "body, line 1 column 18: the same key stands twice",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_map_is_refused_by_file_place_and_reason(
    name: str, folder: Path, write: Write
) -> None:
    raw, complaint = FAULTS[name]
    if isinstance(raw, dict):
        raw = {key: value for key, value in raw.items() if value is not None}
    write(raw)

    with pytest.raises(RuleDataError, match=rf"^ConceptMap-(clinic|snomed.*)\.json: {complaint}"):
        loaded(folder, "clinic")


def test_a_map_that_a_site_names_and_nobody_has_is_refused(folder: Path) -> None:
    complaint = r"^site\.yaml: concept_maps\[0\]: clinic has no file beside it or in profi"
    with pytest.raises(RuleDataError, match=complaint):
        loaded(folder, "clinic")


def test_the_map_of_every_site_may_not_be_missing(folder: Path) -> None:
    (folder / f"ConceptMap-{SHARED[0]}.json").unlink()
    with pytest.raises(RuleDataError, match=rf"^ConceptMap-{SHARED[0]}\.json: is missing$"):
        loaded(folder)


def test_a_sites_own_maps_come_first_and_others_maps_not_at_all(folder: Path, write: Write) -> None:
    write(a_map())
    write(a_map(name="other"), "other")
    known = loaded(folder, "clinic")

    own = known.of(Tenant(name="site", title="", concept_maps=("clinic",)))

    assert [one.id for one in own] == ["clinic", *SHARED]


PLACES: list[tuple[Any, ...]] = [
    *((key,) for key in a_map()),
    *((key,) for key in ("version", "date", "experimental", "description", "sourceUri", "text")),
    *(("group", 0, key) for key in ("source", "target", "element", "sourceVersion", "x")),
    *(("group", 0, "element", 0, key) for key in ("code", "display", "target", "id")),
    *(("group", 0, "element", 0, "target", 0, key) for key in ("code", "equivalence", "comment")),
]
ODD: st.SearchStrategy[Any] = (
    st.text(max_size=6)
    | st.sampled_from(["", " ", "a b", "a  b", " a", "a\n", "2026-02-30", "2026-02-28", "draft"])
    | st.sampled_from([None, True, 0, 1.5, [], {}, [{}], ["a"], {"a": 1}])
)


@given(place=st.sampled_from(PLACES), value=ODD)
@settings(SEARCHED, max_examples=200)
def test_what_is_taken_without_the_full_models_they_would_take_too(
    place: tuple[Any, ...], value: Any
) -> None:
    raw: Any = json.loads(json.dumps(a_map(version="1", date="2026-11-23", experimental=True)))
    node = raw
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = value

    if plain(raw):
        canonical, issues = judge(raw, "")
        assert not issues
        assert canonical == raw


@pytest.mark.parametrize("one", SHIPPED.known.values(), ids=lambda one: one.id)
def test_the_shipped_maps_need_no_full_models_and_would_pass_them(one: Any) -> None:
    raw = json.loads(ROOT.joinpath(*FOLDER, f"ConceptMap-{one.id}.json").read_text("utf-8"))

    assert plain(raw)
    assert judge(raw, "") == (raw, ())
    assert one.raw == raw


@st.composite
def maps(draw: st.DrawFn) -> Raw:
    """Maps of a clinic whose targets are therapy codes, most of them, and not all in order."""
    known = st.sampled_from(sorted(CODES)[:20])
    targets = st.builds(
        target,
        known | st.sampled_from(["", "99999"]),
        st.sampled_from(sorted(EQUIVALENCES)),
        comment=st.just("when it was so"),
    )
    names = draw(st.lists(st.sampled_from("ABCDE"), max_size=4))
    return a_map(*[group(element(n, *draw(st.lists(targets, max_size=3)))) for n in names])


@given(raw=maps())
@SEARCHED
def test_a_map_is_refused_or_all_its_matches_are_therapy_codes(
    raw: Raw, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("maps")
    made = path.joinpath(*FOLDER)
    made.mkdir(parents=True)
    source = ROOT.joinpath(*FOLDER, f"ConceptMap-{SHARED[0]}.json")
    (made / source.name).write_bytes(source.read_bytes())
    (made / "ConceptMap-clinic.json").write_text(json.dumps(raw), encoding="utf-8")
    try:
        one = load(CODES, {}, path).known["clinic"]
    except RuleDataError as error:
        assert str(error).startswith("ConceptMap-clinic.json: ")  # noqa: PT017 - either will do
        return
    for concept in one.matches:
        for source_map, match in translations([one], [concept]):
            assert source_map is one
            assert match.equivalence in EQUIVALENCES
            assert match.code in CODES or match.equivalence in NONE
    commented = [t for g in raw["group"] for e in g["element"] for t in e["target"]]
    assert all(t["comment"] for t in commented if t["equivalence"] in COMMENTED)
