"""Where a modifier stands on a line.

No CMS text fixes the order; the default follows common therapy practice: what opens an edit first,
then the plan of care, the assistant, the threshold, then what only informs.
"""

PLACES = (
    ("59", "XE", "XP", "XS", "XU", "25"),
    ("GP", "GO", "GN"),
    ("CQ", "CO"),
    ("KX",),
)


def place(modifier: str) -> int:
    """Return the place of a modifier in the default order."""
    return next((i for i, group in enumerate(PLACES) if modifier in group), len(PLACES))


def added(modifiers: tuple[str, ...], new: str) -> tuple[str, ...]:
    """Return modifiers with one more in its place; those that stand keep their order.

    >>> added(("GP", "KX"), "59"), added(("GP", "KX"), "CQ"), added(("95",), "GP")
    (('59', 'GP', 'KX'), ('GP', 'CQ', 'KX'), ('GP', '95'))
    """
    if not modifiers:
        return (new,)
    if new in modifiers:
        return modifiers
    at = next((i for i, m in enumerate(modifiers) if place(m) > place(new)), len(modifiers))
    return (*modifiers[:at], new, *modifiers[at:])
