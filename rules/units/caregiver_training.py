"""Caregiver training is given without the patient: to one patient's caregivers, or to several's."""

from collections.abc import Iterable, Iterator

from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.units.clock import overlap
from rules.units.rewriting import Found, charted
from rules.words import Indicator

ID = "caregiver_training"


def about(policy: Policy) -> Iterable[str]:
    """Return the codes of caregiver training."""
    return _codes(policy)


def check(visit: Visit, policy: Policy) -> Said:
    """Find training that the chart contradicts: the patient was there, or the number is wrong."""
    for found in charted(visit, policy, ID, _codes(policy)).values():
        yield from _presence(found, policy)
        yield from _number(found, policy)
        yield from _overlap(found, visit, policy)


def _codes(policy: Policy) -> frozenset[str]:
    alone = policy.get("caregiver_training.one_patient", dict)
    return frozenset({*alone, *alone.values()})


def _presence(found: Found, policy: Policy) -> Iterator[Finding | NotChecked]:
    """Ask whether the patient was there."""
    there = tuple(code for code, all_ in found.items() if any(s.patient_present for s in all_))
    unsaid = [
        code
        for code, all_ in found.items()
        if code not in there and any(s.patient_present is None for s in all_)
    ]
    if there:
        says = f"{', '.join(there)} is training without the patient, who was there by the chart"
        yield _finding(says, there, policy, "caregiver_training.applies")
    if unsaid:
        why = f"whether the patient was there during {', '.join(unsaid)} is not charted"
        yield NotChecked(rule=ID, why=why, quiet=True)


def _number(found: Found, policy: Policy) -> Iterator[Finding]:
    """Compare the number of patients whose caregivers were trained with the code."""
    alone = policy.get("caregiver_training.one_patient", dict)
    for code, services in found.items():
        patients = max((s.patients or 0 for s in services), default=0)
        if code in alone and patients > 1:
            says = f"{code} trains the caregivers of one patient, {patients} are charted"
            says += f": {alone[code]} is the code for several"
            yield _finding(says, (code, alone[code]), policy, "caregiver_training.one_patient")
        elif code not in alone and patients == 1:
            says = f"{code} trains the caregivers of several patients together, one is charted"
            yield _finding(says, (code,), policy, "caregiver_training.one_patient")


def _overlap(found: Found, visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find minutes charted twice: as training, and as a service that needs the patient."""
    apart = policy.get("caregiver_training.apart", list)
    others = [s for s in visit.services if s.code in apart]
    for code, services in found.items():
        for other in others:
            if any(
                s.discipline == other.discipline and overlap(s, other, visit.tolerance)
                for s in services
            ):
                says = f"{code} and {other.code} are charted for the same minutes: bill one of them"
                cite = "caregiver_training.apart"
                yield _finding(says, (code, other.code), policy, cite, "info")


def _finding(
    says: str,
    codes: tuple[str, ...],
    policy: Policy,
    cite: str,
    indicator: Indicator = "warning",
) -> Finding:
    return Finding(rule=ID, says=says, codes=codes, cite=policy.cite(cite), indicator=indicator)
