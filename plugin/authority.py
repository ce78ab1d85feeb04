"""An authority as cards name it: in words, as the source of a card, and in the account of a visit.

Policies cite the same few over and over, so each is written once.
"""

from functools import lru_cache

import msgspec
from msgspec import Raw

from rules.model import Cite

TOPICS = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"
OWN = {"label": "Countersign", "url": "https://countersign-health.github.io/"}
KEPT = 1024
encode = msgspec.json.Encoder().encode


class Authority(msgspec.Struct, frozen=True):
    """What is written of one authority."""

    link: str
    """Its name and address, and since when it holds."""
    account: Raw
    """As findings cite it."""
    guideline: Raw
    """As the source of a card about practice; then of one about charges, and about limits."""
    claim: Raw
    limits: Raw


def source(of: dict[str, str], topic: str) -> Raw:
    """Return the source of a card, ready to be sent."""
    return Raw(encode({**of, "topic": {"system": TOPICS, "code": topic}}))


HELD: dict[int, tuple[Cite, Authority]] = {}
"""By identity: a policy holds the same cites for as long as it lasts; they are held here with it,
so that no other can take their place in memory."""
OWN_GUIDELINE, OWN_CLAIM = source(OWN, "guideline"), source(OWN, "claim")


def authority(cite: Cite) -> Authority:
    """Return an authority as it is written; hashing a cite takes longer than finding it so."""
    held = HELD.get(id(cite))
    if held is None:
        if len(HELD) >= KEPT:
            HELD.clear()
        held = HELD[id(cite)] = (cite, _written(cite))
    return held[1]


@lru_cache(KEPT)
def _written(cite: Cite) -> Authority:
    own = {"label": cite.title, "url": cite.url}
    edition = f", {cite.edition}" if cite.edition else ""
    return Authority(
        link=f"[{cite.title}]({cite.url}){edition}, in force since {cite.effective}",
        account=Raw(encode(_account(cite))),
        guideline=source(own, "guideline"),
        claim=source(own, "claim"),
        limits=source(own, "limits"),
    )


def _account(cite: Cite) -> dict[str, str]:
    said = {"id": cite.id, "title": cite.title, "url": cite.url}
    if cite.effective:
        said["effective"] = cite.effective
    if cite.edition:
        said["edition"] = cite.edition
    return said
