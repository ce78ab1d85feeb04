"""How a statement is written: its words, its authority, and nothing that is empty."""

from collections.abc import Iterable
from typing import Any

from rules.model import Cite

Said = dict[str, Any]
"""A statement, or a part of an answer, as plain JSON."""


def kept(**fields: Any) -> Said:
    """Return the fields that say anything; no and nought do, None and emptiness do not.

    >>> kept(code="97110", units=0, inForce=False, ending="", cite=None, rows=[])
    {'code': '97110', 'units': 0, 'inForce': False}
    """
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}


def cited(cite: Cite) -> Said:
    """Return a citation as plain JSON."""
    return kept(
        id=cite.id,
        title=cite.title,
        url=cite.url,
        effective=cite.effective,
        edition=cite.edition,
        checked=cite.checked,
    )


def said(says: str, cite: Cite, **more: Any) -> Said:
    """Return a statement with its authority."""
    return kept(says=says, **more, cite=cited(cite))


def listed(words: Iterable[str], last: str = "and") -> str:
    """Write a list as people do.

    >>> listed(["59", "XS", "XE"], "or"), listed(["59"])
    ('59, XS or XE', '59')
    """
    *others, end = [*words] or [""]
    return f"{', '.join(others)} {last} {end}" if others else end
