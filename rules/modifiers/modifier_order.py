"""What decides payment stands before what only informs; some payers pin more than that.

No CMS text fixes the order of the modifiers on a therapy line, so every order that the value allows
is let be.
"""

from collections.abc import Iterable, Iterator, Mapping

from rules.model import Finding, Fix, Visit
from rules.modifiers.order import ranked
from rules.policy import Policy

ID = "modifier_order"


def about(policy: Policy) -> Iterable[str]:
    """Return the modifiers whose place is laid down."""
    return _ranks(policy)


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find lines whose modifiers stand in an order that the payer does not read."""
    ranks = _ranks(policy)
    wrong = [x for x in visit.lines if ranked(x.modifiers, ranks) != x.modifiers]
    if not wrong:
        return
    right = tuple([line.carrying(ranked(line.modifiers, ranks)) for line in wrong])
    codes = tuple(dict.fromkeys([line.code for line in wrong]))
    shown = ", ".join(dict.fromkeys(["-".join((x.code, *x.modifiers)) for x in right]))
    yield Finding(
        rule=ID,
        says=f"{shown}: modifiers are read in this order",
        codes=codes,
        cite=policy.cite("modifier_order.order"),
        indicator="info",
        fixes=(Fix(f"Reorder the modifiers of {', '.join(codes)}", tuple(wrong), right),),
    )


def _ranks(policy: Policy) -> Mapping[str, int]:
    """Return each named modifier's place in the payer's order, worked out once for a policy."""
    known: dict[str, int] | None = policy.memo.get(ID)
    if known is None:
        groups = policy.get("modifier_order.order", list)
        known = {m: i for i, group in enumerate(groups) for m in group.split()}
        policy.memo[ID] = known
    return known
