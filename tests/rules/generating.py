"""Any visit at all, for truths that hold for every one."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar, get_args

from hypothesis import strategies as st

from rules.model import Line, Service, Visit
from rules.people import discipline_of
from rules.record import NOTHING, Authorization, Notice, Order, OtherCoverage, Past, Plan, Record
from rules.words import Discipline, Role, Setting
from tests.rules.shorthand import BOOK

T = TypeVar("T")
LONG = (date(1995, 1, 1), date(2027, 12, 31))
CODES = sorted(BOOK.tables.codes)
USUAL = ["97110", "97112", "97116", "97140", "97530", "97535", "97035", "97124", "97150", "97161"]
SELDOM = ["97129", "97130", "97550", "97551", "98940", "98943", "98977", "98980", "98981", "G0283"]
ROLES: list[Role] = list(get_args(Role))
SETTINGS: list[Setting] = list(get_args(Setting))
DISCIPLINES: list[Discipline] = list(get_args(Discipline))
MODIFIERS = ["59", "XS", "XE", "GP", "GO", "GN", "CQ", "CO", "KX", "25", "95", "93", "AT"]
MODIFIERS += ["GA", "GX", "GY", "GZ", "52", "76"]
PLACES = ["", "02", "10", "11", "12", "19", "22", "31"]
TYPES_OF_BILL = ["", "131", "121", "851", "221", "741", "751", "341"]
DIAGNOSES = ["M54.2", "M54.50", "S83.511A", "Z51.89", "R26.2", "I69.351", "A00", "?"]

some = st.booleans()
maybe = st.none() | some
disciplines = st.none() | st.sampled_from(DISCIPLINES)
dollars = st.none() | st.decimals(0, 4000, places=2)
diagnoses = st.lists(st.sampled_from(DIAGNOSES), max_size=2).map(tuple)


ANY_CODE = (
    st.sampled_from(USUAL)
    | st.sampled_from(SELDOM)
    | st.sampled_from([*CODES, "", "99999", "00000"])
)


def tuples(of: st.SearchStrategy[T], most: int = 2) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(of, max_size=most).map(tuple)


@st.composite
def services(draw: st.DrawFn, code: st.SearchStrategy[str]) -> Service:
    chosen = draw(code)
    roles = tuple(draw(st.lists(st.sampled_from(ROLES), max_size=2, unique=True)))
    plain = Service(
        id=f"p{draw(st.integers(0, 999))}",
        code=chosen,
        minutes=draw(st.none() | st.integers(0, 130)),
        roles=roles,
        discipline=discipline_of(roles, BOOK.tables.codes.get(chosen)),
    )
    return replace(plain, **draw(details())) if draw(some) else plain


AROUND = st.integers(-400, 10).map(timedelta)
"""Days before the date of service, or a few after it."""
SELDOM_SENT = st.fixed_dictionaries(
    {
        "region": st.sampled_from(["", "neck", "left knee"]),
        "patients": st.none() | st.integers(1, 4),
        "supervision": st.sampled_from([None, "direct", "general"]),
        "intent": st.sampled_from([None, "active", "maintenance"]),
        "patient_present": maybe,
        "data_days": st.none() | st.integers(1, 30),
        "live_contact": maybe,
        "diagnoses": diagnoses,
    }
)
BEGUN = st.none() | st.integers(0, 1300)
PLAN = st.fixed_dictionaries(
    {
        "discipline": disciplines,
        "began": st.none() | AROUND,
        "ending": st.none() | AROUND,
        "evaluated_on": st.none() | AROUND,
        "signed_on": st.none() | AROUND,
        "certified_through": st.none() | AROUND,
        "sent_on": st.none() | AROUND,
        "treatment_days": st.none() | st.integers(0, 25),
    }
)
ORDER = st.fixed_dictionaries(
    {"authored_on": AROUND, "discipline": disciplines, "visits": st.none() | st.integers(0, 30)}
)
PAST = st.fixed_dictionaries(
    {
        "day": AROUND,
        "code": st.sampled_from([*USUAL, *SELDOM, ""]),
        "discipline": disciplines,
        "minutes": st.none() | st.integers(0, 90),
    }
)
AUTHORIZATION = st.builds(
    Authorization,
    discipline=disciplines,
    required=maybe,
    allowed=st.none() | st.integers(0, 30),
    used=st.none() | st.integers(0, 40),
)
KNOWN: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "plans": tuples(PLAN),
        "orders": tuples(ORDER),
        "reports": tuples(AROUND),
        "history": tuples(PAST, 5),
        "used_pt_slp": dollars,
        "used_ot": dollars,
        "elsewhere": tuples(st.sampled_from(get_args(OtherCoverage))),
        "authorizations": tuples(AUTHORIZATION),
        "notices": tuples(st.sampled_from(get_args(Notice))),
    },
)
"""What is known beyond the visit: each fact may be unknown, absent, or there."""
CIRCUMSTANCES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "place": st.sampled_from(PLACES),
        "type_of_bill": st.sampled_from(TYPES_OF_BILL),
        "telehealth": some,
        "telehealth_mode": st.sampled_from([None, "video", "audio"]),
        "length": st.none() | st.integers(0, 300),
        "tolerance": st.integers(0, 15),
        "mac": st.sampled_from(["", "nobody", *BOOK.macs]),
        "diagnoses": diagnoses,
    }
)


@st.composite
def details(draw: st.DrawFn) -> dict[str, Any]:
    """Facts of a service that few EHRs send."""
    began = draw(BEGUN)
    ended = None if began is None or draw(some) else began + draw(st.integers(0, 90))
    return {**draw(SELDOM_SENT), "began": began, "ended": ended}


def dated(facts: Any, on: date) -> Any:
    """Put days in the place of distances from the date of service."""
    if isinstance(facts, timedelta):
        return on + facts
    if isinstance(facts, dict):
        return {name: dated(fact, on) for name, fact in facts.items()}
    return tuple(dated(each, on) for each in facts) if isinstance(facts, tuple) else facts


def record_of(facts: dict[str, Any], on: date) -> Record:
    known = dated(facts, on)
    for name, made in (("plans", Plan), ("orders", Order), ("history", Past)):
        if name in known:
            known[name] = tuple(made(**each) for each in known[name])
    return Record(**known)


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    charted = tuple(draw(st.lists(services(ANY_CODE), max_size=7)))
    known = {s.code for s in charted if s.code} | {"97110", "97140", "97010"}
    theirs = [s.discipline for s in charted] or [None]
    lines = tuple(
        Line(
            id=f"c{i}",
            code=draw(st.sampled_from(sorted(known)) | st.sampled_from(CODES)),
            units=draw(st.integers(1, 9)),
            modifiers=tuple(draw(st.lists(st.sampled_from(MODIFIERS), max_size=4, unique=True))),
            discipline=draw(st.sampled_from(theirs)),
        )
        for i in range(draw(st.integers(0, 6)))
    )
    on = draw(st.dates(date(2017, 1, 1), date(2026, 12, 31)) | st.dates(*LONG))
    return Visit(
        date_of_service=on,
        payer=draw(st.just("medicare_part_b") | st.sampled_from(sorted(BOOK.payers))),
        setting=draw(st.sampled_from(SETTINGS)),
        services=charted,
        lines=lines,
        record=record_of(draw(KNOWN), on) if draw(some) else NOTHING,
        **(draw(CIRCUMSTANCES) if draw(some) else {}),
    )
