"""Dated, cited values: read from one file, and held against what they must not contradict."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from rules.model import Cite
from rules.policy import Dated, Rows, RuleDataError, pick

CODE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
"""What reads like a CPT or HCPCS code."""
Layers = Sequence[Sequence[Dated]]
"""The rows of one value: the payer's own first, the base's last; the first in force wins."""


class Sources:
    """The citations of all files: one id means one title at one address, wherever it stands."""

    def __init__(self) -> None:
        """Start with no citation known."""
        self._known: dict[str, tuple[str, Cite]] = {}

    def read(self, path: Path, data: Mapping[str, Any]) -> dict[str, Cite]:
        """Return the citations of one file, by id.

        Raises:
            RuleDataError: an id stands twice, is never used, or means something else in a file
                that was read before.

        """
        cites: dict[str, Cite] = {}
        for listed in data.get("cites", ()):
            cite = Cite(**listed)
            if cite.id in cites:
                raise RuleDataError(f"{path.name}: cites: {cite.id} is listed twice")
            where, known = self._known.setdefault(cite.id, (path.name, cite))
            if (known.title, known.url) != (cite.title, cite.url):
                raise RuleDataError(
                    f"{path.name}: cites: {cite.id} has another title or address in {where}"
                )
            cites[cite.id] = cite
        used = {row["cite"] for rows in data["values"].values() for row in rows}
        if idle := sorted(cites.keys() - used):
            raise RuleDataError(f"{path.name}: cites: no value cites {', '.join(idle)}")
        return cites


def rows_of(path: Path, data: Mapping[str, Any], cites: Mapping[str, Cite]) -> Rows:
    """Build the dated rows of one file.

    Raises:
        RuleDataError: a row cites what the file does not list, ends before it begins, or is in
            force on the same day as another.

    """
    made: dict[str, Sequence[Dated]] = {}
    for name, rows in data["values"].items():
        place = f"{path.name}: values.{name}"
        dated = tuple(_dated(row, cites, place) for row in rows)
        for row in dated:
            if row.ending and row.ending < row.effective:
                raise RuleDataError(f"{place}: ends on {row.ending}, before {row.effective}")
            try:
                pick(dated, row.effective)
            except RuleDataError as error:
                raise RuleDataError(f"{place}: {error}") from error
        made[name] = dated
    return made


def _dated(row: Mapping[str, Any], cites: Mapping[str, Cite], place: str) -> Dated:
    cite = cites.get(row["cite"])
    if cite is None:
        raise RuleDataError(f"{place}: cites {row['cite']}, which the file does not list")
    ending = date.fromisoformat(row["ending"]) if row["ending"] else None
    own = replace(cite, effective=row["effective"])
    return Dated(date.fromisoformat(row["effective"]), ending, row["value"], own)


def hold_rule(path: Path, rows: Rows) -> None:
    """Refuse a rule that lacks a value on a day when it applies, or has one when it never does.

    What is published for a period has an ending on its last row: it may begin late and run out, and
    the rule then says that it could not check. Everything else covers every day of ``applies``.
    """
    if "applies" not in rows:
        raise RuleDataError(f"{path.name}: values: applies is missing")
    applies = (rows["applies"],)
    for name, own in rows.items():
        place = f"{path.name}: values.{name}"
        _hold(place, (own,), applies, own)


def hold_codes(path: Path, rows: Rows, codes: Collection[str]) -> None:
    """Refuse a value that names a code which the table of codes lacks."""
    for name, own in rows.items():
        named = {text for row in own for text in _texts(row.value) if CODE.fullmatch(text)}
        if strange := sorted(named.difference(codes)):
            raise RuleDataError(
                f"{path.name}: values.{name}: not in the table of codes: {', '.join(strange)}"
            )


def _texts(value: Any) -> Iterator[str]:
    """Return every text in a value: itself, its items, its keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain(value, chain.from_iterable(map(_texts, value.values())))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_texts, value))


def hold_layer(path: Path, rows: Rows, base: Rows) -> None:
    """Refuse what a payer or a Medicare contractor says in vain, or of values that no rule has."""
    if strange := sorted(rows.keys() - base.keys()):
        raise RuleDataError(f"{path.name}: values: no rule has a value {', '.join(strange)}")
    for name, own in rows.items():
        place = f"{path.name}: values.{name}"
        applies = f"{name.partition('.')[0]}.applies"
        _same_kind(place, own, base[name])
        _differs(place, own, base[name])
        _hold(place, (own, base[name]), (rows.get(applies, ()), base[applies]), own)


def _same_kind(place: str, own: Sequence[Dated], base: Sequence[Dated]) -> None:
    kinds = {type(row.value) for row in base}
    for row in own:
        if type(row.value) not in kinds:
            expected = "/".join(sorted(kind.__name__ for kind in kinds))
            raise RuleDataError(f"{place}: should be {expected}")


def _differs(place: str, own: Sequence[Dated], base: Sequence[Dated]) -> None:
    """Refuse a row that says what the base says anyway, on all of its days."""
    for row in own:
        if all(_value((base,), day) == row.value for day in _days(row, base)):
            raise RuleDataError(
                f"{place}: the row of {row.effective} changes nothing: it is what the base says"
            )


def _hold(place: str, layers: Layers, applies: Layers, own: Sequence[Dated]) -> None:
    for row in own:
        turns = chain.from_iterable(applies)
        if applies[0] is not own and not any(_value(applies, d) for d in _days(row, turns)):
            raise RuleDataError(
                f"{place}: the row of {row.effective} is never heard: its rule does not apply then"
            )
    if gap := _gap(layers, applies):
        raise RuleDataError(f"{place}: no value on {gap}, when the rule applies")


def _gap(layers: Layers, applies: Layers) -> date | None:
    """Return the first day on which a rule applies and a value has no row."""
    rows = [*chain.from_iterable(layers)]
    published = all(row.ending for row in rows)
    first, last = min(row.effective for row in rows), max(row.ending or date.max for row in rows)
    for day in sorted({*_turns(rows), *_turns(chain.from_iterable(applies))}):
        if published and not first <= day <= last:
            continue
        if _value(applies, day) is True and _found(layers, day) is None:
            return day
    return None


def _days(row: Dated, others: Iterable[Dated]) -> Iterator[date]:
    """Return the days of a row on which anything may change: its first, and the others' turns."""
    yield row.effective
    yield from (day for day in _turns(others) if row.in_force(day))


def _turns(rows: Iterable[Dated]) -> Iterator[date]:
    """Return the first day of each row and the first day after it."""
    for row in rows:
        yield row.effective
        if row.ending:
            yield row.ending + timedelta(days=1)


def _found(layers: Layers, day: date) -> Dated | None:
    return next((row for rows in layers if (row := pick(rows, day))), None)


def _value(layers: Layers, day: date) -> Any:
    found = _found(layers, day)
    return found.value if found else None
