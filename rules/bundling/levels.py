"""Evaluations that stand in each other's place: levels of one evaluation, and its re-evaluation."""

from collections.abc import Mapping

from rules.policy import Policy

RULE = "evaluation_level"


def levels(policy: Policy) -> Mapping[str, frozenset[str]]:
    """Return for each such code all codes of its group; nothing where the rule does not apply."""
    known: dict[str, frozenset[str]] | None = policy.memo.get(RULE)
    if known is None:
        groups = policy.get(f"{RULE}.levels", dict).values() if policy.applies(RULE) else ()
        known = policy.memo[RULE] = {code: frozenset(group) for group in groups for code in group}
    return known


def one_evaluation(one: str, two: str, policy: Policy) -> bool:
    """Tell whether two codes are one evaluation twice: what becomes of them is said there."""
    return two in levels(policy).get(one, ())
