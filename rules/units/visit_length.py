"""Timed minutes and the visit's length should tell the same story, in either direction.

A question, no more: a site's clock and its notes differ for many good reasons.
"""

from collections.abc import Iterator

from rules.chart import chart_of, strays
from rules.model import Finding, Visit, new_finding
from rules.policy import Policy

ID = "visit_length"


def check(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Compare charted timed minutes with the visit's length, beyond what the site lets differ."""
    if visit.length is None or not visit.services:
        return
    over = _over(visit, policy)
    if over > visit.length + visit.tolerance:
        says = f"{over} one-on-one minutes charted in a visit of {visit.length}: was all of it "
        yield _finding(visit, f"{says}one-on-one, and in this visit?", policy)
        return
    under = _under(visit, policy)
    if under is not None:
        says = f"{under} one-on-one minutes charted in a visit of {visit.length}: was anything "
        yield _finding(visit, f"{says}furnished that is not charted?", policy)


def _over(visit: Visit, policy: Policy) -> int:
    """Return the timed minutes that one discipline may bill; 0 when they are not all known.

    What several disciplines charted between them may have been the same minutes (co-treatment).
    """
    pools = chart_of(visit, policy).pools
    if len(pools) != 1:
        return 0
    [pool] = pools.values()
    return 0 if pool.missing else sum(pool.minutes.values())


def _under(visit: Visit, policy: Policy) -> int | None:
    """Return all charted minutes when much of the visit is left, and nothing that could fill it.

    A service without minutes may have: an evaluation, a modality, a group, a session. Where very
    much is left, the visit's clock was more likely left running than several services forgotten.
    """
    total = 0
    for service in visit.services:
        code = policy.codes.get(service.code)
        if service.minutes is None or code is None or code.kind != "timed":
            return None
        total += service.minutes
    left = (visit.length or 0) - total - visit.tolerance
    within = policy.get("visit_length.spare", int) < left <= policy.get("visit_length.most", int)
    return total if within and _all_charted(visit, policy) else None


def _all_charted(visit: Visit, policy: Policy) -> bool:
    """Tell whether the bill holds nothing that the chart does not."""
    charted = chart_of(visit, policy).charted
    return all((line.discipline, line.code) in charted for line in strays(visit, policy))


def _finding(visit: Visit, says: str, policy: Policy) -> Finding:
    codes: dict[str, None] = {}
    added = []
    for service in visit.services:
        code = policy.codes.get(service.code)
        if code and code.kind == "timed":
            codes[service.code] = None
            added.append(f"{service.minutes} ({service.code})")
    return new_finding(
        rule=ID,
        says=says,
        codes=tuple(codes),
        cite=policy.cite("visit_length.applies"),
        indicator="info",
        worked=(f"{' + '.join(added)} timed minutes; visit: {visit.length} minutes",),
    )
