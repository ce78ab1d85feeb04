"""The account of a settled bill as machines read it: what was found, and what was not checked."""

from collections.abc import Iterable

import msgspec

from plugin.authority import authority
from rules.model import Bill, Finding


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding as the wire names it."""

    rule: str
    codes: tuple[str, ...] = ()
    says: str
    fixed: bool
    """Whether the lines answer it already."""
    attests: str = ""
    """What a person affirms by the first way to put it right."""
    cite: msgspec.Raw


class Unchecked(msgspec.Struct, frozen=True):
    """What a rule could not look at, as the wire names it."""

    rule: str
    why: str


def findings(bill: Bill) -> list[Found]:
    """Return all findings as the wire names them."""
    return [_found(each, fixed=True) for each in bill.fixed] + [
        _found(each, fixed=False) for each in bill.open
    ]


def not_checked(bill: Bill) -> list[Unchecked]:
    """Return what could not be checked, each once."""
    return list(dict.fromkeys([Unchecked(n.rule, n.why) for n in bill.not_checked]))


def worked(found: Iterable[Finding]) -> list[str]:
    """Return the arithmetic of findings, line by line, each line once."""
    return list(dict.fromkeys([line for finding in found for line in finding.worked]))


def _found(finding: Finding, *, fixed: bool) -> Found:
    return Found(
        rule=finding.rule,
        codes=finding.codes,
        says=finding.says,
        fixed=fixed,
        attests=finding.fixes[0].attests if finding.fixes and not fixed else "",
        cite=authority(finding.cite).account,
    )
