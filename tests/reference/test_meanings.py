"""What codes mean is read whole, or not at all."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from plugin import meanings
from rules.policy import RuleDataError
from tests.reference.asking import CODES
from tests.rules.shorthand import BOOK

HEAD = """
meanings: therapy_codes
cites:
  - {id: own, title: Our words, url: "https://countersign-health.github.io", checked: "2026-11-23"}
codes:
"""
ENTRY = """  "{code}":
    meaning: What it is, in our words
    counts: [this]
    not_counted: [that]
    confused_with: []
    cite: own
"""
IDLE = "  - {id: %s, title: Idle, url: 'https://x.example', checked: '2026-11-23'}\ncodes:\n"


def written(tmp_path: Path, changed: Mapping[str, str] | None = None) -> Path:
    """Write a small file of meanings that is whole, some of its text changed."""
    text = HEAD + "".join(ENTRY.format(code=code) for code in CODES)
    for was, now in (changed or {}).items():
        assert was in text
        text = text.replace(was, now, 1)
    path = tmp_path / meanings.FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    shutil.copy(Path(__file__).parents[2] / "rules/schema.json", tmp_path / "rules/schema.json")
    return tmp_path


def test_a_small_whole_file_loads(tmp_path: Path) -> None:
    loaded = meanings.load(BOOK, written(tmp_path))
    assert loaded.keys() == CODES.keys()
    assert loaded["97110"].cite.id == "own"


@pytest.mark.parametrize(
    ("was", "now", "complaint"),
    [
        (ENTRY.format(code="97110"), "", "codes: no entry for 97110"),
        ('"97110":', '"97119":', "no entry for 97110"),
        ("meanings: therapy_codes", "meanings: others", "meanings"),
        ("confused_with: []", "confused_with: [{code: '99999', by: a thing}]", "99999"),
        ("cite: own", "cite: nowhere", "cites nowhere"),
        ("id: own", "id: ncci-ptp", "ncci-ptp has another title or address"),
        ("counts: [this]", "count: [this]", "codes"),
        ("codes:\n", "codes: [\n", "cannot be read"),
        (
            "codes:\n",
            IDLE % "idle",
            "no code cites idle",
        ),
        (
            "codes:\n",
            IDLE % "own",
            "own is listed twice",
        ),
    ],
)
def test_a_faulty_file_of_meanings_is_named_with_the_place(
    tmp_path: Path, was: str, now: str, complaint: str
) -> None:
    root = written(tmp_path, {was: now})
    with pytest.raises(RuleDataError, match=rf"^meanings\.yaml: .*{complaint}"):
        meanings.load(BOOK, root)
