"""Requests that cannot be answered, the status that refuses each, and the place to blame."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.hooks.faults import TOKEN
from tests.hooks.visits import BASE, ENCOUNTER, MARK, Json, bundle, minutes, patient, request

Way = tuple[str | int, ...]
SERVICE: Way = ("prefetch", "procedures", "entry", 0, "resource")
CHARGE: Way = ("prefetch", "charges", "entry", 0, "resource")
COVERAGE: Way = ("prefetch", "coverage", "entry", 0, "resource")
VISIT: Way = ("prefetch", "encounter")
RECORD = ("conditions", "orders", "plans", "eligibility", "consents", "documents", "claims")
OPTIONAL = ("charges", "practitioners", "minutes", *RECORD)
KEYS = ("patient", "encounter", "procedures", "coverage", *OPTIONAL)
OPTIONAL_FIELDS: tuple[Way, ...] = (
    ("fhirServer",),
    ("fhirAuthorization",),
    ("prefetch",),
    ("extension",),
)
"""Fields that may be absent; whether null is as good as absent is left open."""
NO_STRING: tuple[Any, ...] = (7, True, None, [MARK], {MARK: MARK})
NO_OBJECT: tuple[Any, ...] = (MARK, 7, True, None, [MARK])
OTHER = {"reference": f"Patient/{MARK}-other"}
STATED = f"{BASE}/StructureDefinition/service-minutes"


@dataclass(frozen=True, slots=True)
class Bad:
    """One request."""

    body: Json | bytes
    place: str
    status: int = 400


Table = dict[str, Bad]


def good() -> Json:
    """Return a request with nothing wrong with it, and something to tell in every corner."""
    asked = request(["97110 33min", "97140 7min"], ["97110-GP x3"])
    asked["fhirServer"] = "https://ehr.example.org/fhir"
    asked["fhirAuthorization"] = {
        "access_token": TOKEN,
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "user/Procedure.rs",
        "subject": f"{MARK}-client",
        "patient": f"{MARK}-patient",
    }
    return asked


def changed(way: Way, value: Any) -> Json:
    """Return a good request with one value replaced, or added."""
    asked = good()
    inside: Any = asked
    for step in way[:-1]:
        inside = inside[step]
    inside[way[-1]] = value
    return asked


def without(way: Way) -> Json:
    """Return a good request with one value left out."""
    asked = good()
    inside: Any = asked
    for step in way[:-1]:
        inside = inside[step]
    del inside[way[-1]]
    return asked


def place(way: Way) -> str:
    """Write a way as a refusal names it."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in way)
    return steps.lstrip(".")


def _text(change: Callable[[str], str]) -> bytes:
    sent = json.dumps(good())
    made = change(sent)
    assert made != sent
    return made.encode()


def malformed() -> Table:
    """Return bodies that are not the JSON this service takes."""
    twice = '"status": "completed"'
    bodies = {
        "text": f"{{{MARK}".encode(),
        "form fields": f"patient={MARK}".encode(),
        "markup": f"<Bundle>{MARK}</Bundle>".encode(),
        "no body": b"",
        "only spaces": b"  ",
        "half a body": _text(lambda sent: sent[:500]),
        "more after the end": _text(lambda sent: f"{sent} {MARK}"),
        "a trailing comma": _text(lambda sent: f"{sent[:-1]},}}"),
        "a comment": _text(lambda sent: f"{sent} // {MARK}"),
        "single quotes": _text(lambda sent: sent.replace('"', "'")),
        "not a number": _text(lambda sent: sent.replace("33", "NaN")),
        "infinity": _text(lambda sent: sent.replace("33", "Infinity")),
        "minus infinity": _text(lambda sent: sent.replace("33", "-Infinity")),
        "a leading zero": _text(lambda sent: sent.replace("33", "033")),
        "a key twice": _text(lambda sent: f'{sent[:-1]}, "hook": "{MARK}"}}'),
        "a key twice further in": _text(lambda s: s.replace(twice, f"{twice}, {twice}", 1)),
        "a raw control character": _text(lambda s: s.replace(f"{MARK}-Note", f"{MARK}\x01", 1)),
        "half a surrogate pair": _text(lambda s: s.replace(f"{MARK}-Note", f"{MARK}\\ud800", 1)),
        "another encoding": json.dumps(good()).encode("utf-16"),
        "bytes that are no text": json.dumps(good()).encode().replace(b"-Note", b"-\xff\xfe"),
        "objects 500 deep": b'{"a":' * 500 + b"1" + b"}" * 500,
        "lists 500 deep": _text(lambda s: f'{s[:-1]}, "a": {"[" * 500}{"]" * 500}}}'),
    }
    found = {name: Bad(body, "body, line 1 column") for name, body in bodies.items()}
    for name, value in (("a list", [MARK]), ("a string", MARK), ("a number", 7), ("null", None)):
        found[f"the body is {name}"] = Bad(json.dumps(value).encode(), "body")
    return found


