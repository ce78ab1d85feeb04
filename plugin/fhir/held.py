"""What the EHR holds of a visit's bill already: ChargeItems, or the items of a draft Claim."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from plugin.errors import Issue
from plugin.fhir.charges import charges_of, line_of, modifiers_of
from plugin.fhir.decode import Read
from plugin.fhir.drafts import Claim, drafts_of, lines_of, same
from plugin.fhir.elements import ChargeItem
from plugin.fhir.naming import names_of
from plugin.fhir.scope import Scope
from plugin.fhir.strangers import NOT_THEIRS
from rules.model import Line, Service

Raw = dict[str, Any]
BILLED = "billed"
PLACES = ("charges", "claims")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The charges so far, and what is needed to change them."""

    lines: tuple[Line, ...] = ()
    charges: dict[str, Raw] = {}
    """ChargeItems as received, by id; one without an id is numbered ``#0``, ``#1`` ..."""
    locked: tuple[str, ...] = ()
    """Charges that are billed already and can no longer be changed."""
    draft: Raw | None = None
    """The draft Claim as received, when that is what holds the charges."""
    again: tuple[str, ...] = ()
    """What was written twice and should go, as references."""
    unsure: bool = False
    """Some charge that the EHR holds could not be read: what is new may be there already."""


def held_of(scope: Scope, on: date, services: Sequence[Service]) -> Held:
    """Return what the EHR holds for a day: its draft Claim, where there is one, else its charges.

    Of two drafts the one counts that bears more of our names; another is left out, unless it is the
    same draft written twice.
    """
    gathered = scope.gathered
    if not (gathered.errors or gathered.pages or any(map(gathered.under, PLACES))):
        return Held()
    before = len(scope.decoder.left_out)
    charges = {read.it.id or f"#{i}": read for i, read in enumerate(charges_of(scope, on))}
    drafts = drafts_of(scope, on)
    asked = PLACES if scope.tenant.write == "claim" else PLACES[:1]
    torn = any(key in gathered.errors or key in gathered.pages for key in asked)
    if drafts:
        found = _in_draft(drafts, services, on, scope)
    else:
        found = _in_charges(charges, services, scope) if charges else Held()
    unsure = torn or any(i.why != NOT_THEIRS for i in scope.decoder.left_out[before:])
    return msgspec.structs.replace(found, unsure=unsure) if unsure else found


def _in_draft(
    drafts: Sequence[Read[Claim]], services: Sequence[Service], on: date, scope: Scope
) -> Held:
    kept, *others = sorted(drafts, key=lambda read: -len(names_of(read.raw)))
    for read in others:
        if not same(kept, read):
            scope.decoder.left_out.append(Issue(read.where, "is a second draft of this visit"))
    return Held(
        lines=tuple(lines_of(kept, services, on, scope)),
        draft=kept.raw,
        again=tuple(f"Claim/{x.it.id}" for x in others if x.it.id and same(kept, x)),
    )


def _in_charges(
    charges: Mapping[str, Read[ChargeItem]], services: Sequence[Service], scope: Scope
) -> Held:
    again = _written_twice(charges) if len(charges) > 1 else ()
    return Held(
        lines=tuple(
            line_of(read, name, services, scope.aliases)
            for name, read in charges.items()
            if name not in again
        ),
        charges={name: read.raw for name, read in charges.items()},
        locked=tuple(name for name, read in charges.items() if read.it.status == BILLED),
        again=tuple(f"ChargeItem/{name}" for name in again),
    )


def _written_twice(charges: Mapping[str, Read[ChargeItem]]) -> tuple[str, ...]:
    """Return the charges that another one is already, written by us under the same name.

    The one that is billed stays, else the one that somebody affirmed most of.
    """
    same_name: dict[str, list[str]] = {}
    for name, read in charges.items():
        for ours in names_of(read.raw)[:1]:
            same_name.setdefault(ours, []).append(name)
    gone: list[str] = []
    for names in same_name.values():
        if len(names) > 1:
            _, *others = sorted(names, key=lambda name: _worth(charges[name]), reverse=True)
            gone += [n for n in others if charges[n].it.id and charges[n].it.status != BILLED]
    return tuple(gone)


def _worth(read: Read[ChargeItem]) -> tuple[bool, int, int]:
    it = read.it
    return it.status == BILLED, len(names_of(read.raw)), len(modifiers_of(it))
