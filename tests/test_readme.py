"""What the README shows is what happens."""

import json
import re
from pathlib import Path
from typing import Any

from plugin.app import create_app
from plugin.rulebook import ROOT
from plugin.settings import load

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_answer_shown_is_the_answer_given(tmp_path: Path) -> None:
    client = create_app(load({"COUNTERSIGN_HOME": str(tmp_path)})).test_client()
    visit = (ROOT / "docs" / "visit.json").read_bytes()
    answer: dict[str, Any] = client.post("/check", data=visit).get_json()
    block = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert block
    shown: dict[str, Any] = json.loads(block[1])
    # The trace changes with every change of a rule.
    assert re.fullmatch("[0-9a-f]{32}", shown.pop("trace"))
    assert re.fullmatch("[0-9a-f]{32}", answer.pop("trace"))
    assert answer == shown


def test_every_place_it_points_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert len(links) > 3
    for link in links:
        assert (ROOT / link).exists(), link
