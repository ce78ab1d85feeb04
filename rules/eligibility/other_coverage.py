"""Therapy during home health or skilled nursing care is paid to the agency or facility.

Authority: Medicare Benefit Policy Manual ch. 7, §10.10; Medicare Claims Processing Manual ch. 6,
§10.1 (consolidated billing).
"""

from rules.eligibility.therapy import Codes, therapy_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import OtherCoverage

ID = "other_coverage"
UNKNOWN = (
    NotChecked(
        rule=ID, why="home health and skilled nursing coverage of the day are not known", quiet=True
    ),
)
AS_SAID: dict[OtherCoverage, str] = {
    "home_health": "home health covers {day} and its agency bills all therapy",
    "skilled_nursing": "skilled nursing covers {day} and its facility bills all therapy",
}


def check(visit: Visit, policy: Policy) -> Said:
    """Find therapy that an outsider bills while an agency or facility is paid for all of it."""
    elsewhere = visit.record.elsewhere
    if elsewhere is None:
        return UNKNOWN if therapy_of(visit, policy) else ()
    therapy = therapy_of(visit, policy) if elsewhere else None
    if not therapy:
        return ()
    codes = tuple({code: None for mine in therapy.values() for code in mine})
    return [
        _denied(kind, codes, policy)
        for kind in AS_SAID
        if kind in elsewhere and not _own(kind, visit, policy)
    ]


def _own(kind: OtherCoverage, visit: Visit, policy: Policy) -> bool:
    """Tell whether the biller is that agency or facility itself, by its type of bill."""
    return visit.type_of_bill.startswith(tuple(policy.get(f"other_coverage.{kind}_bills", list)))


def _denied(kind: OtherCoverage, codes: Codes, policy: Policy) -> Finding:
    said = AS_SAID[kind].format(day=policy.day)
    what = ", ".join(codes) or "Therapy"
    return Finding(
        rule=ID,
        says=f"{what}: {said}, so this is denied; check the discharge date first",
        codes=codes,
        cite=policy.cite(f"other_coverage.{kind}_bills"),
        indicator="critical",
    )
