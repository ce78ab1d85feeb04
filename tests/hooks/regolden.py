"""Write the golden answers anew: ``python -m tests.hooks.regolden``. Read the difference after."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from plugin.hooks.services import SERVICES
from plugin.parts import parts
from tests.hooks.invariants import KEY
from tests.hooks.service import post, start
from tests.hooks.visits import Json

FOLDER = Path(__file__).parent / "golden"
OTHERS = Path(__file__).parent / "golden_others"
WIDTH = 100
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def names(folder: Path = FOLDER) -> list[str]:
    """Return the golden visits; those of the other services stand in a folder of their own."""
    return sorted(path.name.removesuffix(".request.json") for path in folder.glob("*.request.json"))


def asked(name: str, folder: Path = FOLDER) -> Json:
    """Return the call of a golden visit."""
    sent: Json = json.loads((folder / f"{name}.request.json").read_text(encoding="utf-8"))
    return sent


def expected(name: str, folder: Path = FOLDER) -> Json:
    """Return the answer a golden visit had when it was last looked at."""
    told: Json = json.loads((folder / f"{name}.cards.json").read_text(encoding="utf-8"))
    return told


def address(sent: Json) -> str:
    """Return where a call goes, by its hook."""
    return next(f"/cds-services/{x.id}" for x in SERVICES if x.hook == sent["hook"])


def steady(answer: Json) -> Json:
    """Return an answer with plain names for its trace and UUIDs.

    These change with every byte of rules/, since an answer is traced to the rules it came from.
    """
    text = json.dumps(answer)
    for card in answer["cards"][:1]:
        text = text.replace(card["extension"][KEY]["trace"], "TRACE")
    for number, name in enumerate(dict.fromkeys(UUID.findall(text)), start=1):
        text = text.replace(name, f"UUID {number}")
    same: Json = json.loads(text)
    return same


def folded(value: Any, indent: int = 0, taken: int = 0) -> str:
    """Return JSON on as few lines as are easy to read.

    >>> folded({"a": [1, 2]})
    '{"a": [1, 2]}'
    """
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent + taken <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, list):
        return _closed("[]", (pad + folded(item, indent + 2) for item in value), indent)
    keys = ((json.dumps(key), inner) for key, inner in value.items())
    inside = (f"{pad}{key}: {folded(inner, indent + 2, len(key) + 3)}" for key, inner in keys)
    return _closed("{}", inside, indent)


def _closed(brackets: str, inside: Iterable[str], indent: int) -> str:
    return f"{brackets[0]}\n" + ",\n".join(inside) + f"\n{' ' * indent}{brackets[1]}"


def main() -> None:
    """Ask every golden visit again, and keep what is answered."""
    with TemporaryDirectory() as home:
        app = start(Path(home))
        for folder, name in [(place, x) for place in (FOLDER, OTHERS) for x in names(place)]:
            sent = asked(name, folder)
            answer = post(app.test_client(), sent, address(sent))
            assert answer.status_code == 200, f"{name}: {answer.text}"
            path = folder / f"{name}.cards.json"
            path.write_text(folded(steady(answer.json)) + "\n", encoding="utf-8")
        parts(app).store.close()


if __name__ == "__main__":
    main()