def enveloped() -> Table:
    """Return requests whose envelope is not one of CDS Hooks."""
    found = {f"no {name}": Bad(without((name,)), name) for name in ("hookInstance", "context")}
    strings = [("hook",), ("hookInstance",), ("fhirServer",)]
    context = [("context", name) for name in ("userId", "patientId", "encounterId")]
    leave = [("fhirAuthorization", n) for n in ("access_token", "token_type", "scope", "subject")]
    objects = [("context",), ("fhirAuthorization",), ("prefetch",), ("extension",)]
    wrong = [(way, NO_STRING) for way in (*strings, *context, *leave)]
    wrong += [(way, NO_OBJECT) for way in objects]
    for way, values in wrong:
        for value in values:
            if value is not None or way not in OPTIONAL_FIELDS:
                found[f"{place(way)} is {value!r}"] = Bad(changed(way, value), place(way))
    for way in (*context, *leave):
        found[f"no {place(way)}"] = Bad(without(way), place(way))
    for way in context:
        found[f"{place(way)} is empty"] = Bad(changed(way, ""), place(way))
        found[f"{place(way)} is huge"] = Bad(changed(way, MARK * 1000), place(way))
    unlike = {
        ("hookInstance",): (f"{MARK}-1", "", "3f0c9a52"),
        ("fhirServer",): (MARK, "", "ftp://ehr.example.org", f"https://{MARK} .example.org"),
        ("fhirAuthorization", "token_type"): ("", "bearer", MARK),
        ("fhirAuthorization", "expires_in"): ("300", 1.5, None, MARK),
    }
    for way, given in unlike.items():
        for value in given:
            found[f"{place(way)} is {value!r}"] = Bad(changed(way, value), place(way))
    return found


def prefetched() -> Table:
    """Return requests with something other than FHIR where FHIR belongs."""
    found: Table = {}
    entries: dict[str, Any] = {
        "entry": MARK,
        "entry[0]": [MARK],
        "entry[0].resource": [{"resource": MARK}],
    }
    for key in KEYS:
        way = ("prefetch", key)
        for value in (MARK, 7, True, 1.5):
            found[f"{key} is {value!r}"] = Bad(changed(way, value), place(way))
        found[f"{key} is a list of strings"] = Bad(changed(way, [MARK]), f"{place(way)}[0]")
        for where, value in entries.items():
            inside = {"resourceType": "Bundle", "entry": value}
            found[f"{key}: a string at {where}"] = Bad(
                changed(way, inside), f"{place(way)}.{where}"
            )
    for key in ("patient", "procedures", "coverage"):
        way = ("prefetch", key)
        for kind in ("Appointment", MARK, "", 7, None):
            other = {"resourceType": kind, "note": MARK}
            name = f"{key} holds a resource of type {kind!r}"
            found[name] = Bad(changed(way, other), f"{place(way)}.resourceType")
            found[f"{name} in a Bundle"] = Bad(
                changed(way, bundle([other])), f"{place(way)}.entry[0].resource.resourceType"
            )
    return found


