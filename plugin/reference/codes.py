"""What is this code? Everything that is known of one on a day."""

from datetime import date
from decimal import Decimal

from plugin.meanings import Meaning
from plugin.reference import around, marks, schedule
from plugin.reference.library import Library
from plugin.reference.people import who
from plugin.reference.standing import history, refused, standing
from plugin.reference.statements import Said, cited, kept, said
from plugin.reference.timing import timing
from plugin.rulebook import BASE_PAYER
from rules.policy import Code, Policy
from rules.recoding import instead

LISTED = {
    "always": "{code} is always therapy: whoever furnishes it, it belongs to a plan of care",
    "sometimes": "{code} is therapy when a therapist furnished it, under a plan of care",
    "none": "{code} is not on Medicare's list of therapy services",
}
CONFIDENCE = {
    "high": "read in CMS's files",
    "medium": "put together from several sources, not read in CMS's list itself",
    "low": "remembered, not read in CMS's list",
}


def answer(code: Code, library: Library, day: date) -> Said:
    """Return everything that is known of a code on a day, under Medicare and beside it."""
    policy = library.policy(day)
    return kept(
        code=code.code,
        label=code.label,
        date=day.isoformat(),
        payer=library.payers[BASE_PAYER],
        standing=standing(code, library, policy),
        notes=[*refused(code, policy)],
        meaning=_meaning(library.meanings[code.code], library),
        therapy=_therapy(code, library),
        timing=timing(code, policy),
        group=_group(code, policy),
        who=who(code, library, policy),
        modifiers=marks.modifiers(code, library, policy),
        payers=marks.payers(code, library, day),
        pairs=around.pairs(code, library, day),
        notPairs=around.believed(code.code, library, day),
        limits=around.limits(code.code, library, day),
        addOn=around.added_to(code, policy),
        history=history(code, library),
        fees=_fees(code, library, day),
    )


def _meaning(meaning: Meaning, library: Library) -> Said:
    codes = library.book.tables.codes
    return kept(
        says=meaning.meaning,
        counts=[*meaning.counts],
        notCounted=[*meaning.not_counted],
        confusedWith=[
            kept(code=x.code, label=codes[x.code].label, by=x.by, link=f"/codes/{x.code}")
            for x in meaning.confused_with
        ],
        cite=cited(meaning.cite),
    )


def _therapy(code: Code, library: Library) -> Said:
    """Say whether a code is always, sometimes or never therapy, and how surely that is known."""
    return kept(
        says=LISTED[code.therapy].format(code=code.code),
        therapy=code.therapy,
        confidence=code.confidence,
        known=CONFIDENCE.get(code.confidence, ""),
        cite=cited(library.edition("code_in_force.edition")),
        edition=library.provenance["codes"],
    )


def _group(code: Code, policy: Policy) -> Said | None:
    """Say under which code the same goes for two or more patients at once."""
    new = instead("group_therapy", policy).get(code.code)
    if new is None:
        return None
    says = f"furnished to two or more patients at once it is {new}"
    return said(says, policy.cite("group_therapy.instead"), code=new, link=f"/codes/{new}")


def _fees(code: Code, library: Library, day: date) -> Said:
    """Return the national amounts for one unit, of the day and through the years."""
    every = [w for w in schedule.windows(code, library.book.tables) if w.paid]
    on = day.isoformat()
    rows = [_fee(window, on) for window in every]
    held = next((window for window in every if window.in_force(on)), None)
    link = f"/fees/{code.code}?date={on}"
    if held is None:
        return kept(says=f"no national amount is known here for {on}", rows=rows, link=link)
    now, cite = _fee(held, on), library.sheet.edition(held.factor)
    says = f"one unit is allowed ${now.get('office') or now['facility']} nationally on {on}"
    return said(says, cite, office=now.get("office"), rows=rows, link=link)


def _fee(window: schedule.Window, on: str) -> Said:
    office, facility = window.full
    return kept(
        effective=window.effective,
        ending=window.ending,
        office=_dollars(office),
        facility=_dollars(facility),
        edition=window.factor.edition,
        inForce=window.in_force(on),
    )


def _dollars(amount: Decimal | None) -> str:
    return "" if amount is None else str(amount)
