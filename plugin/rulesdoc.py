"""Write docs/rules.md, the rules for people who answer for them: ``python -m plugin.rulesdoc``.

Everything on the page is read from the rules' own data, so that it cannot say anything else.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from plugin.datafile import reader
from plugin.rulebook import BASE_PAYER, ROOT, UNKNOWN_PAYER, Rulebook, load
from plugin.tables import FOLDER
from rules import RULES
from rules.model import Cite
from rules.payment import estimate
from rules.policy import Dated, Rows

PAGE = Path("docs", "rules.md")
FAMILIES = {
    "coding": "Codes",
    "units": "Units",
    "modifiers": "Modifiers",
    "eligibility": "Who, when and what is covered",
    "bundling": "What goes together",
    "payment": "What it is worth: no rule, and it decides nothing",
}
MEANS = {
    "critical": "cannot be billed, or is sure to be denied",
    "warning": "likely to be denied, or billed for too much or too little",
    "info": "something is missing, or may be chosen",
}
REMARK = re.compile(r"^  (\w+): +# (.+)$", re.MULTILINE)
BLANK = re.compile(r"\{(\w+)\}")
"""A place in a sentence that a card fills."""
ONE_DAY = timedelta(days=1)
INTRO = """\
# The rules

What Countersign holds a therapy visit against: every rule, the values it works with, the days of
service for which they hold, and the authority for each (the numbers in brackets). The values are
Medicare Part B's; where a payer has its own, that is said under the rule, and
[payer by payer](#payers) at the end.

This page is written from the rules' data by `make docs`; a test fails when it no longer agrees.
Both ends of a period are inclusive, and the day of service counts, not that of billing. A period
with an end date that lies ahead is that of a published edition: past it the rule says that it could
not check, until the next edition is loaded.

Each rule has one of three weights, which a single finding may go below:
"""

PAYERS_INTRO = """\
A payer's profile holds only what differs from Medicare Part B, each with its source. Nothing is
presumed: a rule that is Medicare's alone is not applied to anybody else.
"""
Notes = dict[Cite, int]
"""The sources of one rule, numbered as they are met."""


def page(book: Rulebook, root: Path = ROOT) -> str:
    """Return the whole page as Markdown."""
    titles = titles_of(book, root)
    parts = [INTRO, *_severities(), *_contents(book)]
    for family, heading in FAMILIES.items():
        parts.append(f"## {heading}\n")
        for rule in _of(family):
            parts.extend(_rule(rule, book, titles, root))
    parts.extend(_payers(book, titles))
    parts.extend(_tables(root))
    return "\n".join(parts)


def titles_of(book: Rulebook, root: Path) -> dict[str, str]:
    """Return the title of every payer by its name: the base first, the unknown one last."""
    read = reader("payer", root)
    folder = root / "profiles" / "payers"
    names = sorted(book.payers, key=lambda name: (name == UNKNOWN_PAYER, name != BASE_PAYER, name))
    return {name: read(folder / f"{name}.yaml")["title"] for name in names}


def _of(family: str) -> list[ModuleType]:
    """Return the rules of a family, in the order in which they speak."""
    return [rule for rule in (*RULES, estimate) if rule.__name__.split(".")[1] == family]


def _severities() -> Iterator[str]:
    yield from (f"- **{name}**: {means}" for name, means in MEANS.items())
    yield ""


def _contents(book: Rulebook) -> Iterator[str]:
    for family, heading in FAMILIES.items():
        links = [f"[{book.about[rule.ID].title}](#{rule.ID})" for rule in _of(family)]
        yield f"**{heading}**: {' · '.join(links)}\n"


def _rule(rule: ModuleType, book: Rulebook, titles: Mapping[str, str], root: Path) -> Iterator[str]:
    about = book.about[rule.ID]
    own = _own(rule.ID, book.base)
    applies = own.pop("applies")
    path = root.joinpath(*rule.__name__.split(".")).with_suffix(".yaml")
    remarks = dict(REMARK.findall(path.read_text(encoding="utf-8")))
    notes: Notes = {}
    yield f'<a id="{rule.ID}"></a>\n'
    yield f"### {about.title}\n"
    yield f"`{rule.ID}` · {about.indicator} · {_applies(applies, notes)}\n"
    yield f"{about.statement.strip()}\n"
    yield from _values(own, remarks, notes)
    yield from _differences(rule.ID, book, titles, notes)
    for cite, number in notes.items():
        yield f"{number}. {_link(cite)}, checked {cite.checked}"
    yield ""


def _own(rule: str, rows: Rows) -> dict[str, Sequence[Dated]]:
    """Return a rule's own values, by their short names."""
    mine = ((name.partition("."), found) for name, found in rows.items())
    return {name: found for (head, _, name), found in mine if head == rule}


def _applies(rows: Sequence[Dated], notes: Notes) -> str:
    """Say when a rule is law."""
    said = [f"{_days(row)} {_note(row, notes)}" for row in rows if row.value is True]
    return "; ".join(said) or f"only where a payer says so {_note(rows[0], notes)}"


def _values(rows: Rows, remarks: Mapping[str, str], notes: Notes) -> Iterator[str]:
    if not rows:
        return
    yield "| value | days of service | is | |\n|---|---|---|---|"
    for name, own in rows.items():
        words = f"**{name.replace('_', ' ')}**"
        if name in remarks:
            words += f": {_cell(remarks[name])}"
        for row in own:
            yield f"| {words} | {_days(row)} | {_cell(plain(row.value))} | {_note(row, notes)} |"
            words = ""
    yield ""


def plain(value: Any) -> str:
    """Write a value as one reads it.

    >>> plain(True), plain(["97110", "97112"]), plain([]), plain("critical_access")
    ('yes', '97110, 97112', 'none', 'critical access')
    >>> plain({"97110": "97150", "97112": "97150", "92507": "92508"})
    '97110, 97112: 97150; 92507: 92508'
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        alike: dict[str, list[str]] = {}
        for key, each in value.items():
            alike.setdefault(plain(each), []).append(plain(key))
        said = [f"{', '.join(keys)}: {each}" for each, keys in alike.items()]
        return ("<br>" if any(";" in each for each in said) else "; ").join(said) or "none"
    if isinstance(value, list):
        return ", ".join(map(plain, value)) or "none"
    return BLANK.sub(r"*\1*", str(value).replace("*", r"\*")).replace("_", " ")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _days(row: Dated) -> str:
    return f"{row.effective} to {row.ending}" if row.ending else f"since {row.effective}"


def _link(cite: Cite) -> str:
    return f"[{_cell(cite.title)}]({cite.url})"


def _note(row: Dated, notes: Notes) -> str:
    """Return the number under which a rule's sources list a row's authority."""
    cite = replace(row.cite, effective="")
    return f"({notes.setdefault(cite, len(notes) + 1)})"


def _differences(
    rule: str, book: Rulebook, titles: Mapping[str, str], notes: Notes
) -> Iterator[str]:
    """List the payers that differ, those alike together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for payer, rows in book.payers.items():
        for name, own in _own(rule, rows).items():
            said = " and ".join(_differs(name, row, notes) for row in own)
            alike.setdefault((name, said), []).append(payer)
    for (name, said), who in alike.items():
        verb = "" if name == "applies" else f"**{name.replace('_', ' ')}** is "
        yield f"- {_people(who, titles)}: {verb}{said}"
    if alike:
        yield ""


def _differs(name: str, row: Dated, notes: Notes) -> str:
    if name != "applies":
        return f"{plain(row.value)}, {_days(row)} {_note(row, notes)}"
    followed = "followed" if row.value else "not followed"
    return f"{followed}{f' through {row.ending}' if row.ending else ''} {_note(row, notes)}"


def _people(who: Sequence[str], titles: Mapping[str, str]) -> str:
    """Name payers; where they are most of all, name the others."""
    others = [title for payer, title in titles.items() if payer not in who]
    if len(who) > len(others):
        return f"All payers but {'; '.join(others)}"
    return "; ".join(titles[payer] for payer in who)


def _payers(book: Rulebook, titles: Mapping[str, str]) -> Iterator[str]:
    yield "## Payers\n"
    yield PAYERS_INTRO
    for payer, title in titles.items():
        own = {rule.ID: _own(rule.ID, book.payers[payer]) for rule in RULES}
        off = [_rule_link(rule) for rule, rows in own.items() if _never(rows)]
        other = [
            f"{_rule_link(rule)}: {_changed(rows)}"
            for rule, rows in own.items()
            if rows and not _never(rows)
        ]
        said = [f"Not followed: {', '.join(off)}."] if off else []
        said += [f"Different: {'; '.join(other)}."] if other else []
        yield f"- **{title}** (`{payer}`). {' '.join(said) or 'The base.'}"
    yield ""


def _never(own: Rows) -> bool:
    """Tell whether a payer does not follow a rule on any day."""
    return [(row.value, row.ending) for row in own.get("applies", ())] == [(False, None)]


def _changed(own: Rows) -> str:
    """Write what a payer says of a rule that it follows, as it stands last."""
    said = []
    for name, rows in own.items():
        last = rows[-1]
        if name == "applies":
            said.append(f"not before {last.ending + ONE_DAY}" if last.ending else _days(last))
        else:
            said.append(f"{name.replace('_', ' ')} is {plain(last.value)}")
    return ", ".join(said)


def _rule_link(rule: str) -> str:
    return f"[{rule}](#{rule})"


def _tables(root: Path) -> Iterator[str]:
    yield "## Published tables\n"
    for path in sorted((root / FOLDER).glob("*.csv")):
        with path.open(encoding="utf-8") as file:
            said = file.readline().lstrip("# ").strip()
        yield f"- `{path.name}`: {said}"
    yield ""


if __name__ == "__main__":
    (ROOT / PAGE).write_text(page(load()), encoding="utf-8")
