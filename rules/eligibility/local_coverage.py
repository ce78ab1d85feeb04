"""Units of a code in one visit beyond what the Medicare contractor's local policy expects."""

from collections.abc import Iterable, Iterator

from rules.model import Finding, Visit
from rules.policy import Policy

ID = "local_coverage"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes with a local limit."""
    return policy.get("local_coverage.units_a_visit", dict)


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find codes billed over a local limit; there is none unless a contractor's profile sets it."""
    for code, most in policy.get("local_coverage.units_a_visit", dict).items():
        units = sum(line.units for line in visit.lines if line.code == code)
        if units > most:
            yield Finding(
                rule=ID,
                says=f"{code} ×{units} is over the {most} a visit that local coverage expects; "
                "the note must carry more",
                codes=(code,),
                cite=policy.cite("local_coverage.units_a_visit"),
                indicator="warning" if policy.get("local_coverage.firm", bool) else "info",
            )