def anothers() -> Table:
    """Return requests that mix two patients."""
    return {
        "another patient": Bad(
            changed(("prefetch", "patient"), patient(f"{MARK}-other")), "prefetch.patient.id"
        ),
        "another's encounter": Bad(
            changed((*VISIT, "subject"), OTHER), "prefetch.encounter.subject"
        ),
        "another encounter": Bad(changed((*VISIT, "id"), f"{MARK}-9"), "prefetch.encounter"),
        "another's service": Bad(
            changed((*SERVICE, "subject"), OTHER), place((*SERVICE, "subject"))
        ),
        "nobody's service": Bad(changed((*SERVICE, "subject"), {}), place((*SERVICE, "subject"))),
        "another's coverage": Bad(
            changed((*COVERAGE, "beneficiary"), OTHER), place((*COVERAGE, "beneficiary"))
        ),
    }


def unlike_fhir() -> Table:
    """Return requests with resources that the visit rests on and FHIR does not allow."""
    found: Table = {}
    missing = [(*SERVICE, "status"), (*SERVICE, "subject"), (*VISIT, "status"), (*VISIT, "class")]
    missing += [(*COVERAGE, "status"), (*COVERAGE, "beneficiary"), (*COVERAGE, "payor")]
    for way in missing:
        found[f"no {place(way)}"] = Bad(without(way), place(way))
    wrong: list[tuple[Way, tuple[Any, ...]]] = [
        ((*SERVICE, "status"), (7, None, [MARK])),
        ((*SERVICE, "nickname"), (MARK,)),
        ((*SERVICE, "subject"), (MARK, 7, None)),
        ((*SERVICE, "subject", "reference"), (7, [MARK])),
        ((*SERVICE, "encounter"), (MARK, 7)),
        ((*SERVICE, "id"), (7, [MARK])),
        ((*SERVICE, "code"), (MARK, 7)),
        ((*SERVICE, "code", "coding"), (MARK, [None], [MARK])),
        ((*SERVICE, "code", "coding", 0, "code"), (7, [MARK])),
        ((*SERVICE, "performer"), (MARK, [None], [MARK])),
        ((*SERVICE, "extension"), (MARK, [MARK])),
        ((*VISIT, "participant"), (MARK, [None])),
        ((*VISIT, "class"), ("AMB", None)),
        ((*VISIT, "nickname"), (MARK,)),
        ((*COVERAGE, "order"), (MARK, 1.5)),
        ((*COVERAGE, "payor"), (MARK, None, [None])),
        ((*COVERAGE, "nickname"), (MARK,)),
    ]
    for way, values in wrong:
        for value in values:
            found[f"{place(way)} is {value!r}"] = Bad(changed(way, value), place(way))
    stated = {"url": STATED, "valueQuantity": {"value": MARK, "unit": "min"}}
    found["minutes in words"] = Bad(changed((*SERVICE, "extension"), [stated]), place(SERVICE))
    found["a performer who is nobody"] = Bad(
        changed((*SERVICE, "performer"), [{"actor": None}]), place(SERVICE)
    )
    found["minutes without end"] = Bad(_text(lambda s: s.replace("33", "9" * 400)), place(SERVICE))
    found["an extension without an address"] = Bad(
        changed((*SERVICE, "extension"), [{"valueString": MARK}]), place(SERVICE)
    )
    return found


def undated() -> Table:
    """Return requests with days and times that are none."""
    found: Table = {}
    no_day = (
        MARK,
        "2026-13-45",
        "2026-02-30",
        "0000-01-01",
        "26-03-02",
        "2026-061",
        "\uff12\uff10\uff12\uff16-03-02",
    )
    no_time = ("2026-03-02T09:00", "2026-03-02T09:00:00", "2026-03-02T25:00:00Z", f"{MARK}-0-02T1")
    for text in (*no_day, *no_time):
        way = (*SERVICE, "performedDateTime")
        found[f"a service on {text!r}"] = Bad(changed(way, text), place(way))
        way = (*VISIT, "period")
        found[f"a visit since {text!r}"] = Bad(
            changed(way, {"start": text}), place((*way, "start"))
        )
        way = (*COVERAGE, "period")
        found[f"a coverage since {text!r}"] = Bad(
            changed(way, {"start": text}), place((*way, "start"))
        )
    undated = without((*VISIT, "period"))
    for entry in undated["prefetch"]["procedures"]["entry"]:
        del entry["resource"]["performedDateTime"]
    found["no day at all"] = Bad(undated, "prefetch.encounter.period.start")
    return found


