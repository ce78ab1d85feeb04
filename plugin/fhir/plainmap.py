"""ConceptMaps as most are written, in typed structs: far quicker than the full models.

Nothing is accepted here that the full models would refuse (``tests/fhir/test_concepts.py``). What
these refuse is handed to them: it may still be FHIR, and if not they say where and why.
"""

from typing import Annotated, Any, Literal

import msgspec

from plugin.fhir.models import judge

Raw = dict[str, Any]
Id = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9.-]{1,64}\Z")]
Code = Annotated[str, msgspec.Meta(pattern=r"\A[^\s]+( [^\s]+)*\Z")]
Uri = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]+\Z")]
Text = Annotated[str, msgspec.Meta(pattern=r"\A\S(.*\S)?\Z")]
Day = Annotated[
    str, msgspec.Meta(pattern=r"\A[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])\Z")
]


class Part(msgspec.Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    """A part of a map; an element that is not listed is for the full models."""


class Target(Part):
    """What an element stands for."""

    equivalence: Code
    code: Code = ""
    display: Text = ""
    comment: Text = ""


class Element(Part):
    """A code of the source system."""

    code: Code = ""
    display: Text = ""
    target: Annotated[list[Target], msgspec.Meta(min_length=1)] = []


class Group(Part):
    """Codes of one system, in another."""

    element: Annotated[list[Element], msgspec.Meta(min_length=1)]
    source: Uri = ""
    target: Uri = ""


class PlainMap(Part):
    """A map."""

    resource_type: Literal["ConceptMap"]
    status: Literal["draft", "active", "retired", "unknown"]
    id: Id = ""
    url: Uri = ""
    version: Text = ""
    name: Text = ""
    title: Text = ""
    experimental: bool = False
    date: Day = ""
    publisher: Text = ""
    description: Text = ""
    copyright: Text = ""
    source_uri: Uri = ""
    group: Annotated[list[Group], msgspec.Meta(min_length=1)] = []


def plain(raw: Raw) -> bool:
    """Tell whether a map is written with nothing but what is listed here."""
    try:
        msgspec.convert(raw, PlainMap)
    except msgspec.ValidationError:
        return False
    return True


def valid(raw: Raw) -> tuple[Raw, str]:
    """Return a map in canonical form, and what is wrong with it; empty when nothing is."""
    if plain(raw):
        return raw, ""
    canonical, issues = judge(raw, "")
    if canonical is None:
        return raw, f"{issues[0].where.lstrip('.')}: {issues[0].why}"
    return canonical, ""
