"""What sets the two codes of an NCCI pair apart: the modifiers, their facts, and their line."""

from collections.abc import Mapping

from plugin.reference.statements import Said, cited, kept, said
from rules.bundling.apart import by_region
from rules.policy import Policy

SELDOM = {
    "XP": "another practitioner furnished it",
    "XU": "it was out of the ordinary, and overlaps nothing of the other",
}
"""Modifiers that open an edit too, and that a therapist's own visit hardly ever shows."""


def opening(one: str, two: str, policy: Policy) -> Said:
    """Say which modifiers set column two apart from column one, and what each of them affirms."""
    name = choices_for(one, two, policy)
    facts: Mapping[str, str] = policy.get(name, dict)
    either = policy.get("ptp_edit.either_column", bool)
    also = f"; CMS takes it on {one} as well, but {two} is where it is looked for" if either else ""
    bypass = policy.get("ptp_edit.bypass", list)
    seldom = [m for m in SELDOM if m in bypass] if name == "ptp_edit.choices" else []
    return kept(
        goesOn=two,
        where=said(
            f"it goes on {two} (column two)" + (also or f", not on {one}"),
            policy.cite("ptp_edit.either_column"),
        ),
        choices=[kept(modifier=m, when=fact.format(one=one, two=two)) for m, fact in facts.items()],
        seldom=[kept(modifier=m, when=SELDOM[m]) for m in seldom],
        says="whoever adds one affirms what stands beside it; the modifier alone makes nothing "
        "separate",
        cite=cited(policy.cite(name)),
    )


def choices_for(one: str, two: str, policy: Policy) -> str:
    """Name the value that lists the lawful modifiers of a pair, as the rule ``ptp_edit`` does."""
    if two in policy.get("ptp_edit.evaluation_and_management", list):
        return "ptp_edit.choices_for_visits"
    return "ptp_edit.choices_by_region" if by_region(one, two, policy) else "ptp_edit.choices"
