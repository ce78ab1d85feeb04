"""What services are billed for: codes that can be diagnoses, and that are still in use."""

import re
from collections.abc import Iterator

from rules.chart import billed_of
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy

ID = "diagnosis"
SHAPE = re.compile(r"[A-Z][0-9][0-9A-Z](\.?[0-9A-Z]{1,4})?")
NONE_KNOWN = (NotChecked(rule=ID, why="no diagnosis is known", quiet=True),)


def check(visit: Visit, policy: Policy) -> Said:
    """Find services without a diagnosis, and codes that are no diagnosis codes on the day.

    Whether a code is complete, or covers the service, is not judged: no table of diagnoses is kept.
    """
    known = set(visit.diagnoses)
    for service in visit.services:
        if service.diagnoses:
            known.update(service.diagnoses)
    if not known:
        return NONE_KNOWN if visit.services else ()
    strange, plain = [], set()
    for code in known:
        spelled = code.upper()
        plain.add(spelled.replace(".", ""))
        if not SHAPE.fullmatch(spelled):
            strange.append(code)
    said = [_strange(sorted(strange), len(known), policy)] if strange else []
    for code, instead in policy.get("diagnosis.retired", dict).items():
        if code.replace(".", "") in plain:
            said.append(_retired(code, instead, policy))
    return said if visit.diagnoses else [*said, *_without(visit, policy)]


def _strange(strange: list[str], known: int, policy: Policy) -> Finding:
    """Name what is not in the form of ICD-10-CM: a letter, a digit, then one to five more."""
    says = "A diagnosis is not in the form of an ICD-10-CM code; others of the visit are"
    if len(strange) == known:
        says = "No diagnosis is in the form of an ICD-10-CM code: no service can be billed with it"
    return Finding(
        rule=ID,
        says=says,
        codes=(),
        cite=policy.cite("diagnosis.applies"),
        indicator="warning" if len(strange) == known else "info",
        worked=(f"Charted: {', '.join(strange)}",),
    )


def _retired(code: str, instead: list[str], policy: Policy) -> Finding:
    """Name a diagnosis code that others have replaced."""
    return Finding(
        rule=ID,
        says="A diagnosis code is no longer in use on this day; finer codes replace it",
        codes=(),
        cite=policy.cite("diagnosis.retired"),
        indicator="info",
        worked=(f"{code} is now one of {', '.join(instead)}",),
    )


def _without(visit: Visit, policy: Policy) -> Iterator[Finding]:
    """Find billed codes that no diagnosis is named for, where others of the visit have one."""
    named = {service.code for service in visit.services if service.diagnoses}
    bare = {s.code: None for s in visit.services if s.code not in named}
    codes = tuple([code for code in bare if code in billed_of(visit).codes])
    if codes:
        says = f"{', '.join(codes)}: no diagnosis is named, though other services have one"
        yield Finding(
            rule=ID,
            says=says,
            codes=codes,
            cite=policy.cite("diagnosis.applies"),
            indicator="info",
        )
