"""What was answered can be explained after a restart, and by nobody without its trace."""

import shutil
from pathlib import Path
from typing import Any

from plugin import rulebook
from plugin.parts import parts
from plugin.review import Reviewer
from plugin.rulebook import ROOT
from tests.hooks import regolden
from tests.hooks.invariants import KEY
from tests.hooks.service import PUBLIC, cards, equip, got, kept, post, start
from tests.hooks.visits import ENCOUNTER, MARK, PATIENT

NAMES = [name for name in regolden.names() if regolden.expected(name)["cards"]]


def answers(home: Path) -> dict[str, Any]:
    """Ask a service every golden visit, and stop it."""
    app = start(home)
    given = {name: post(app.test_client(), regolden.asked(name)) for name in NAMES}
    parts(app).store.close()
    return {cards(answer)[0]["extension"][KEY]["trace"]: answer for answer in given.values()}


def test_a_service_that_was_stopped_explains_what_it_answered(tmp_path: Path) -> None:
    given = answers(tmp_path)

    app = start(tmp_path)
    explained: dict[str, Any] = {t: app.test_client().get(f"/explain/{t}") for t in given}
    parts(app).store.close()

    for trace, answer in given.items():
        sent = answer.data.removeprefix(b'{"cards":').removesuffix(b"}")
        assert explained[trace].json["sameRules"] is True
        assert explained[trace].data.endswith(b'"cards":' + sent + b"}")


def test_a_service_with_other_rules_says_that_they_are_others(tmp_path: Path) -> None:
    given = answers(tmp_path)
    root = tmp_path / "rulebook"
    for folder in ("rules", "profiles"):
        shutil.copytree(ROOT / folder, root / folder)
    with (root / "rules" / "units" / "timed_units.yaml").open("a") as file:
        file.write("# read again\n")
    book = rulebook.load(root)

    app = start(tmp_path)
    equip(app, book=book, reviewer=Reviewer(book, PUBLIC, parts(app).reviewer.coder))
    explained = [got(app.test_client(), f"/explain/{trace}") for trace in given]
    parts(app).store.close()

    assert [each["sameRules"] for each in explained] == [False] * len(given)
    assert all(each["cards"] for each in explained)


def test_what_lies_on_disk_tells_nothing_without_a_trace(tmp_path: Path) -> None:
    given = answers(tmp_path)

    stored = kept(tmp_path)

    assert len(stored) > 10_000
    for secret in (MARK, PATIENT, ENCOUNTER, "97110", "2026-03-02T09", *given):
        assert secret.encode() not in stored


def test_the_same_visit_asked_twice_is_one_decision(tmp_path: Path) -> None:
    first, second = answers(tmp_path), answers(tmp_path)

    assert first.keys() == second.keys()