def unknowable() -> Table:
    """Return requests that nothing can be said about."""
    return {
        "no encounter": Bad(without(("prefetch", "encounter")), "prefetch.encounter", 412),
        "no procedures": Bad(without(("prefetch", "procedures")), "prefetch.procedures", 412),
        "no prefetch": Bad(without(("prefetch",)), "prefetch.encounter", 412),
        "nothing in the prefetch": Bad(changed(("prefetch",), {}), "prefetch.encounter", 412),
    }


def odd() -> dict[str, Json | bytes]:
    """Return requests that are not as they should be, yet tell enough to be answered."""
    long = f"{MARK}x" * 2000
    return {
        "a service with a huge id": changed((*SERVICE, "id"), long),
        "a service with spaces in its id": changed((*SERVICE, "id"), f"{MARK} / x"),
        "an empty status": changed((*SERVICE, "status"), ""),
        "an unknown status": changed((*SERVICE, "status"), MARK),
        "a day and a period": changed((*SERVICE, "performedPeriod"), {"start": "2026-03-02"}),
        "an empty code": changed((*SERVICE, "code", "coding", 0, "code"), ""),
        "no code": without((*SERVICE, "code")),
        "a note that is a string": changed((*SERVICE, "note"), MARK),
        "an empty note": changed((*SERVICE, "note"), [{"text": ""}]),
        "a contained resource of no type": changed(
            (*SERVICE, "contained"), [{"resourceType": MARK}]
        ),
        "minutes below nothing": changed((*SERVICE, "extension"), [minutes(-5)]),
        "minutes beyond a day": changed((*SERVICE, "extension"), [minutes(1e300)]),
        "minutes as text": changed((*SERVICE, "extension"), [{"url": STATED, "valueString": MARK}]),
        "a control character in a note": changed((*SERVICE, "note"), [{"text": f"{MARK}\x00\x1b"}]),
        "letters of all kinds": changed(
            (*SERVICE, "note"), [{"text": f"{MARK} Ünï \U0001d4b3 漢字 \u202e"}]
        ),
        "a user of another alphabet": changed(("context", "userId"), f"{MARK}-Ünï-漢字"),
        "a control character in the user": changed(("context", "userId"), f"{MARK}\x00"),
        "charges of nothing": changed((*CHARGE, "quantity"), {"value": 0}),
        "charges below nothing": changed((*CHARGE, "quantity"), {"value": -1}),
        "a charge without units": changed((*CHARGE, "quantity"), None),
        "charges without end": _text(lambda s: s.replace('"value": 3}', '"value": 1e999}')),
        "charges beyond a day": changed((*CHARGE, "quantity"), {"value": 1e300}),
        "more minutes than numbers": _text(lambda s: s.replace("33", "1e999")),
        "half a charge": changed((*CHARGE, "quantity"), {"value": 1.5}),
        "a charge of an unknown status": changed((*CHARGE, "status"), MARK),
        "a charge of no day": changed((*CHARGE, "occurrenceDateTime"), MARK),
        "another's charge": changed((*CHARGE, "subject"), OTHER),
        "a coverage of an unknown status": changed((*COVERAGE, "status"), MARK),
        "a coverage without payers": changed((*COVERAGE, "payor"), []),
        "a visit until no time": changed((*VISIT, "period", "end"), f"{MARK}T25:00"),
        "a resource that points at itself": changed(
            (*VISIT, "partOf"), {"reference": f"Encounter/{ENCOUNTER}"}
        ),
        **{
            f"{key} holds a resource of an unknown type": changed(
                ("prefetch", key), bundle([{"resourceType": MARK, "note": MARK}])
            )
            for key in OPTIONAL
        },
    }


CASES: Table = {
    **malformed(),
    **enveloped(),
    **prefetched(),
    **anothers(),
    **unlike_fhir(),
    **undated(),
    **unknowable(),
}
ODD = odd()
