"""Whether a payer pays for a code at all, whoever asks and however it is billed."""

from collections.abc import Iterable

from rules.policy import Code, Policy

CHOSEN = frozenset({"GY", "GX", "GA", "GZ"})
"""Notice modifiers: with one of these a line asks for a denial, and says so."""


def unpaid(code: Code, roles: Iterable[str], policy: Policy) -> str:
    """Return why the payer never pays a code, or an empty string.

    ``B``, ``I`` and ``N`` are physician fee schedule statuses (bundled, not valid, not covered); a
    role's name means that the payer pays these people for other codes only.
    """
    if not policy.applies("covered_code"):
        return ""
    limited = policy.get("covered_code.only_for_role", dict)
    for role in roles:
        if role in limited and code.code not in limited[role]:
            return role
    return code.status if code.status in policy.get("covered_code.not_paid", dict) else ""
