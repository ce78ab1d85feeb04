"""Where a modifier stands on a line.

No CMS text fixes the order; the default follows common therapy practice: what opens an edit first,
then the plan of care, the assistant, the threshold, then what only informs.
"""

from collections.abc import Mapping

PLACES = (
    ("59", "XE", "XP", "XS", "XU", "25"),
    ("GP", "GO", "GN"),
    ("CQ", "CO"),
    ("KX",),
)
PLACE = {modifier: i for i, group in enumerate(PLACES) for modifier in group}
OTHERS = "*"
"""In an order that a payer states, the place of every modifier that it does not name."""


def place(modifier: str) -> int:
    """Return the place of a modifier in the default order."""
    return PLACE.get(modifier, len(PLACES))


def added(modifiers: tuple[str, ...], new: str) -> tuple[str, ...]:
    """Return modifiers with one more in its place; those that stand keep their order.

    >>> added(("GP", "KX"), "59"), added(("GP", "KX"), "CQ"), added(("95",), "GP")
    (('59', 'GP', 'KX'), ('GP', 'CQ', 'KX'), ('GP', '95'))
    """
    if not modifiers:
        return (new,)
    if new in modifiers:
        return modifiers
    mine = place(new)
    at = next((i for i, m in enumerate(modifiers) if place(m) > mine), len(modifiers))
    return (*modifiers[:at], new, *modifiers[at:])


def ranked(modifiers: tuple[str, ...], ranks: Mapping[str, int]) -> tuple[str, ...]:
    """Return the same modifiers in the order of their ranks; equals keep the order they stand in.

    >>> ranked(("RT", "KX", "GP"), {"26": 0, "*": 1, "RT": 2})
    ('KX', 'GP', 'RT')
    >>> ranked(("59", "KX", "GP"), {"GP": 0, "KX": 1})
    ('GP', 'KX', '59')
    """
    others = ranks.get(OTHERS, len(ranks))
    return tuple(sorted(modifiers, key=lambda m: ranks.get(m, others)))
