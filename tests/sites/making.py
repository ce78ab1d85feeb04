"""Files of sites, as their owners write them."""

import json
from pathlib import Path
from typing import Any

from plugin.sites import Sites
from tests.fhir.building import CODER

PLAIN: dict[str, Any] = {
    "tenant": "clinic",
    "title": "A clinic",
    "open": True,
    "setting": "practitioner",
    "payers": [],
}
LOCAL = "https://clinic.example/codes"


def write(folder: Path, name: str = "clinic", text: str | None = None, **more: Any) -> Path:
    """Write a site's file; None takes a key away."""
    said = {k: v for k, v in {**PLAIN, "tenant": name, **more}.items() if v is not None}
    folder.mkdir(exist_ok=True, parents=True)
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(said) if text is None else text, encoding="utf-8")
    return path


def write_map(folder: Path, code: str = "97110", name: str = "clinic", **more: Any) -> Path:
    """Write a map in which the local code TE is some therapy code."""
    target = {"code": code, "equivalence": "equivalent"}
    said = {
        "resourceType": "ConceptMap",
        "id": name,
        "url": f"https://clinic.example/{name}",
        "title": "Codes of a clinic",
        "status": "active",
        "group": [
            {
                "source": LOCAL,
                "target": "http://www.ama-assn.org/go/cpt",
                "element": [{"code": "TE", "target": [target]}],
            }
        ],
        **more,
    }
    path = folder / f"ConceptMap-{name}.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def sites_of(folder: Path | None) -> Sites:
    """Return the sites of a folder, and the shipped ones."""
    return Sites(CODER, folder)


def seen(sites: Sites) -> Sites:
    """Have the sites look until two looks agree."""
    sites.look()
    sites.look()
    return sites
