"""``python -m plugin.manifest``: write anew what manifest.json derives from the service."""

import json
from collections.abc import Iterable
from dataclasses import fields
from hashlib import sha256
from typing import Any

from plugin import __version__, tenants
from plugin.hooks.services import offer
from plugin.rulebook import ROOT, Rulebook, load
from plugin.settings import PREFIX, Settings
from plugin.tables import FOLDER
from plugin.web.freshness import FEES, SHIPPED, Told, tables
from plugin.web.wellknown import MANIFEST

Json = dict[str, Any]
FILES = {(table, setting): file for table, setting, _, file in SHIPPED} | {FEES: "fees.csv"}


def renewed(manifest: Json) -> Json:
    """Return a manifest with what other things decide written anew, everything else as it stands.

    Derived are the version, the services, the settings, the authorities that rules cite and the
    editions of the published tables.
    """
    book, services = load(), offer(tenants.load()[tenants.DEMO]).discovery["services"]
    return {
        **manifest,
        "software_version": __version__,
        "cds_hooks": {**manifest["cds_hooks"], "services": services},
        "config": {**manifest["config"], "variables": _variables(manifest["config"]["variables"])},
        "decision_support": {**manifest["decision_support"], "citations": _citations(book)},
        "rule_data": [_edition(told) for told in tables(book.now())],
    }


def _variables(known: Iterable[Json]) -> list[Json]:
    """Return every setting, with what is said of it already."""
    said = {each["name"]: each for each in known}
    names = ["CONFIG", *(field.name.upper() for field in fields(Settings))]
    return [
        said.get(f"{PREFIX}{name}", {"name": f"{PREFIX}{name}", "sensitive": False})
        for name in names
    ]


def _citations(book: Rulebook) -> list[Json]:
    """Return what the rules' standing values cite, each once."""
    rows = (row for every in book.now().shipped.base.values() for row in every)
    cited = {(row.cite.title, row.cite.url) for row in rows}
    return [{"title": title, "url": url} for title, url in sorted(cited)]


def _edition(told: Told) -> Json:
    path = ROOT / FOLDER / FILES[told.table, told.setting]
    data = path.read_bytes()
    source = data.split(b"\n", 1)[0].decode().lstrip("# ").strip()
    return {
        "name": told.slot,
        "edition": told.edition,
        "effective": told.first,
        **({"ending": told.last} if told.last else {}),
        "file": path.name,
        "source": source,
        "sha256": sha256(data).hexdigest(),
    }


def main() -> None:
    """Write the manifest anew."""
    said = json.loads(MANIFEST.read_text(encoding="utf-8"))
    text = json.dumps(renewed(said), indent=2, ensure_ascii=False)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
