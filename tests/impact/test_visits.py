"""Visits judged by two editions: equal to two services that each have one of them loaded."""

import json
from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from plugin import tenants
from plugin.errors import RefusedError
from plugin.estimate import Estimate
from plugin.fhir import coding
from plugin.hooks.taken import taken
from plugin.impact.given import Line, Opener, lines
from plugin.impact.sides import Sides, choose
from plugin.impact.visits import Judge, Tally, Verdict
from plugin.imports.follow import Editions
from plugin.moment import Moment
from plugin.parts import encode
from plugin.review import Review, Reviewer
from plugin.store.store import Store
from plugin.web.check import reviewed
from rules.model import Visit
from tests.hooks.service import PUBLIC
from tests.hooks.visits import MARK, Json, collection
from tests.impact.quarters import FIRST, NEW, OLD, book, both, limits, pairs, visit
from tests.imports import made
from tests.rules.shorthand import BOOK

SITES = tenants.load()
CODER = coding.load(BOOK.tables.codes, SITES)
UNPRICED = Estimate(lines=(), basis="", paid=False)
CODES = ("97110", "97112", "97140", "97530", "97150", "97124", "G0283", "97116")


def stored() -> Store:
    raise AssertionError("no visit here is a stored one")


OPENER = Opener(SITES[tenants.DEMO], CODER, stored)


def opened(sent: Json) -> Visit:
    content = json.dumps(sent).encode()
    return OPENER.visit(Line(1, content, len(content), whole=True))


def judge(sides: Sides) -> Judge:
    old, new = (Moment(BOOK.shipped, own.snapshot) for own in (sides.old, sides.new))
    return Judge(old, new)


def sides(home: Path, old: str, new: str) -> Sides:
    return choose(old, new, home, Editions(home).snapshot())


def verdict(home: Path, sent: Json, old: str, new: str) -> Verdict:
    return judge(sides(home, old, new)).compare(opened(sent))


def as_of(home: Path, sent: Json, old: str = "v320r0", new: str = "v321r0") -> Verdict:
    """Return how a visit is judged as though furnished on the first day of the new quarter."""
    own = sides(home, old, new)
    first, second = (Moment(BOOK.shipped, each.on(FIRST).snapshot) for each in (own.old, own.new))
    return Judge(first, second, date.fromisoformat(FIRST)).compare(opened(sent))


def check(home: Path, sent: Json) -> Review:
    """Review a visit as a service with the editions of a home does."""
    gathered, asked = taken(sent, SITES[tenants.DEMO])
    return Reviewer(book(home), PUBLIC, CODER).review(gathered, asked)


