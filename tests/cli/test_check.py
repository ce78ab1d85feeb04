"""``countersign check FILE`` says what a plain check says, and ends with 0, or 2 and a reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.hooks import regolden
from tests.hooks.service import post, start
from tests.hooks.visits import MARK, Json, collection
from tests.sites.making import write


def written(home: Path, visit: Json) -> str:
    """Put a visit into a file."""
    path = home / "visit.json"
    path.write_text(json.dumps(visit), encoding="utf-8")
    return str(path)


def lines(output: bytes) -> list[str]:
    """Return what was printed, without indentation and empty lines."""
    return [line.strip() for line in output.decode().splitlines() if line.strip()]


def test_a_visit_in_a_file_is_checked(tmp_path: Path) -> None:
    done = run(tmp_path, "check", written(tmp_path, regolden.asked("written_from_nothing")))

    assert (done.returncode, done.stderr) == (0, b"")
    said = lines(done.stdout)
    assert said[0] == "Date of service 2026-03-02, payer medicare_part_b, practitioner"
    assert said[1:4] == ["Bill", "97110 ×2 GP", "97140 ×1 GP"]
    assert "38–52 minutes earn 3 units" in said
    assert MARK not in done.stdout.decode()


def test_the_estimate_is_printed_last_with_what_it_rests_on(tmp_path: Path) -> None:
    done = run(tmp_path, "check", written(tmp_path, regolden.asked("written_from_nothing")))

    said = lines(done.stdout)
    assert said[said.index("Estimate") :][:4] == [
        "Estimate",
        "97110 ×2 GP: $51.27",
        "97140 ×1 GP: $21.21",
        "In all: $72.48",
    ]
    assert said[-1].endswith("An estimate; it chooses no code and no unit.")


def test_a_bundle_from_standard_input_is_checked(tmp_path: Path) -> None:
    sent = json.dumps(collection(regolden.asked("over_billed"))).encode()

    done = run(tmp_path, "check", "-", sent=sent)

    assert (done.returncode, done.stderr) == (0, b"")
    assert "97110 ×2 GP" in lines(done.stdout)


def test_choices_are_printed_with_what_they_affirm(tmp_path: Path) -> None:
    name = "group_beside_one_on_one_already_charged"

    done = run(tmp_path, "check", written(tmp_path, regolden.asked(name)))

    assert any(line.startswith("Add XS to 97110, if ") for line in lines(done.stdout))


def test_what_was_not_checked_is_printed(tmp_path: Path) -> None:
    name = "one_bad_optional_resource"

    done = run(tmp_path, "check", written(tmp_path, regolden.asked(name)))

    place = "prefetch.minutes.entry[0].resource.valueQuantity.value"
    assert any(line.startswith(place) for line in lines(done.stdout))


@pytest.mark.parametrize("name", ["written_from_nothing", "more_problems_than_cards", "clean"])
def test_json_is_what_a_plain_check_answers(name: str, tmp_path: Path) -> None:
    asked = regolden.asked(name)
    app = start(tmp_path / "service")
    expected: Any = post(app.test_client(), asked, "/check").json
    app.extensions["countersign"].store.close()

    done = run(tmp_path, "check", "--json", written(tmp_path, asked))

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == expected


BAD = {
    "no JSON": (b"{", "body, line 1 column 1: not well-formed JSON"),
    "nothing": (b"", "body, line 1 column 0: not well-formed JSON"),
    "a list": (b"[]", "body: should be a JSON object"),
    "a key twice": (b'{"a": 1, "a": 2}', "the same key stands twice in one object"),
    "not a visit": (b'{"resourceType": "Patient"}', "body: should be a CDS Hooks request"),
    "an empty Bundle": (b'{"resourceType": "Bundle"}', "entry: holds no Encounter"),
    "a call without its context": (b'{"hook": "encounter-discharge"}', "context: Missing data"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_visit_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    sent, why = BAD[name]

    done = run(tmp_path, "check", "-", sent=sent)

    assert (done.returncode, done.stdout) == (2, b"")
    (said,) = lines(done.stderr)
    assert said.startswith("countersign: -: ")
    assert why in said


def test_a_visit_that_cannot_be_read_is_refused_without_telling_of_anybody(tmp_path: Path) -> None:
    asked = regolden.asked("written_from_nothing")
    asked["prefetch"]["procedures"]["entry"][0]["resource"]["code"] = MARK

    done = run(tmp_path, "check", "-", sent=json.dumps(asked).encode())

    assert done.returncode == 2
    assert "prefetch.procedures.entry[0].resource.code" in done.stderr.decode()
    assert MARK not in done.stderr.decode()


@pytest.mark.parametrize(
    ("name", "why"),
    [("missing.json", "No such file or directory"), (".", "Is a directory")],
)
def test_a_file_that_cannot_be_read_is_named(name: str, why: str, tmp_path: Path) -> None:
    done = run(tmp_path, "check", name)

    assert done.returncode == 2
    assert lines(done.stderr) == [f"countersign: {name}: cannot be read: {why}"]


def test_a_check_leaves_nothing_behind(tmp_path: Path) -> None:
    run(tmp_path, "check", "-", sent=json.dumps(regolden.asked("clean")).encode())

    assert list(tmp_path.iterdir()) == []


def test_a_visit_is_checked_under_the_settings_of_a_site(tmp_path: Path) -> None:
    asked = written(tmp_path, regolden.asked("written_from_nothing"))
    write(tmp_path / "tenants", rules={"discipline_modifier": "off"})

    done = run(tmp_path, "check", "--tenant", "clinic", asked)

    assert (done.returncode, done.stderr) == (0, b"")
    assert lines(done.stdout)[1:4] == ["Bill", "97110 ×2", "97140 ×1"]


def test_a_site_that_is_not_there_is_named_with_why(tmp_path: Path) -> None:
    asked = written(tmp_path, regolden.asked("clean"))
    write(tmp_path / "tenants", max_cards=0)

    bad = run(tmp_path, "check", "--tenant", "clinic", asked)
    none = run(tmp_path, "check", "--tenant", "nobody", asked)

    assert (bad.returncode, none.returncode) == (2, 2)
    assert b"clinic.yaml: max_cards: must be bigger than or equal to 1" in bad.stderr
    assert none.stderr == b"countersign: --tenant nobody: no such site, but demo\n"


def test_a_strict_check_holds_all_to_the_full_models(tmp_path: Path) -> None:
    asked = regolden.asked("written_from_nothing")
    asked["prefetch"]["procedures"]["entry"][0]["resource"]["recorder"] = MARK
    sent = json.dumps(asked).encode()

    usual = run(tmp_path, "check", "-", sent=sent)
    strict = run(tmp_path, "check", "--strict", "-", sent=sent)

    assert (usual.returncode, strict.returncode) == (0, 2)
    assert b"prefetch.procedures.entry[0].resource.recorder: " in strict.stderr
    assert MARK not in strict.stderr.decode()
