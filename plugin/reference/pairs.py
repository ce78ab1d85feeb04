"""May two codes be billed together on a day? The NCCI edits, and what opens them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from plugin.reference.library import SETTINGS, Library
from plugin.reference.opening import opening
from plugin.reference.standing import refused, standing
from plugin.reference.statements import Said, cited, kept, listed, said
from plugin.reference.windows import MEANS, changes, holding, windows
from plugin.rulebook import BASE_PAYER
from rules.bundling.ptp_edit import NEVER
from rules.model import Cite
from rules.policy import Edit, Policy
from rules.words import Setting

TOLD = ("never", "with a modifier", "no edit")
"""Answers that the edits themselves give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the edits of one setting and day say of two codes."""

    policy: Policy
    one: str
    """Column one, where an edit is in force; else the code asked for first."""
    two: str
    edit: Edit | None
    unknown: str = ""
    """Why it could not be checked; empty when it could."""
    gone: tuple[str, ...] = ()
    """Codes of the two that are not valid on the day."""

    @property
    def answer(self) -> str:
        """``not valid``, ``never``, ``with a modifier``, ``no edit`` or ``not checked``."""
        if self.gone:
            return "not valid"
        if self.unknown:
            return "not checked"
        if self.edit is None:
            return "no edit"
        return "never" if self.edit.indicator == NEVER else "with a modifier"


def known(library: Library, code: str) -> bool:
    """Tell whether anything is known of a code that may stand in a pair."""
    return code in library.book.tables.codes or code in library.in_pairs


def judged(library: Library, codes: tuple[str, str], day: date, setting: Setting) -> Verdict:
    """Look two codes up in the edits of a day and setting, in both directions."""
    policy = library.policy(day, setting)
    one, two = codes
    rows = (library.book.tables.codes.get(code) for code in codes)
    gone = tuple(row.code for row in rows if row and not row.in_force(policy.day))
    unknown = _unknown(library, codes, policy)
    held = holding(library.windows(one, two, setting), policy.day)
    if held and policy.find("ptp_edit.edition"):
        one, two, edit = held
        return Verdict(policy=policy, one=one, two=two, edit=edit, gone=gone)
    return Verdict(policy=policy, one=one, two=two, edit=None, unknown=unknown, gone=gone)


def _unknown(library: Library, codes: tuple[str, str], policy: Policy) -> str:
    """Say why the edits of a day cannot tell, where they hold nothing; empty when they can."""
    if policy.find("ptp_edit.edition") is None:
        return f"no edition of the NCCI edits covers {policy.day}"
    unread = [code for code in codes if code not in library.in_pairs]
    return f"the edition loaded here holds no row of {listed(unread)}" if unread else ""


def pair(library: Library, codes: tuple[str, str], day: date, setting: Setting) -> Said:
    """Answer whether two codes may be billed together on a day."""
    verdict = judged(library, codes, day, setting)
    return kept(
        codes=[_code(library, code, verdict.policy) for code in codes],
        date=day.isoformat(),
        setting=setting,
        payer=library.payers[BASE_PAYER],
        answer=verdict.answer,
        says=_headline(verdict),
        why=verdict.unknown,
        inForce=None if verdict.unknown else verdict.edit is not None,
        columnOne=verdict.one if verdict.edit else "",
        columnTwo=verdict.two if verdict.edit else "",
        indicator=verdict.edit.indicator if verdict.edit else "",
        indicatorMeans=MEANS[verdict.edit.indicator] if verdict.edit else "",
        rationale=_rationale(library, verdict),
        modifier=_opened(verdict),
        doubts=[*_doubts(library, verdict)],
        otherSetting=_other(library, codes, day, verdict),
        belief=_belief(library, codes, verdict),
        payers=[*_payers(library, day, setting)] if verdict.answer in TOLD else [],
        windows=windows(library, *codes, day),
        changes=changes(library, *codes),
        cite=_authority(library, verdict),
        edition=library.provenance["ptp"],
    )


def _code(library: Library, code: str, policy: Policy) -> Said:
    """Name a code, and say what keeps it from being billed on the day by itself."""
    row = library.book.tables.codes.get(code)
    if row is None:
        return kept(code=code)
    stands = standing(row, library, policy)
    notes = [] if stands.get("inForce") else [stands]
    return kept(
        code=code,
        label=row.label,
        link=f"/codes/{code}?date={policy.day}",
        notes=[*notes, *refused(row, policy)],
    )


def _headline(verdict: Verdict) -> str:
    """Answer in one sentence."""
    one, two, day = verdict.one, verdict.two, verdict.policy.day
    verb = "is no valid code" if len(verdict.gone) == 1 else "are no valid codes"
    return {
        "not valid": f"No: {listed([*verdict.gone])} {verb} on {day}, so the two cannot be "
        "billed together",
        "not checked": f"Whether {one} and {two} are a pair on {day} could not be checked: "
        f"{verdict.unknown}",
        "never": f"No: {two} is never paid beside {one} on one day, and no modifier helps",
        "with a modifier": f"Only if they were separate: beside {one}, {two} is paid with a "
        "modifier that says so, and not without",
        "no edit": f"Yes: no NCCI edit joins {one} and {two} on {day}, and no modifier is needed "
        "between them",
    }[verdict.answer]


def _authority(library: Library, verdict: Verdict) -> Said | None:
    """Cite the code set where it alone answers; None where no edition covers the day."""
    if verdict.gone:
        return cited(library.edition("code_in_force.edition"))
    return cited(_cite(verdict)) if verdict.policy.find("ptp_edit.edition") else None


def _cite(verdict: Verdict) -> Cite:
    """Cite the edition that answered, for the setting whose table was read."""
    policy = verdict.policy
    cite = policy.cite("ptp_edit.edition")
    edition = f"{policy.get('ptp_edit.edition', str)}, {policy.setting}"
    effective = verdict.edit.effective if verdict.edit else ""
    return replace(cite, edition=edition, effective=effective)


def _rationale(library: Library, verdict: Verdict) -> str:
    """Say why CMS joined them, in our words; empty where there is no edit."""
    reasons = library.reasons.get((verdict.one, verdict.two), ()) if verdict.edit else ()
    return "; ".join(reasons)


def _opened(verdict: Verdict) -> Said | None:
    """Say which modifiers set the two apart; None where none does, or none is needed."""
    if verdict.answer != "with a modifier":
        return None
    return opening(verdict.one, verdict.two, verdict.policy)


def _doubts(library: Library, verdict: Verdict) -> Iterator[str]:
    """Own up to what the edition that was read cannot know."""
    policy, day = verdict.policy, verdict.policy.day
    if verdict.unknown:
        return
    released = policy.get("ptp_edit.released", str)
    edit = verdict.edit
    if edit and day < released and (not edit.effective or edit.basis == "inferred"):
        how = "does not print" if not edit.effective else "only lets infer"
        yield f"the release {how} this edit's first day: that it held on {day} is taken from it"
    if edit and policy.edit(verdict.two, verdict.one):
        yield (
            "the release prints both directions without a first day; the one that ended first is "
            "taken for this day"
        )
    if edit is None and _began_later(library, verdict):
        yield "the first day of a later window is inferred, not printed"
    if day > released:
        yield (
            f"the table is the release of {released}: what CMS added to it since is known here "
            "in part only"
        )


def _began_later(library: Library, verdict: Verdict) -> bool:
    setting = _table(verdict.policy)
    later = (
        edit
        for _, _, edit in library.windows(verdict.one, verdict.two, setting)
        if edit.basis == "inferred" and edit.effective > verdict.policy.day
    )
    return any(later)


def _table(policy: Policy) -> Setting:
    return "practitioner" if policy.setting == "practitioner" else "hospital"


def _other(library: Library, codes: tuple[str, str], day: date, verdict: Verdict) -> Said | None:
    """Give the other setting's answer where it differs."""
    setting = next(x for x in SETTINGS if x != verdict.policy.setting)
    other = judged(library, codes, day, setting)
    if (other.answer, other.one, other.two) == (verdict.answer, verdict.one, verdict.two):
        return None
    return kept(
        setting=setting,
        answer=other.answer,
        says=_headline(other),
        indicator=other.edit.indicator if other.edit else "",
        modifier=_opened(other),
        link=f"/pairs/{codes[0]}/{codes[1]}?date={day}&setting={setting}",
        cite=_authority(library, other),
    )


