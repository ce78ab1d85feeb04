"""A settled bill and what was said on the way, drawn as CDS Hooks cards. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from plugin.fhir.coding import worded
from plugin.fhir.reader import Reading
from plugin.fhir.writer import WORDS, write
from plugin.fhir.writing.plan import Plan, affirmation, correction, differs, held, told
from plugin.rulebook import About
from plugin.tenants import DEFAULT_WRITE, Write
from rules.model import Bill, Cite, Finding, Fix, Line

Card = dict[str, Any]
KEY = "io.github.countersign-health"
TOPICS = "http://terminology.hl7.org/CodeSystem/cdshooks-card-type"
LONGEST = 139
OWN = {"label": "Countersign", "url": "https://countersign-health.github.io/"}
RANK = {"critical": 0, "warning": 1, "info": 2}


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """All that cards are drawn from."""

    reading: Reading
    bill: Bill
    trace: str
    about: Mapping[str, About]
    explain: str
    """The address of the worked derivation."""
    reasons: Sequence[Mapping[str, str]]
    """Override reasons, as Codings."""
    most: int
    """How many cards at most."""
    write: Write = DEFAULT_WRITE
    """The form in which the EHR takes charges."""


def draw(drawing: Drawing) -> list[Card]:
    """Return the cards: charges first, then one a problem, most serious first; none when clean.

    What exceeds the most is folded into one line on the last card.
    """
    charges, problems = list(_charges(drawing)), list(_problems(drawing))
    cards = charges + problems or list(_unchecked(drawing))
    if problems and not charges and (missing := _missing(drawing)):
        problems[0]["detail"] += "\n\n**Not checked**\n" + _bullets(missing)
    shown, folded = cards[: drawing.most], cards[drawing.most :]
    if folded:
        more = "; ".join(card["summary"] for card in folded)
        shown[-1]["detail"] += f"\n\n**{len(folded)} more:** {more}"
    for i, card in enumerate(shown):
        _finish(card, i, drawing)
    if shown:
        shown[0]["extension"] = {KEY: _record(drawing)}
    return shown


def findings(bill: Bill) -> list[dict[str, Any]]:
    """Return all findings as the wire names them."""
    return [_finding(each, fixed=True) for each in bill.fixed] + [
        _finding(each, fixed=False) for each in bill.open
    ]


def not_checked(bill: Bill) -> list[dict[str, str]]:
    """Return what could not be checked, each once."""
    each = {(n.rule, n.why): {"rule": n.rule, "why": n.why} for n in bill.not_checked}
    return list(each.values())


def worked(found: Iterable[Finding]) -> Iterator[str]:
    """Return the arithmetic of findings, line by line, each line once."""
    yield from dict.fromkeys(line for finding in found for line in finding.worked)


def _charges(drawing: Drawing) -> Iterator[Card]:
    """Offer the settled bill, when it is not the one that the EHR holds."""
    old, new = drawing.reading.visit.lines, drawing.bill.lines
    if not differs(old, new) and not drawing.reading.again:
        return
    card: Card = {
        "summary": _summary(old, drawing.bill),
        "detail": _detail(drawing),
        "indicator": "warning" if old else "info",
        "source": _source(_lead(drawing.bill.fixed), "claim"),
    }
    plan = correction(old, new, drawing.reading)
    steps = write(plan, drawing.write) if plan else []
    if steps:
        label = "Correct the charges" if old else "Write these charges"
        card["suggestions"] = [{"label": label, "isRecommended": True, "actions": steps}]
    else:
        card["detail"] += f"\n\n{_by_hand(plan, drawing)}"
    yield card


def _by_hand(plan: Plan | None, drawing: Drawing) -> str:
    """Say what a person is to enter, where nothing can be written from here."""
    if plan and drawing.write == WORDS:
        said = [step.says for step in plan.steps]
        said += ["Remove a charge that was written twice" for _ in drawing.reading.again]
        return "**To enter**\n" + _bullets(said)
    if drawing.reading.unsure:
        return "Not every charge in the EHR could be read; enter them by hand."
    return "These charges cannot be changed from here; enter them by hand."


def _problems(drawing: Drawing) -> Iterator[Card]:
    """Return one card for each finding that needs a person, most serious first."""
    order = sorted(drawing.bill.open, key=lambda f: (RANK[f.indicator], not f.fixes))
    for finding in order:
        about = drawing.about[finding.rule]
        card: Card = {
            "summary": _cut(finding.says),
            "detail": "\n\n".join(_explained(finding, about)),
            "indicator": finding.indicator,
            "source": _source(finding, "limits" if finding.rule == "mue" else "guideline"),
        }
        lawful = [f for f in finding.fixes if not any(held(x, drawing.reading) for x in f.old)]
        if drawing.reading.unsure:  # what is not stored may be there already
            lawful = [fix for fix in lawful if all(line.id for line in fix.old)]
        if choices := [made for fix in lawful if (made := _choice(fix, drawing))]:
            card["suggestions"] = choices
            card["source"] = _source(finding, "claim")
        yield card


def _explained(finding: Finding, about: About) -> Iterator[str]:
    """Return the paragraphs of a card about one finding."""
    if len(finding.says) > LONGEST:
        yield finding.says + "."
    yield about.statement
    if finding.worked:
        yield _bullets(finding.worked)
    if finding.fixes:
        yield _bullets(f"**{fix.label}**, if {fix.attests}" for fix in finding.fixes)
        yield "Choose only what is true of this visit."
    yield _authority(finding.cite)


def _choice(fix: Fix, drawing: Drawing) -> dict[str, Any] | None:
    """Offer one lawful modifier; never recommended, because it makes a person affirm a fact."""
    steps = write(affirmation(fix, drawing.bill.lines, drawing.reading), drawing.write)
    return {"label": fix.label, "isRecommended": False, "actions": steps} if steps else None


def _unchecked(drawing: Drawing) -> Iterator[Card]:
    """Say what could not be checked, when nothing else is said; silence would read as approval."""
    reading = drawing.reading
    said = [*(f"{i.where}: {i.why}" for i in reading.left_out), *reading.unread]
    by_why: dict[str, list[str]] = {}
    for item in drawing.bill.not_checked:
        if not item.quiet:
            by_why.setdefault(item.why, []).append(drawing.about[item.rule].title)
    said += [f"{why}: {'; '.join(titles)}" for why, titles in by_why.items()]
    if said:
        why = next(iter(by_why), "part of the visit could not be read")
        yield {
            "summary": _cut(f"Not all could be checked: {why}"),
            "detail": _bullets(said),
            "indicator": "info",
            "source": _source(None, "guideline"),
        }


def _summary(old: Sequence[Line], bill: Bill) -> str:
    """Say what to do first, then why, in one line."""
    counted = next((f.says for f in bill.fixed if f.rule == "timed_units"), "")
    reason = counted.split(":")[0]
    if old:
        steps = dict.fromkeys(f.fixes[0].label for f in bill.fixed if f.remedy)
        head = "; ".join(steps) or "Correct the charges"
        short = f"Correct the charges: {next(iter(steps), '')}"
    else:
        head = "Bill " + ", ".join(told(line) for line in bill.lines)
        units = sum(line.units for line in bill.lines)
        short = f"Bill {len(bill.lines)} lines, {units} units"
    for text in (f"{head}: {reason}" if reason else head, head, f"{short}: {reason}", short):
        if len(text) <= LONGEST and not text.endswith(": "):
            return text
    return _cut(short)


def _detail(drawing: Drawing) -> str:
    """Return the bill, its arithmetic, and the authority for each step."""
    bill = drawing.bill
    parts = ["**Charges**: none of the services charted can be billed."]
    if bill.lines:
        parts = ["**Charges**\n" + _bullets([told(line) for line in bill.lines])]
    read = worded(bill.lines, drawing.reading.visit.services)
    if read:
        parts.append("**Read from the chart**\n" + _bullets(read))
    arithmetic = tuple(worked(bill.fixed))
    if arithmetic:
        parts.append("**How it was counted**\n" + _bullets(arithmetic))
    why = [f"{f.says} ({_link(f.cite)})" for f in bill.fixed]
    if drawing.reading.again:
        why.append("A charge was written twice; the second is removed.")
    parts.append("**Why**\n" + _bullets(why))
    missing = _missing(drawing)
    if missing:
        parts.append("**Not checked**\n" + _bullets(missing))
    return "\n\n".join(parts)


def _missing(drawing: Drawing) -> list[str]:
    """Return what was left out, what could not be obtained and what could not be checked."""
    reading = drawing.reading
    missing = [*(f"{i.where}: {i.why}" for i in reading.left_out), *reading.unread]
    missing += [f"{n.rule}: {n.why}" for n in drawing.bill.not_checked if not n.quiet]
    return list(dict.fromkeys(missing))


def _finish(card: Card, index: int, drawing: Drawing) -> None:
    """Give a card its name, its reasons for saying no, and the way to the derivation."""
    card["uuid"] = name(drawing.trace, f"card {index} {card['summary']}")
    if "suggestions" in card:
        card["selectionBehavior"] = "at-most-one"
        for n, suggestion in enumerate(card["suggestions"]):
            suggestion["uuid"] = name(drawing.trace, f"suggestion {index} {n}")
    card["overrideReasons"] = list(drawing.reasons)
    card["links"] = [{"label": "See how", "url": drawing.explain, "type": "absolute"}]


def _record(drawing: Drawing) -> dict[str, Any]:
    """Return the machine's account of the visit, for the first card."""
    account = {
        "trace": drawing.trace,
        "findings": findings(drawing.bill),
        "notChecked": not_checked(drawing.bill),
    }
    return {key: value for key, value in account.items() if value}


