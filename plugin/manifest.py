"""``python -m plugin.manifest``: write anew what manifest.json derives from the service."""

import json
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from plugin import __version__
from plugin.hooks.services import discovery
from plugin.rulebook import ROOT, load
from plugin.tables import FOLDER
from plugin.web.freshness import FEES, SHIPPED, Told, tables
from plugin.web.wellknown import MANIFEST

FILES = {(table, setting): file for table, setting, _, file in SHIPPED} | {FEES: "fees.csv"}


def derived() -> dict[str, Any]:
    """Return the parts of the manifest that other things decide: services, tables, the version."""
    return {
        "software_version": __version__,
        "cds_hooks": {"services": discovery()["services"]},
        "rule_data": list(editions()),
    }


def editions() -> Iterator[dict[str, Any]]:
    """Yield the editions of the published tables that come with the service."""
    for told in tables(load().now()):
        yield _edition(told)


def _edition(told: Told) -> dict[str, Any]:
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


def renewed(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest with what is derived written anew, everything else as it stands."""
    made = derived()
    hooks = {**manifest["cds_hooks"], **made.pop("cds_hooks")}
    return {**manifest, **made, "cds_hooks": hooks}


def main() -> None:
    """Write the manifest anew."""
    said = json.loads(MANIFEST.read_text(encoding="utf-8"))
    text = json.dumps(renewed(said), indent=2, ensure_ascii=False)
    MANIFEST.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
