"""What Medicare's physician fee schedule allows for one code, on a day and through the years."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from plugin.imports.locality import Place, UnknownPlaceError, located
from plugin.imports.snapshot import Snapshot
from plugin.reference import schedule, sheet
from plugin.reference.fee_words import at_apm, told
from plugin.reference.question import Question, exact
from plugin.reference.schedule import NOT_PAID, PLACES, Window
from plugin.reference.sheet import CODES, INDICES, SCHEDULE, Sheet
from plugin.reference.statements import Said, cited, kept, listed, said
from plugin.rulebook import BASE_PAYER, Rulebook
from rules.model import Cite
from rules.payment.fee import shares
from rules.policy import Code
from rules.words import Setting

FIRST = "1997-01-01"
"""Before it nothing is known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """The fee schedule, and what is said beside it."""

    book: Rulebook
    sheet: Sheet

    @property
    def last(self) -> date:
        """The last day for which a conversion factor is known."""
        return date.fromisoformat(self.book.tables.factors[-1].ending)

    def answer(self, code: Code, on: date, setting: Setting, place: Place | None = None) -> Said:
        """Return what is known of a code's fee, as plain JSON; nationally without a place."""
        moment = self.book.now()
        asked = Question(
            code=code,
            day=on.isoformat(),
            setting=setting,
            every=schedule.windows(code, moment.tables),
            factors=moment.tables.factors,
            sheet=self.sheet,
            policy=moment.policy(BASE_PAYER, on, setting),
        )
        own = _answered(asked, place, moment.snapshot)
        return kept(
            code=code.code,
            label=code.label,
            date=asked.day,
            setting=setting,
            **own,
            history=[_row(asked, each) for each in asked.every],
        )


def load(book: Rulebook) -> Fees:
    """Gather the fee schedule and its sentences.

    Raises:
        RuleDataError: the sentences are malformed, or cite what they do not list.

    """
    return Fees(book=book, sheet=sheet.load(book.shipped.tables.factors))


def _answered(asked: Question, place: Place | None, snapshot: Snapshot) -> Said:
    """Answer for the nation or a place; a place that is not known is never the nation instead."""
    window, amount = asked.window, asked.national
    if window is None or amount is None:
        return _lacking(asked)
    if place is None:
        return _paid(asked, window, amount)
    try:
        there = replace(asked, where=located(place, snapshot, asked.day))
    except UnknownPlaceError as error:
        return _nowhere(asked, str(error), amount)
    if there.local is None:
        why = "without its relative values its amount in a locality is not known"
        return _nowhere(asked, why, amount)
    return _paid(there, window, there.local.full)


def _nowhere(asked: Question, why: str, amount: Decimal) -> Said:
    said = f"{why[0].upper()}{why[1:]}. The national amount is ${amount}"
    return _unknown(said, asked.sheet.cites[INDICES], nationalAmount=str(amount))


def _paid(asked: Question, window: Window, amount: Decimal) -> Said:
    parts = shares(amount)
    more = at_apm(asked, window)
    return kept(
        covered=True,
        paid=True,
        amount=str(amount),
        apmAmount=exact(more.full) if more else None,
        locality=_locality(asked),
        furtherUnits=exact(asked.further),
        shares=kept(
            medicare=str(parts.medicare),
            patient=str(parts.patient),
            medicareForAssistant=str(parts.assisted) if asked.assisted else None,
        ),
        change=_change(asked.change),
        **_values(window),
        edition=window.factor.edition,
        statements=[said(says, cite) for says, cite in told(asked, window, amount)],
    )


def _locality(asked: Question) -> Said | None:
    """Return the locality that an amount is of, and the nation's amount beside it."""
    where = asked.where
    if where is None:
        return None
    return kept(
        name=where.name,
        work=str(where.indices.work),
        practiceExpense=str(where.indices.expense),
        malpractice=str(where.indices.malpractice),
        edition=where.edition,
        nationalAmount=exact(asked.national),
    )


def _lacking(asked: Question) -> Said:
    """Tell whether the tables cover the day, and why they give no amount for it."""
    code, window, cites = asked.code, asked.window, asked.sheet.cites
    last = asked.factors[-1].ending
    if asked.day < FIRST:
        return _unknown(f"Nothing is known here of days before {FIRST}", cites[CODES])
    if asked.day > last:
        return _unknown(f"The last edition that is loaded ends on {last}", cites[SCHEDULE])
    if not code.in_force(asked.day):
        return _unpaid(_invalid(code, asked.day), cites[CODES])
    for past, cite in asked.sheet.past(code.code, asked.day):
        if asked.day <= past.ending:
            return _unpaid(past.says, cite)
    if window is None:
        first = asked.factors[0]
        why = f"No conversion factor or amount is loaded for days before {first.effective}"
        return _unknown(why, asked.sheet.factor(first))
    return _unpriced(asked, window)


