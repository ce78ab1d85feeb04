"""The Markdown that cards use, as HTML: paragraphs, bullets, bold and links. All else is text."""

import re
from collections.abc import Iterator
from itertools import groupby

from markupsafe import Markup, escape

INLINE = re.compile(r"\*\*(?P<bold>.+?)\*\*|\[(?P<text>[^\[\]]+)\]\((?P<url>https?://[^\s()]+)\)")
BULLET = "- "


def rendered(text: str) -> Markup:
    r"""Return Markdown as HTML; whatever is not bullets, bold or a web link comes out as written.

    >>> rendered("**Charges**\n- 97110 ×2")
    Markup('<p><strong>Charges</strong></p><ul><li>97110 ×2</li></ul>')
    >>> rendered("<b> [x](javascript:alert)")
    Markup('<p>&lt;b&gt; [x](javascript:alert)</p>')
    """
    blocks = groupby((line.strip() for line in text.splitlines()), key=_kind)
    return Markup().join(_block(kind, tuple(group)) for kind, group in blocks if kind)


def _kind(line: str) -> str:
    """Tell bullets from running text; an empty line is neither."""
    return "bullets" if line.startswith(BULLET) else "text" if line else ""


def _block(kind: str, lines: tuple[str, ...]) -> Markup:
    if kind == "text":
        return Markup("<p>{}</p>").format(_inline(" ".join(lines)))
    items = (Markup("<li>{}</li>").format(_inline(x.removeprefix(BULLET))) for x in lines)
    return Markup("<ul>{}</ul>").format(Markup().join(items))


def _inline(text: str) -> Markup:
    return Markup().join(_pieces(text))


def _pieces(text: str) -> Iterator[Markup]:
    at = 0
    for found in INLINE.finditer(text):
        yield escape(text[at : found.start()])
        yield _marked(found)
        at = found.end()
    yield escape(text[at:])


def _marked(found: re.Match[str]) -> Markup:
    if found["bold"]:
        return Markup("<strong>{}</strong>").format(_inline(found["bold"]))
    link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')
    return link.format(found["url"], found["text"])
