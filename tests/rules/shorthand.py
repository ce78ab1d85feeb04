"""Visits in the shorthand that a billing expert reads: ``97110 33min pt`` and ``97110-GP x2``."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, cast

import msgspec

from plugin.rulebook import load
from rules.model import Line, Mapped, Service, Visit
from rules.people import AS_SAID, OF_PLAN, discipline_of
from rules.record import Record
from rules.words import Setting

BOOK = load()
BILLED = re.compile(r"(?P<code>\w{5})(?P<mods>(?:-\w\w)*) x(?P<units>\d+)")
WORDS: dict[str, tuple[str, Any]] = {
    "direct": ("supervision", "direct"),
    "general": ("supervision", "general"),
    "active": ("intent", "active"),
    "maintenance": ("intent", "maintenance"),
    "present": ("patient_present", True),
    "absent": ("patient_present", False),
    "contact": ("live_contact", True),
    "no-contact": ("live_contact", False),
}


def _meant(found: re.Match[str]) -> dict[str, Any]:
    return {
        "mapped": Mapped(
            action=cast(Literal["ask", "nonbillable"], found[1]),
            codes=tuple(filter(None, found[2].split("+"))),
            alternatives=tuple(filter(None, found[3].split(","))),
            why=found[4].replace("-", " "),
        )
    }


FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, Any]]], ...] = (
    (re.compile(r"(\d+)min"), lambda m: {"minutes": int(m[1])}),
    (
        re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)"),
        lambda m: {
            "began": int(m[1]) * 60 + int(m[2]),
            "ended": int(m[3]) * 60 + int(m[4]),
        },
    ),
    (re.compile(r"@([\w-]+)"), lambda m: {"region": m[1].replace("-", " ")}),
    (re.compile(r"group=(\d+)"), lambda m: {"patients": int(m[1])}),
    (re.compile(r"days=(\d+)"), lambda m: {"data_days": int(m[1])}),
    (re.compile(r"dx=(\S+)"), lambda m: {"diagnoses": tuple(m[1].split(","))}),
    (re.compile(r"(ask|nonbillable):([\w+]*):([\w,]*):(\S*)"), _meant),
    (re.compile(r"\?"), lambda _: {"roles": ()}),
    (re.compile(r"[a-z]+(\+[a-z]+)*"), lambda m: {"roles": tuple(m[0].split("+"))}),
)


def charted(text: str) -> tuple[str, dict[str, Any]]:
    """Read what was charted, as a code and facts.

    Such as ``97110 33min pta 10:00-10:33 @neck group=2 direct dx=M54.2``.

    A physical therapist furnished it unless the text says otherwise. ``pt+pta`` are people who
    worked together; ``?`` is nobody named; ``-`` a code nobody can read. ``active`` and
    ``maintenance`` are the intent of care, ``present`` and ``absent`` say whether the patient was
    there, ``days=16``, ``contact`` and ``no-contact`` are of remote monitoring. What the words of a
    chart mean is ``ask:CODE+CODE:CANDIDATE,CANDIDATE:why-so`` or ``nonbillable:::why-so``.
    """
    code, *words = text.split()
    facts: dict[str, Any] = {"roles": ("pt",)}
    for word in words:
        if word in WORDS:
            name, value = WORDS[word]
            facts[name] = value
            continue
        read = next(((form, m) for pattern, form in FORMS if (m := pattern.fullmatch(word))), None)
        assert read, f"not a word of a service: {word!r} in {text!r}"
        facts |= read[0](read[1])
    assert set(facts["roles"]) <= set(AS_SAID), f"not a role: {text!r}"
    assert re.fullmatch(r"\w{5}|-", code), f"not a service: {text!r}"
    return "" if code == "-" else code, facts


def service(text: str, number: int) -> Service:
    """Return a service as charted."""
    code, facts = charted(text)
    discipline = discipline_of(facts["roles"], BOOK.tables.codes.get(code))
    return Service(id=f"p{number}", code=code, discipline=discipline, **facts)


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
    """Read a whole case; ``visit`` and ``record`` name further facts as the model does."""
    services = tuple(service(text, i) for i, text in enumerate(case.get("chart", [])))
    lines = tuple(line(text, i, services) for i, text in enumerate(case.get("bill", [])))
    return Visit(
        date_of_service=date.fromisoformat(case.get("date_of_service", "2026-03-02")),
        payer=case.get("payer", "medicare_part_b"),
        setting=cast(Setting, case.get("setting", "practitioner")),
        services=services,
        lines=lines,
        drafted=not lines,
        record=msgspec.convert(case.get("record", {}), Record),
        **case.get("visit", {}),
    )


def shown(lines: Iterable[Line]) -> list[str]:
    """Write lines back in the shorthand."""
    return [f"{'-'.join((x.code, *x.modifiers))} x{x.units}" for x in lines]
