"""What one practitioner gives to two or more patients at once is group therapy.

Medicare Part B knows no concurrent therapy: such time is nobody's one-on-one time, and each patient
is billed one untimed unit of the group code, whether or not all do the same (Medicare Benefit
Policy Manual ch. 15, §230).
"""

from collections.abc import Iterable, Iterator

from rules.chart import Chart, Key, chart_of
from rules.model import Finding, Fix, Line, Service, Visit
from rules.policy import Policy
from rules.units.clock import overlap, told

ID = "group_therapy"
ALONE = frozenset({"one_on_one", "constant_attendance"})


def check(visit: Visit, policy: Policy) -> Iterable[Finding]:
    """Bill what was given together as group; doubt a group of one, and times that overlap."""
    chart = chart_of(visit, policy)
    return _judged(visit, chart, policy) if chart.grouped else ()


def _judged(visit: Visit, chart: Chart, policy: Policy) -> Iterator[Finding]:
    together: dict[Key, list[Service]] = {}
    for service in chart.grouped:
        if service.charted_as and policy.codes[service.code].contact == "group":
            together.setdefault((service.discipline, service.code), []).append(service)
    for key, services in together.items():
        finding = _as_group(visit, key, services, policy)
        if finding:
            yield finding
    yield from _doubtful(chart, policy)
    yield from _at_once(visit, chart, policy)


def _as_group(visit: Visit, key: Key, services: list[Service], policy: Policy) -> Finding | None:
    """Bill the group code once, in place of codes that were never given one-on-one that day."""
    chart = chart_of(visit, policy)
    discipline, code = key
    charted = tuple(dict.fromkeys([s.charted_as for s in services]))
    gone = [c for c in charted if (discipline, c) not in chart.by_code]
    mine = [line for line in visit.lines if line.discipline == discipline]
    old = tuple(line for line in mine if line.code in gone)
    missing = key in chart.by_code and all(line.code != code for line in mine)
    new = (_line(chart, key, old, policy),) if missing else ()
    if not old and not new:
        return None
    what = f"{code} ×1" if key in chart.by_code else code
    were = "was" if len(charted) == 1 else "were"
    return Finding(
        rule=ID,
        says=f"{', '.join(charted)} {were} given to {_many(services)} at once: "
        f"that is group therapy, {what}",
        codes=(*charted, code),
        cite=policy.cite("group_therapy.instead"),
        worked=tuple(_worked(services)),
        fixes=(Fix(_label(new, old), old, new),),
    )


def _line(chart: Chart, key: Key, old: tuple[Line, ...], policy: Policy) -> Line:
    """Return the group code's line, with what stood on the first line that it replaces.

    But for modifiers that set two services apart: they were said of another pair.
    """
    line = chart.line(*key, 1)
    apart = policy.get("ptp_edit.bypass", list) if old else ()
    return line.carrying(tuple(m for m in old[0].modifiers if m not in apart)) if old else line


def _label(new: tuple[Line, ...], old: tuple[Line, ...]) -> str:
    drop = ", ".join(dict.fromkeys(line.code for line in old))
    bill = f"Bill {new[0].code} ×1" if new else ""
    return f"{bill}; drop {drop}" if bill and drop else bill or f"Drop {drop}"


def _worked(services: Iterable[Service]) -> Iterator[str]:
    for service in services:
        took = "" if service.minutes is None else f"{service.minutes} min "
        together = f"{took}with {service.patients} patients"
        yield f"{service.charted_as}: {together}, not one-on-one, so not among the timed minutes"


def _doubtful(chart: Chart, policy: Policy) -> Iterator[Finding]:
    """Name group codes with one patient, and one-on-one codes with several and no group code."""
    alone: dict[str, None] = {}
    crowded: list[Service] = []
    for service in chart.grouped:
        contact = policy.codes[service.code].contact
        if contact == "group" and service.patients == 1:
            alone[service.code] = None
        elif contact in ALONE and (service.patients or 0) > 1:
            crowded.append(service)
    if alone:
        says = f"{', '.join(alone)} charted with one patient: a group is two or more at once"
        yield _finding(says, alone, policy)
    if crowded:
        codes = dict.fromkeys(service.code for service in crowded)
        says = (
            f"{', '.join(codes)} charted for {_many(crowded)} at once, but given to one at a time"
        )
        yield _finding(says, codes, policy)


def _at_once(visit: Visit, chart: Chart, policy: Policy) -> Iterator[Finding]:
    """Name group and one-on-one services of a discipline that share time, if times are charted."""
    for group in chart.grouped:
        if policy.codes[group.code].contact != "group":
            continue
        for (discipline, code), services in chart.by_code.items():
            if discipline != group.discipline or policy.codes[code].contact not in ALONE:
                continue
            for service in services:
                if overlap(group, service, visit.tolerance):
                    says = f"{told(group)} and {told(service)} overlap: group and one-on-one "
                    says += "time must be apart"
                    yield _finding(says, {group.code: None, code: None}, policy)


def _many(services: Iterable[Service]) -> str:
    """Say how many patients, where all services agree."""
    counts = {service.patients for service in services}
    return f"{counts.pop()} patients" if len(counts) == 1 else "several patients"


def _finding(says: str, codes: Iterable[str], policy: Policy) -> Finding:
    cite = policy.cite("group_therapy.applies")
    return Finding(rule=ID, says=says, codes=tuple(codes), cite=cite)
