"""docs/rules.md says what the rules' data says."""

from plugin.rulebook import ROOT
from plugin.rulesdoc import PAGE, page, titles_of
from rules import RULES
from tests.rules.shorthand import BOOK

WRITTEN = page(BOOK)


def test_the_page_agrees_with_the_rules() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == WRITTEN, "write it anew: make docs"


def test_every_rule_and_every_payer_is_on_it() -> None:
    for rule in RULES:
        assert f'<a id="{rule.ID}"></a>' in WRITTEN
        assert f"](#{rule.ID})" in WRITTEN
    for payer, title in titles_of(BOOK, ROOT).items():
        assert f"- **{title}** (`{payer}`). " in WRITTEN


def test_every_source_is_on_it() -> None:
    cited = {cite for about in BOOK.about.values() for cite in about.cites}
    assert all(f"]({cite.url}), checked {cite.checked}" in WRITTEN for cite in cited)
