"""What every page and every answer of the reference is held to."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
VOID = frozenset({"meta", "link", "img", "input", "br"})
CITED = {"id", "title", "url", "checked"}


class Page(HTMLParser):
    """The tags of a page, and what is wrong with them."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.headings: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(tag)
        if tag == "th" and given.get("scope") not in {"row", "col"}:
            self.faults.append("th without scope")
        if tag in {"input", "select"} and "label" not in self._open:
            self.faults.append(f"{tag} without label")
        if tag == "a" and not given.get("href"):
            self.faults.append("a without href")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"{tag} closes nothing")

    def close(self) -> None:
        super().close()
        self.faults += [f"{tag} is left open" for tag in self._open]


def hold(text: str) -> None:
    """Hold a page to its headings, tables, labels and words."""
    page = Page()
    page.feed(text)
    page.close()
    assert page.faults == []
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1
    assert re.findall(r'(?:src|action|rel="stylesheet" href)="(?!/)', text) == []
    assert "Undefined" not in text
    assert not re.search(r">\s*None\s*<|\.\.(?!\.)| {2}\.|\{\{|%\}", text)


def said_without_cite(answer: Any, place: str = "") -> Iterator[str]:
    """Return where an answer says something that it could check, and cites nothing for it."""
    if isinstance(answer, dict):
        if "says" in answer and answer.get("checked") is not False:
            cite = answer.get("cite", {})
            if not cite.keys() >= CITED:
                yield place
        for name, inner in answer.items():
            yield from said_without_cite(inner, f"{place}/{name}")
    elif isinstance(answer, list):
        for inner in answer:
            yield from said_without_cite(inner, place)


def empty(answer: Any, place: str = "") -> Iterator[str]:
    """Return where an answer holds nothing."""
    if answer in (None, "", [], {}):
        yield place
    for name, inner in answer.items() if isinstance(answer, dict) else ():
        yield from empty(inner, f"{place}/{name}")
    for inner in answer if isinstance(answer, list) else ():
        yield from empty(inner, place)