def name(trace: str, part: str) -> str:
    """Return a UUID for a part of an answer: the same part of the same answer has the same one."""
    h = blake2b(f"{trace} {part}".encode(), digest_size=16).hexdigest()
    return f"{h[:8]}-{h[8:12]}-8{h[13:16]}-a{h[17:20]}-{h[20:]}"


def _source(finding: Finding | None, topic: str) -> dict[str, Any]:
    own = {"label": finding.cite.title, "url": finding.cite.url} if finding else OWN
    return {**own, "topic": {"system": TOPICS, "code": topic}}


def _lead(found: Sequence[Finding]) -> Finding | None:
    """Return the finding that a charges card rests on: the unit count where there is one."""
    return next((f for f in found if f.worked), found[0] if found else None)


def _finding(finding: Finding, *, fixed: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"rule": finding.rule}
    if finding.codes:
        said["codes"] = list(finding.codes)
    said["says"], said["fixed"] = finding.says, fixed
    if finding.fixes and not fixed:
        said["attests"] = finding.fixes[0].attests
    said["cite"] = _cite(finding.cite)
    return said


def _cite(cite: Cite) -> dict[str, str]:
    said = {"id": cite.id, "title": cite.title, "url": cite.url}
    if cite.effective:
        said["effective"] = cite.effective
    if cite.edition:
        said["edition"] = cite.edition
    return said


def _link(cite: Cite) -> str:
    edition = f", {cite.edition}" if cite.edition else ""
    return f"[{cite.title}]({cite.url}){edition}, in force since {cite.effective}"


def _authority(cite: Cite) -> str:
    return f"Authority: {_link(cite)}, read {cite.checked}."


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join([f"- {line}" for line in lines])


def _cut(text: str) -> str:
    """Keep a summary within what CDS Hooks allows, whole words only."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
