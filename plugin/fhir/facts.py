"""What extensions say of a service beyond its minutes."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from plugin.fhir import structure
from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Extension, Procedure, Wording

UNSAFE = re.compile(r"[^\w ,;'\u2019/+&()-]|_")
"""What no part of the body is written with: it might be read as markup, or as an address."""
LONGEST = 80
"""Letters; what is longer names no part of the body."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a fact goes, how an extension says it, and what it may be."""

    field: str
    value: Callable[[Extension], Any]
    allowed: Collection[Any]
    why: str


def whole(extension: Extension) -> int | None:
    """Return a whole number, by whichever of FHIR's three kinds it is written."""
    for value in (extension.valuePositiveInt, extension.valueUnsignedInt, extension.valueInteger):
        if value is not None:
            return value
    return None


def word(extension: Extension) -> str | None:
    """Return a code or a word, in lower case."""
    return (extension.valueCode or extension.valueString).strip().lower() or None


def truth(extension: Extension) -> bool | None:
    """Return yes or no."""
    return extension.valueBoolean


FACTS = {
    structure(name): Fact(*fact)
    for name, fact in {
        "patients-in-session": (
            "patients",
            whole,
            range(1, 101),
            "patients should be from 1 to 100",
        ),
        "supervision": (
            "supervision",
            word,
            ("direct", "general"),
            "supervision should be direct or general",
        ),
        "care-intent": (
            "intent",
            word,
            ("active", "maintenance"),
            "the intent of care should be active or maintenance",
        ),
        "patient-present": ("patient_present", truth, (True, False), "should be true or false"),
        "data-days": ("data_days", whole, range(31), "days with data should be from 0 to 30"),
        "interactive-contact": ("live_contact", truth, (True, False), "should be true or false"),
    }.items()
}


def facts_of(read: Read[Procedure], decoder: Decoder) -> dict[str, Any]:
    """Return what the extensions of a service say, by the names of Service's fields."""
    found: dict[str, Any] = {}
    for i, extension in enumerate(read.it.extension):
        fact = FACTS.get(extension.url)
        if fact is None:
            continue
        value = fact.value(extension)
        if value in fact.allowed:
            found.setdefault(fact.field, value)
        elif value is not None or says_something(extension):
            decoder.omit(f"{read.where}.extension[{i}]", fact.why)
    return found


def says_something(extension: Extension) -> bool:
    """Tell whether an extension has a value of a kind that is read, if not the one expected."""
    numbers = (whole(extension), extension.valueBoolean, extension.valueQuantity)
    return any(x is not None for x in numbers) or word(extension) is not None


def region_of(sites: tuple[Wording, ...]) -> str:
    """Return the parts of the body in lower case; empty when none is named.

    >>> region_of((Wording(text=" Left  Knee "), Wording(text="Hip"), Wording(text="hip")))
    'hip and left knee'
    >>> region_of((Wording(text="Knee](https://x.example) <b>|"),))
    'knee (https //x example) b'
    """
    return " and ".join(sorted({part for site in sites if (part := _part(site))}))


def _part(site: Wording) -> str:
    """Return the words of a part of the body, else its code."""
    words = next((coding.display for coding in site.coding if coding.display.strip()), site.text)
    said = words.strip() or next((coding.code for coding in site.coding if coding.code), "")
    plain = said if said.isalpha() else UNSAFE.sub(" ", said)
    part = " ".join(plain.split()).lower()
    return part if len(part) <= LONGEST else ""