def _unpriced(asked: Question, window: Window) -> Said:
    """Say why a window holds no amount for the place, and what it does hold."""
    own, year = asked.sheet, window.effective[:4]
    edition = own.edition(window.factor) if window.fee or window.paid else own.cites[SCHEDULE]
    if window.status in NOT_PAID:
        why = f"{own.unpaid[window.status]}{_instead(asked)}"
        return _unpaid(why, edition, status=window.status)
    if window.fee:
        return {**_unknown(own.contractor, edition, status=window.status), "covered": True}
    if window.paid:
        why = f"Only the office amount of {year} is loaded for this code, not a facility's"
        return _unknown(why, edition)
    factor = window.factor.factor
    why = f"No relative values or amount of this code are loaded for {span(window)}"
    known = f"{why}; only the conversion factor is: {factor}{_latest(asked, window)}"
    return _unknown(known, own.factor(window.factor), factor=str(factor))


def _instead(asked: Question) -> str:
    """Name the code under which Medicare takes the service, where there is one."""
    row = asked.policy.find("payer_code.instead")
    other = row.value.get(asked.code.code) if row else None
    return f". Medicare takes the service as {other}" if other else ""


def _latest(asked: Question, window: Window) -> str:
    """Name the amount before a window of the same year: it is not the answer, and may be near."""
    before = [w for w in asked.every if w.ending < window.effective and w.full[asked.place]]
    if not before or before[-1].ending[:4] != window.effective[:4]:
        return ""
    return f". Through {before[-1].ending} it was ${before[-1].full[asked.place]}"


def _unknown(why: str, cite: Cite, **more: str) -> Said:
    return {"covered": False, "why": why, **more, "statements": [said(f"{why}.", cite)]}


def _unpaid(why: str, cite: Cite, **more: str) -> Said:
    return {**_unknown(why, cite, **more), "covered": True, "paid": False}


def _invalid(code: Code, day: str) -> str:
    if day < code.effective:
        return f"{code.code} takes effect on {code.effective}"
    instead = f"; {listed(list(code.successors))} took its place" if code.successors else ""
    return f"{code.code} ended on {code.ending}{instead}"


def span(window: Window) -> str:
    """Write the days of a window: a year where it is one."""
    year = window.effective[:4]
    whole = (window.effective, window.ending) == (f"{year}-01-01", f"{year}-12-31")
    return year if whole else f"{window.effective} to {window.ending}"


def _row(asked: Question, window: Window) -> Said:
    """Return one line of the history."""
    own = asked.sheet
    cite = own.edition(window.factor) if window.factor.source else own.factor(window.factor)
    return kept(
        effective=window.effective,
        ending=window.ending,
        **_values(window),
        amounts=_places(window.full),
        furtherUnits=_places(window.beside),
        change=_change(schedule.change(window, asked.every, asked.place)),
        why="" if window.paid else _short(asked, window),
        cite=cited(cite),
    )


def _short(asked: Question, window: Window) -> str:
    """Say in a line of the history why it holds no amount."""
    if window.status in NOT_PAID:
        return asked.sheet.unpaid[window.status]
    return asked.sheet.contractor if window.fee else "No relative values or amount are loaded"


def _values(window: Window) -> Said:
    """Return the relative values of a window where they are loaded, and its factors."""
    fee, factor = window.fee, window.factor
    return kept(
        status=window.status,
        factor=str(factor.factor),
        apmFactor=exact(factor.apm),
        relativeValues=fee
        and kept(
            work=f"{fee.work:.2f}",
            practiceExpense={"office": f"{fee.office:.2f}", "facility": f"{fee.facility:.2f}"},
            malpractice=f"{fee.malpractice:.2f}",
        ),
    )


def _places(amounts: tuple[Decimal | None, Decimal | None]) -> Said:
    named = zip(PLACES, amounts, strict=True)
    return {name: str(amount) for name, amount in named if amount is not None}


def _change(differs: schedule.Change | None) -> Said | None:
    if differs is None:
        return None
    return {
        "year": differs.year,
        "before": str(differs.before),
        "dollars": str(differs.dollars),
        "percent": str(differs.percent),
    }
