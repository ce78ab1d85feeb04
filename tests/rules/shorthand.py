"""Visits in the shorthand that a billing expert reads: ``97110 33min pt`` and ``97110-GP x2``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, cast

from plugin.rulebook import load
from rules.model import Line, Role, Service, Setting, Visit
from rules.people import OF_PLAN, discipline_of

BOOK = load()
CHARTED = re.compile(r"(?P<code>\w{5}|-)(?: (?P<minutes>\d+)min)?(?: (?P<who>[a-z+]+|\?))?")
BILLED = re.compile(r"(?P<code>\w{5})(?P<mods>(?:-\w\w)*) x(?P<units>\d+)")


def service(text: str, number: int) -> Service:
    """Read what was charted; a physical therapist furnished it unless the text says otherwise.

    ``pt+pta`` are people who worked together; ``?`` is nobody named; ``-`` a code nobody can read.
    """
    match = CHARTED.fullmatch(text)
    assert match, f"not a service: {text!r}"
    who = match["who"] or "pt"
    roles = () if who == "?" else cast(tuple[Role, ...], tuple(who.split("+")))
    code = "" if match["code"] == "-" else match["code"]
    return Service(
        id=f"p{number}",
        code=code,
        minutes=int(match["minutes"]) if match["minutes"] else None,
        roles=roles,
        discipline=discipline_of(roles, BOOK.tables.codes.get(code)),
    )


def line(text: str, number: int, services: Sequence[Service]) -> Line:
    """Read what was billed, under the discipline of its service, its modifier, or the visit."""
    match = BILLED.fullmatch(text)
    assert match, f"not a line: {text!r}"
    modifiers = tuple(match["mods"].split("-")[1:])
    said = {OF_PLAN[m] for m in modifiers if m in OF_PLAN}
    mine = {s.discipline for s in services if s.code == match["code"]}
    found = next((x for x in (mine, said, {s.discipline for s in services}) if len(x) == 1), {None})
    return Line(
        id=f"c{number}",
        code=match["code"],
        units=int(match["units"]),
        modifiers=modifiers,
        discipline=next(iter(found)),
    )


def visit(case: Mapping[str, Any]) -> Visit:
    """Read a whole case."""
    services = tuple(service(text, i) for i, text in enumerate(case.get("chart", [])))
    lines = tuple(line(text, i, services) for i, text in enumerate(case.get("bill", [])))
    return Visit(
        date_of_service=date.fromisoformat(case.get("date_of_service", "2026-03-02")),
        payer=case.get("payer", "medicare_part_b"),
        setting=cast(Setting, case.get("setting", "practitioner")),
        services=services,
        lines=lines,
        drafted=not lines,
    )


def shown(lines: Iterable[Line]) -> list[str]:
    """Write lines back in the shorthand."""
    return [f"{'-'.join((x.code, *x.modifiers))} x{x.units}" for x in lines]
