"""What a site's file may say: refused by file, place and reason, or taken as it is written."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from plugin.datafile import EMPTY
from plugin.rulebook import ROOT
from plugin.tenants import DEMO
from tests.fhir.building import CODER
from tests.sites.making import LOCAL, PLAIN, sites_of, write, write_map

SCHEMA: dict[str, Any] = json.loads((ROOT / "rules/schema.json").read_text(encoding="utf-8"))
KEYS = SCHEMA["definitions"]["tenant"]["properties"]

BAD: dict[str, tuple[dict[str, Any] | str, str]] = {
    "an empty file": ("", "is no tenant: it lacks the key tenant"),
    "no mapping": ("[1, 2]", "is no tenant: it lacks the key tenant"),
    "half a file": ("tenant: clinic\ntitle: [A cl", "cannot be read: "),
    "not text": ("tenant: \x00", "cannot be read: "),
    "a key twice": ("tenant: clinic\ntitle: A\ntitle: B\n", "cannot be read: .*title stands twice"),
    "another name": (json.dumps({**PLAIN, "tenant": "other"}), "tenant: should be clinic"),
    "no title": ({"title": None}, "top level: lacks title$"),
    "an unknown key": ({"max_card": 1}, "top level: no such key: max_card$"),
    "too many cards": ({"max_cards": 11}, "max_cards: must be smaller than or equal to 10"),
    "no setting of ours": ({"setting": "home"}, "setting: should be one of practitioner, hospital"),
    "an unknown payer": (
        {"payers": [{"is": "x", "payer": "acme"}]},
        r"payers\[0\]\.payer: acme has no file in profiles/payers",
    ),
    "a payer without its sign": ({"payers": [{"payer": "va"}]}, r"payers\[0\]: lacks is$"),
    "an unknown contractor": ({"mac": "nowhere"}, "mac: nowhere has no file in profiles/macs"),
    "an unknown rule": ({"rules": {"eight": "off"}}, r"rules\.eight: there is no such rule"),
    "an unknown switch": (
        {"rules": {"mue": "on"}},
        r"rules\.mue: should be one of live, shadow, off",
    ),
    "an unknown service": ({"services": ["sign"]}, r"services\[0\]: should be one of visit-check"),
    "an unknown strategy": ({"procedures": "all"}, "procedures: should be one of encounter"),
    "an unknown adapter": ({"write": "fax"}, "write: should be one of chargeitem"),
    "no resource type": ({"lacks": ["claim"]}, r"lacks\[0\]: must match pattern"),
    "an unknown role": ({"roster": {"Practitioner/1": "boss"}}, r"roster\.Practitioner/1: "),
    "an unknown mode": ({"validation": "some"}, "validation: should be one of fast, full"),
    "too little time": (
        {"time_budget_ms": 1},
        "time_budget_ms: must be bigger than or equal to 100",
    ),
    "a server that is no address": (
        {"fhir_servers": ["ehr"]},
        r"fhir_servers\[0\]: must match pattern",
    ),
    "a map that nobody has": ({"concept_maps": ["x"]}, r"concept_maps\[0\]: x has no file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_file_place_and_reason(name: str, tmp_path: Path) -> None:
    said, complaint = BAD[name]
    path = write(tmp_path, text=said) if isinstance(said, str) else write(tmp_path, **said)

    sites = sites_of(tmp_path)

    (fault,) = sites.faults
    assert re.match(rf"{re.escape(str(path))}: {complaint}", fault), fault
    assert "clinic" not in sites
    assert DEMO in sites


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_key_that_is_left_empty_is_named(key: str, tmp_path: Path) -> None:
    lines = [f"{k}: {json.dumps(v)}" for k, v in PLAIN.items() if k != key]
    name = "none" if key == "tenant" else "clinic"
    write(tmp_path, name, text="\n".join([*lines, f"{key}:  # fill in: what only the site knows"]))

    sites = sites_of(tmp_path)

    assert name not in sites
    assert sites.faults == (f"{tmp_path}/{name}.yaml: {key}: {EMPTY}",)


def test_a_file_that_would_not_be_read_is_named(tmp_path: Path) -> None:
    write(tmp_path).rename(tmp_path / "clinic.yml")

    sites = sites_of(tmp_path)

    assert "clinic" not in sites
    assert sites.faults == (f"{tmp_path}/clinic.yml: the name of the file: should end in .yaml",)


def test_files_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    for name in (".clinic.yaml", "clinic.yaml~", "notes.txt", "clinic.json"):
        (tmp_path / name).write_text("{", encoding="utf-8")

    sites = sites_of(tmp_path)

    assert (list(sites), sites.faults) == ([DEMO], ())


def test_a_site_of_the_folder_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    path = write(tmp_path, DEMO, title="Our own")

    sites = sites_of(tmp_path)

    assert sites[DEMO].title == "Our own"
    assert sites.path(DEMO) == path


def test_a_bad_file_does_not_let_the_shipped_one_answer_in_its_place(tmp_path: Path) -> None:
    write(tmp_path, DEMO, max_cards=0)

    assert DEMO not in sites_of(tmp_path)


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    sites = sites_of(tmp_path / "none")

    assert (list(sites), sites.faults) == ([DEMO], ())


def test_a_site_has_the_maps_that_stand_beside_its_file(tmp_path: Path) -> None:
    write(tmp_path, concept_maps=["clinic", "demo-clinic"])
    write(tmp_path, "other")
    write_map(tmp_path, "97140")

    sites = sites_of(tmp_path)

    own, shipped, shared = CODER.maps.of(sites["clinic"])
    assert [match.code for match in own.matches[(LOCAL, "TE")]] == ["97140"]
    assert (shipped.id, shared.id) == ("demo-clinic", "snomed-to-therapy")
    assert [one.id for one in CODER.maps.of(sites["other"])] == ["snomed-to-therapy"]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"code": "99999"}, "group[0].element[0].target[0].code: 99999 is not in the table"),
        ({"status": "draft"}, "status: should be active"),
        ({"title": "<b>"}, "title: should be"),
    ],
)
def test_a_bad_map_is_refused_with_the_site_that_names_it(
    changed: dict[str, Any], complaint: str, tmp_path: Path
) -> None:
    write(tmp_path, concept_maps=["clinic"])
    path = write_map(tmp_path, **changed)

    sites = sites_of(tmp_path)

    assert "clinic" not in sites
    assert sites.faults[0].startswith(f"{path}: {complaint}")
    assert sites.faults[1].startswith(f"{tmp_path}/clinic.yaml: concept_maps[0]: clinic has no")


def test_two_maps_of_a_site_have_two_addresses(tmp_path: Path) -> None:
    write(tmp_path, concept_maps=["one", "two"])
    write_map(tmp_path, name="one", url="https://clinic.example/map")
    write_map(tmp_path, name="two", url="https://clinic.example/map")

    (fault,) = sites_of(tmp_path).faults

    assert fault.endswith("clinic.yaml: concept_maps: two has the address (url) of one")


GUIDE = (ROOT / "docs" / "tenants.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_described_and_in_the_guide(key: str) -> None:
    assert f"| `{key}` |" in GUIDE
    assert KEYS[key].get("description"), key


def test_the_guide_names_no_other_key() -> None:
    assert set(re.findall(r"^\| `([a-z_]+)` \|", GUIDE, re.MULTILINE)) == set(KEYS)
