"""A settled bill and what was said on the way, drawn as CDS Hooks cards. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from plugin.account import findings, not_checked, worked
from plugin.authority import OWN_CLAIM, OWN_GUIDELINE, Authority, authority
from plugin.fhir.coding import worded
from plugin.fhir.reader import Reading
from plugin.fhir.writer import WORDS, write
from plugin.fhir.writing.plan import Plan, affirmation, correction, differs, held, told
from plugin.rulebook import About
from plugin.tenants import DEFAULT_WRITE, Write
from rules.model import Bill, Finding, Fix, Line

Card = dict[str, Any]
KEY = "io.github.countersign-health"
LONGEST = 139
RANK = {"critical": 0, "warning": 1, "info": 2}


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """All that cards are drawn from."""

    reading: Reading
    bill: Bill
    trace: str
    about: Mapping[str, About]
    explain: str
    """The address of the worked derivation."""
    reasons: msgspec.Raw
    """Override reasons, as Codings, ready to be sent."""
    most: int
    """How many cards at most."""
    write: Write = DEFAULT_WRITE
    """The form in which the EHR takes charges."""


def draw(drawing: Drawing) -> list[Card]:
    """Return the cards: charges first, then one a problem, most serious first; none when clean.

    What exceeds the most is folded into one line on the last card.
    """
    charges, problems = _charges(drawing), _problems(drawing)
    cards = charges + problems or _unchecked(drawing)
    if problems and not charges and (missing := _missing(drawing)):
        problems[0]["detail"] += "\n\n**Not checked**\n" + _bullets(missing)
    shown, folded = cards[: drawing.most], cards[drawing.most :]
    if folded:
        more = "; ".join([card["summary"] for card in folded])
        shown[-1]["detail"] += f"\n\n**{len(folded)} more:** {more}"
    links = [{"label": "See how", "url": drawing.explain, "type": "absolute"}]
    for i, card in enumerate(shown):
        _finish(card, i, drawing)
        card["links"] = links
    if shown:
        shown[0]["extension"] = {KEY: _record(drawing)}
    return shown


def _charges(drawing: Drawing) -> list[Card]:
    """Offer the settled bill, when it is not the one that the EHR holds."""
    old, bill, reading = drawing.reading.visit.lines, drawing.bill, drawing.reading
    if not differs(old, bill.lines) and not reading.again:
        return []
    lines, lead = [told(line) for line in bill.lines], _lead(bill.fixed)
    card: Card = {
        "summary": _summary(old, bill, lines),
        "detail": _detail(drawing, lines),
        "indicator": "warning" if old else "info",
        "source": authority(lead.cite).claim if lead else OWN_CLAIM,
    }
    plan = correction(old, bill.lines, reading)
    if steps := write(plan, drawing.write) if plan else []:
        label = "Correct the charges" if old else "Write these charges"
        card["suggestions"] = [{"label": label, "isRecommended": True, "actions": steps}]
    else:
        card["detail"] += f"\n\n{_by_hand(plan, drawing)}"
    return [card]


def _by_hand(plan: Plan | None, drawing: Drawing) -> str:
    """Say what a person is to enter, where nothing can be written from here."""
    if plan and drawing.write == WORDS:
        said = [step.says for step in plan.steps]
        said += ["Remove a charge that was written twice" for _ in drawing.reading.again]
        return "**To enter**\n" + _bullets(said)
    if drawing.reading.unsure:
        return "Not every charge in the EHR could be read; enter them by hand."
    return "These charges cannot be changed from here; enter them by hand."


def _problems(drawing: Drawing) -> list[Card]:
    """Return one card for each finding that needs a person, most serious first."""
    order = sorted(drawing.bill.open, key=_urgency)
    return [_problem(finding, drawing) for finding in order]


def _urgency(finding: Finding) -> tuple[int, bool]:
    return RANK[finding.indicator], not finding.fixes


def _problem(finding: Finding, drawing: Drawing) -> Card:
    """Return the card for a finding; the lawful ways to put it right are choices."""
    cited = authority(finding.cite)
    card: Card = {
        "summary": _cut(finding.says),
        "detail": "\n\n".join(_explained(finding, drawing.about[finding.rule], cited)),
        "indicator": finding.indicator,
        "source": cited.limits if finding.rule == "mue" else cited.guideline,
    }
    if finding.fixes and (choices := _choices(finding, drawing)):
        card["suggestions"] = choices
        card["source"] = cited.claim
    return card


def _explained(finding: Finding, about: About, cited: Authority) -> list[str]:
    """Return the paragraphs of a card about one finding."""
    said = [finding.says + "."] if len(finding.says) > LONGEST else []
    said.append(about.statement)
    if finding.worked:
        said.append(_bullets(finding.worked))
    if finding.fixes:
        said.append(_bullets([f"**{fix.label}**, if {fix.attests}" for fix in finding.fixes]))
        said.append("Choose only what is true of this visit.")
    said.append(f"Authority: {cited.link}, read {finding.cite.checked}.")
    return said


def _choices(finding: Finding, drawing: Drawing) -> list[dict[str, Any]]:
    """Return the fixes that can be written, none of a charge that can no longer be changed."""
    reading = drawing.reading
    lawful = [fix for fix in finding.fixes if not any(held(line, reading) for line in fix.old)]
    if reading.unsure:  # what is not stored may be there already
        lawful = [fix for fix in lawful if all(line.id for line in fix.old)]
    return [made for fix in lawful if (made := _choice(fix, drawing))]


def _choice(fix: Fix, drawing: Drawing) -> dict[str, Any] | None:
    """Offer one lawful modifier; never recommended, because it makes a person affirm a fact."""
    steps = write(affirmation(fix, drawing.bill.lines, drawing.reading), drawing.write)
    return {"label": fix.label, "isRecommended": False, "actions": steps} if steps else None


def _unchecked(drawing: Drawing) -> list[Card]:
    """Say what could not be checked, when nothing else is said; silence would read as approval."""
    said = _unread(drawing.reading)
    by_why: dict[str, list[str]] = {}
    for item in drawing.bill.not_checked:
        if not item.quiet:
            by_why.setdefault(item.why, []).append(drawing.about[item.rule].title)
    said += [f"{why}: {'; '.join(titles)}" for why, titles in by_why.items()]
    if not said:
        return []
    why = next(iter(by_why), "part of the visit could not be read")
    return [
        {
            "summary": _cut(f"Not all could be checked: {why}"),
            "detail": _bullets(said),
            "indicator": "info",
            "source": OWN_GUIDELINE,
        }
    ]


def _summary(old: Sequence[Line], bill: Bill, lines: Sequence[str]) -> str:
    """Say what to do first, then why, in one line."""
    counted = [finding.says for finding in bill.fixed if finding.rule == "timed_units"]
    reason = counted[0].partition(":")[0] if counted else ""
    for head in _corrected(bill) if old else _billed(bill, lines):
        for text in (f"{head}: {reason}", head) if reason else (head,):
            if len(text) <= LONGEST:
                return text
    return _cut(head)


def _corrected(bill: Bill) -> Iterator[str]:
    """Yield what is done to the charges, whole and then in short."""
    steps = list(dict.fromkeys([f.fixes[0].label for f in bill.fixed if f.remedy]))
    yield "; ".join(steps) or "Correct the charges"
    yield f"Correct the charges: {steps[0]}"


def _billed(bill: Bill, lines: Sequence[str]) -> Iterator[str]:
    """Yield what is billed, whole and then in short."""
    yield "Bill " + ", ".join(lines)
    yield f"Bill {len(lines)} lines, {sum([line.units for line in bill.lines])} units"


def _detail(drawing: Drawing, lines: Sequence[str]) -> str:
    """Return the bill, its arithmetic, and the authority for each step."""
    bill, reading = drawing.bill, drawing.reading
    why = [f"{f.says} ({authority(f.cite).link})" for f in bill.fixed]
    if reading.again:
        why.append("A charge was written twice; the second is removed.")
    parts = (
        ("Read from the chart", worded(bill.lines, reading.visit.services)),
        ("How it was counted", worked(bill.fixed)),
        ("Why", why),
        ("Not checked", _missing(drawing)),
    )
    charges = "\n" + _bullets(lines) if lines else ": none of the services charted can be billed."
    said = [f"**{title}**\n{_bullets(each)}" for title, each in parts if each]
    return "\n\n".join(["**Charges**" + charges, *said])


def _missing(drawing: Drawing) -> list[str]:
    """Return what was left out, what could not be obtained and what could not be checked."""
    missing = _unread(drawing.reading)
    missing += [f"{n.rule}: {n.why}" for n in drawing.bill.not_checked if not n.quiet]
    return list(dict.fromkeys(missing))


def _unread(reading: Reading) -> list[str]:
    """Return what was left out, and what could not be obtained."""
    return [*[f"{issue.where}: {issue.why}" for issue in reading.left_out], *reading.unread]


def _finish(card: Card, index: int, drawing: Drawing) -> None:
    """Give a card its name and its reasons for saying no."""
    card["uuid"] = name(drawing.trace, f"card {index} {card['summary']}")
    if "suggestions" in card:
        card["selectionBehavior"] = "at-most-one"
        for n, suggestion in enumerate(card["suggestions"]):
            suggestion["uuid"] = name(drawing.trace, f"suggestion {index} {n}")
    card["overrideReasons"] = drawing.reasons


def _record(drawing: Drawing) -> dict[str, Any]:
    """Return the machine's account of the visit, for the first card."""
    account: dict[str, Any] = {"trace": drawing.trace}
    if found := findings(drawing.bill):
        account["findings"] = found
    if missing := not_checked(drawing.bill):
        account["notChecked"] = missing
    return account


def name(trace: str, part: str) -> str:
    """Return a UUID for a part of an answer: the same part of the same answer has the same one."""
    h = blake2b(f"{trace} {part}".encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"


def _lead(found: Sequence[Finding]) -> Finding | None:
    """Return the finding that a charges card rests on: the unit count where there is one."""
    for finding in found:
        if finding.worked:
            return finding
    return found[0] if found else None


def _bullets(lines: Sequence[str]) -> str:
    return "- " + "\n- ".join(lines) if lines else ""


def _cut(text: str) -> str:
    """Keep a summary within what CDS Hooks allows, whole words only."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