def by_rule(said: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what an answer of ``POST /check`` says of each rule, but for the authority."""
    found: dict[str, list[str]] = {}
    for each in (*said["findings"], *said["notChecked"]):
        own = {name: value for name, value in asdict(each).items() if name != "cite"}
        found.setdefault(each.rule, []).append(json.dumps(own, sort_keys=True))
    return {rule: sorted(own) for rule, own in found.items()}


def charges(said: Mapping[str, Any]) -> list[tuple[str, int, list[str]]]:
    return sorted((line["code"], line["units"], line["modifiers"]) for line in said["bill"])


LIMIT_ROWS = st.dictionaries(
    st.sampled_from(CODES), st.tuples(st.integers(0, 4), st.sampled_from("123")), min_size=1
).map(lambda rows: [f"{code},{units},{mai} D,D" for code, (units, mai) in rows.items()])
PAIR_ROWS = st.dictionaries(
    st.permutations(CODES).map(lambda codes: (codes[0], codes[1])),
    st.sampled_from("019"),
    min_size=1,
    max_size=12,
).map(lambda rows: [made.pair(*pair, indicator=own) for pair, own in rows.items()])
CHARTED = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(5, 50)), min_size=1, max_size=4, unique_by=str
)
BILLED = st.lists(
    st.tuples(st.sampled_from(CODES), st.integers(1, 4), st.sampled_from(["", "-GP", "-GP-59"])),
    max_size=4,
    unique_by=lambda own: own[0],
)
VISITS = st.lists(
    st.builds(
        lambda chart, bill, day, whole: (collection if whole else dict)(
            visit([f"{c} {m}min" for c, m in chart], [f"{c}{x} x{u}" for c, u, x in bill], day)
        ),
        CHARTED,
        BILLED,
        st.sampled_from(["2026-03-31", FIRST, "2026-07-01"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
QUARTERS = st.one_of(
    st.tuples(st.just(limits), st.just((OLD, NEW)), LIMIT_ROWS, LIMIT_ROWS),
    st.tuples(st.just(pairs), st.just(("v320r0", "v321r0")), PAIR_ROWS, PAIR_ROWS),
)
UNSHRUNK = (Phase.generate,)
"""Each example imports four editions."""


@settings(max_examples=16, deadline=None, phases=UNSHRUNK)
@given(quarters=QUARTERS, sent=VISITS)
def test_what_is_counted_is_what_two_checks_of_each_visit_answer(
    quarters: tuple[Any, tuple[str, str], list[str], list[str]], sent: list[Json]
) -> None:
    load, names, old, new = quarters
    with TemporaryDirectory() as folder:
        first, second, third = homes = [Path(folder, name) for name in ("old", "new", "both")]
        for home in homes:
            home.mkdir()
        for home in (first, third):
            load(home, old, 1)
        for home in (second, third):
            load(home, new, 2)
        found = judge(sides(third, *names))
        for each in sent:
            was, now = (reviewed(check(home, each), UNPRICED) for home in (first, second))
            said, says = by_rule(was), by_rule(now)
            own = found.compare(opened(each))
            assert set(own.rules) == {r for r in said | says if said.get(r) != says.get(r)}
            assert own.bill == (charges(was) != charges(now))
            assert own.otherwise or was["attestations"] == now["attestations"]


def test_a_pair_that_comes_is_a_new_finding(tmp_path: Path) -> None:
    sent = visit(["97110 15min", "97112 15min"], ["97110-GP x1", "97112-GP x1"])
    assert as_of(both(tmp_path), sent).rules == {"ptp_edit": {"new"}}


def test_a_pair_that_ends_is_a_finding_gone(tmp_path: Path) -> None:
    sent = visit(["97110 15min", "97116 15min"], ["97110-GP x1", "97116-GP x1"])
    assert as_of(both(tmp_path), sent).rules == {"ptp_edit": {"gone"}}


def test_a_pair_that_no_modifier_sets_apart_any_more_changes_the_bill(tmp_path: Path) -> None:
    sent = visit(["97140 15min", "97530 15min"], ["97140-GP x1", "97530-GP x1"])
    found = as_of(both(tmp_path), sent)
    assert found.rules["ptp_edit"] == {"changed"}
    assert found.bill


def test_a_visit_without_a_code_that_changed_is_judged_the_same(tmp_path: Path) -> None:
    sent = visit(["97150 15min", "97124 15min"])
    assert not as_of(both(tmp_path), sent).otherwise


def test_a_day_that_one_side_covers_is_counted_apart(tmp_path: Path) -> None:
    both(tmp_path)
    sent = visit(["97110 30min"], ["97110-GP x2"], "2026-03-31")
    found = verdict(tmp_path, sent, OLD, NEW)
    assert found.one_sided
    assert found.rules == {"mue": {"unchecked"}}
    tally = Tally()
    tally.add(found, 1)
    assert (tally.judged.otherwise, tally.one_sided.otherwise) == (0, 1)


def test_a_day_that_neither_side_covers_is_no_difference_and_is_owned_up_to(
    tmp_path: Path,
) -> None:
    sent = visit(["97110 30min"], ["97110-GP x2"], "2026-07-01")
    found = verdict(both(tmp_path), sent, OLD, NEW)
    assert not found.otherwise
    assert found.neither


def test_as_of_a_day_both_speak_whatever_their_own_days(tmp_path: Path) -> None:
    sent = visit(["97110 30min"], ["97110-GP x2"], "2026-03-02")
    found = as_of(both(tmp_path), sent, OLD, NEW)
    assert found.rules == {"mue": {"new"}}
    assert not found.one_sided
    assert not found.neither


def test_a_stored_visit_opens_by_its_trace_and_by_nothing_else(tmp_path: Path) -> None:
    review = check(both(tmp_path), visit(["97110 15min", "97112 15min"]))
    store = Store(f"sqlite:///{tmp_path / 'countersign.db'}")
    store.record(review.decision)
    opener = Opener(SITES[tenants.DEMO], CODER, lambda: store)
    answer = encode(reviewed(review, UNPRICED))
    for content in (answer, json.dumps({"trace": review.trace}).encode()):
        line = Line(1, content, len(content), whole=True)
        assert opener.visit(line) == review.reading.visit
    for wrong in ("0" * 32, review.trace.upper(), MARK, 7, None):
        content = json.dumps({"trace": wrong}).encode()
        with pytest.raises(RefusedError, match="no decision is known under it"):
            opener.visit(Line(1, content, len(content), whole=True))
    store.close()


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"7",
        b"NaN",
        b"\xff\xfe",
        b'{"a": 1, "a": 2}',
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Bundle", "entry": [{"resource": 7}]}',
        b'{"hook": "%s"}' % MARK.encode(),
        b"[" * 5000,
    ],
)
def test_a_line_that_is_no_visit_is_refused_without_repeating_it(content: bytes) -> None:
    with pytest.raises(RefusedError) as raised:
        OPENER.visit(Line(1, content, len(content), whole=True))
    assert MARK not in str(raised.value)


def test_lines_are_numbered_as_in_the_file_and_never_held_when_too_long() -> None:
    file = BytesIO(b"\n{}\r\n   \n" + b"x" * 50 + b"\n1234567890\n" + b"y" * 11)
    found = list(lines(file, longest=10))
    assert [(own.number, own.content, own.whole) for own in found] == [
        (2, b"{}", True),
        (4, b"", False),
        (5, b"1234567890", True),
        (6, b"", False),
    ]
    with pytest.raises(RefusedError, match="longer than"):
        OPENER.visit(found[1])
