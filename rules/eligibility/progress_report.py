"""A progress report by the therapist at least once every 10 treatment days.

Authority: Medicare Benefit Policy Manual ch. 15, §220.3.D. The first reporting period begins with
the first treatment day; the next one with the treatment day after a report.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from rules.eligibility.therapy import Codes, evaluated, named, therapy_of, with_contact
from rules.model import Finding, NotChecked, Said, Visit
from rules.policy import Policy
from rules.record import Plan
from rules.words import Discipline

ID = "progress_report"
DAY = timedelta(days=1)
REPORT = "the progress report of {day}"
EVALUATION = "the evaluation of {day}"
BEGAN = "treatment began on {day}"
UNKNOWN = (
    NotChecked(rule=ID, why="progress reports and earlier visits are not known", quiet=True),
)


@dataclass(frozen=True, slots=True)
class Count:
    """Treatment days before this visit, and since what."""

    before: int
    since: str = "the last progress report"


def check(visit: Visit, policy: Policy) -> Said:
    """Count each discipline's treatment days since its last report."""
    record = visit.record
    if not record.plans and (record.reports is None or record.history is None):
        return UNKNOWN if therapy_of(visit, policy) else ()
    return [
        said
        for discipline, codes in therapy_of(visit, policy).items()
        if (said := _judged(visit, policy, discipline, codes))
    ]


def _judged(
    visit: Visit, policy: Policy, discipline: Discipline | None, codes: Codes
) -> Finding | NotChecked | None:
    """Speak of one discipline; an evaluation or re-evaluation today may serve as the report."""
    most = policy.get("progress_report.treatment_days", int)
    count = _counted(visit, policy, discipline)
    if count and count.before + 1 < most:
        return None
    remote = bool(codes) and with_contact("remote", policy).issuperset(codes)
    if remote or evaluated(visit, policy, discipline):
        return None
    if count is None:
        why = f"{named(discipline)}: treatment days since the last progress report are not known"
        return NotChecked(rule=ID, why=why, quiet=True)
    return _due(discipline, codes, count, policy)


def _due(discipline: Discipline | None, codes: Codes, count: Count, policy: Policy) -> Finding:
    today, most = count.before + 1, policy.get("progress_report.treatment_days", int)
    late = today > most
    report = f"have the therapist write the progress report that was due by day {most}"
    if not late:
        report = "the therapist's progress report is due with this visit"
    return Finding(
        rule=ID,
        says=f"{named(discipline)}: treatment day {today} since {count.since}; {report}",
        codes=codes,
        cite=policy.cite("progress_report.treatment_days"),
        indicator="warning" if late else "info",
    )


def _counted(visit: Visit, policy: Policy, discipline: Discipline | None) -> Count | None:
    """Return the EHR's own count, else the days found in the history; None when not known.

    Worked out once for a visit, however often its bill is rewritten.
    """
    key = (ID, discipline, policy)
    if key not in visit.memo:
        plans = [p for p in visit.record.plans or () if p.discipline in {None, discipline}]
        said = [p.treatment_days for p in plans if p.treatment_days is not None]
        found = Count(min(said)) if said else _found(visit, policy, discipline, _first(plans))
        visit.memo[key] = found
    count: Count | None = visit.memo[key]
    return count


def _found(
    visit: Visit, policy: Policy, discipline: Discipline | None, first: date | None
) -> Count | None:
    """Count the days after the last report, or from the first treatment day.

    An evaluation later than either may hold a report: days are counted after it.
    """
    reports, history, today = visit.record.reports, visit.record.history, visit.date_of_service
    if reports is None or history is None:
        return None
    marks = {day: REPORT for day in reports if day <= today and (not first or day >= first)}
    if first and not marks:
        marks[first - DAY] = BEGAN
    if not marks:
        return None
    mine = [x for x in history if x.discipline in {None, discipline} and x.day < today]
    known = with_contact("evaluation", policy)
    seen = [x.day for x in mine if x.code in known]
    marks = {day: EVALUATION for day in seen if not first or day > first} | marks
    last = max(marks)
    remote = with_contact("remote", policy)
    days = {x.day for x in mine if x.day > last and x.code not in remote}
    return Count(len(days), marks[last].format(day=first if marks[last] == BEGAN else last))


def _first(plans: Collection[Plan]) -> date | None:
    """Return the first treatment day; of several plans the latest, which counts the fewest."""
    known = [day for p in plans if (day := p.evaluated_on or p.began)]
    return max(known, default=None)
