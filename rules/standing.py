"""What becomes of a code: when certain people furnish it, and beside what other codes.

Nothing here is of one patient. It is kept with the policy, for the same people furnish the same
codes many times a day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.coverage import unpaid
from rules.model import Service
from rules.people import barred
from rules.policy import Code, Edit, Policy

KEPT = 5000
"""Standings that one policy keeps; there are far fewer codes and roles than that."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What becomes of one code when certain people furnish it, under one policy."""

    code: Code
    out: bool
    """Whether it is not in force on the day."""
    unpaid: str
    """Why the payer never pays it (``rules.coverage.unpaid``); empty when it does."""
    barred: str
    """Why nobody among these people may bill it (``rules.people.barred``); empty when one may."""
    able: bool
    """Whether it can become a charge: nothing of the above keeps it from it."""
    assisted: bool
    """Whether these people are assistants without a therapist beside them."""
    grouped: bool
    """Whether it is a code for a group."""


def standing_of(service: Service, policy: Policy) -> Standing | None:
    """Return what becomes of a service; None when no table knows its code."""
    key = (service.code, service.roles, service.discipline)
    standing: Standing | None = policy.memo.get(key)
    if standing is None and (code := policy.code(service.code)):
        standing = _judged(service, code, policy)
        if len(policy.memo) < KEPT:
            policy.memo[key] = standing
    return standing


def _judged(service: Service, code: Code, policy: Policy) -> Standing:
    out = not code.in_force(policy.day)
    never = unpaid(code, service.roles, policy)
    nobody = barred(service.roles, service.discipline, code, policy)
    return Standing(
        code,
        out=out,
        unpaid=never,
        barred=nobody,
        able=not (out or never or nobody),
        assisted=service.by_assistant,
        grouped=code.contact == "group",
    )


def never_together(codes: frozenset[str], policy: Policy) -> Mapping[str, tuple[str, Edit]]:
    """Return which codes others never let be paid beside them; of several the lowest is named.

    A code that is itself never paid among these swallows nothing.
    """
    edits = never_opened(codes, policy)
    swallowed = {two for two, _, _ in edits}
    found: dict[str, tuple[str, Edit]] = {}
    for two, one, edit in edits:
        if one not in swallowed:
            found.setdefault(two, (one, edit))
    return found


def never_opened(codes: frozenset[str], policy: Policy) -> Sequence[tuple[str, str, Edit]]:
    """Return the edits among codes that no modifier opens: column two, column one, the edit.

    None at all where the payer does not follow the edits, or no edition covers the day.
    """
    known: Sequence[tuple[str, str, Edit]] | None = policy.memo.get(codes)
    if known is not None:
        return known
    found: Sequence[tuple[str, str, Edit]] = ()
    if policy.applies("ptp_edit") and policy.find("ptp_edit.edition"):
        edits = policy.edits_among(codes)
        found = sorted((two, one, edit) for one, two, edit in edits if edit.indicator == "0")
    if len(policy.memo) < KEPT:
        policy.memo[codes] = found
    return found