def _belief(library: Library, codes: tuple[str, str], verdict: Verdict) -> Said | None:
    """Name what people believe of two codes that are no pair any more."""
    if verdict.answer != "no edit":
        return None
    found = next((b for b in library.beliefs if b.codes == frozenset(codes)), None)
    setting, day = _table(verdict.policy), verdict.policy.day
    past = all(edit.deletion < day for *_, edit in library.windows(*codes, setting))
    return said(found.says, found.cite) if found and past else None


def _payers(library: Library, day: date, setting: Setting) -> Iterator[Said]:
    """Name the payers of whom Medicare's edits are not presumed, or who have their own."""
    base = library.policy(day, setting)
    groups: dict[tuple[str, Cite], list[str]] = {}
    for payer, title in library.payers.items():
        policy = library.book.policy(payer, day, setting)
        row, own = policy.find("ptp_edit.applies"), policy.find("ptp_edit.edition")
        if row and not policy.applies("ptp_edit") and base.applies("ptp_edit"):
            key = ("Medicare's edits are not presumed here; its own contract decides", row.cite)
        elif own and own != base.find("ptp_edit.edition"):
            key = (f"read from {own.value}", own.cite)
        else:
            continue
        groups.setdefault(key, []).append(title)
    for (says, cite), titles in groups.items():
        yield said(says, cite, payers=titles)
