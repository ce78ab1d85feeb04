"""Who furnished what: from FHIR's many ways of saying it to a performer role."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import msgspec

from plugin.fhir import BASE, NUCC
from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import (
    CodeableConcept,
    Encounter,
    Performer,
    Practitioner,
    PractitionerRole,
)
from plugin.fhir.gather import Found
from plugin.fhir.references import Aliases
from rules.people import AS_SAID
from rules.words import Role

Said = tuple[tuple[str, Role | None], ...]
"""Who furnished a service, and in what role as far as the service says."""
ROLES = frozenset(AS_SAID)
ROLE_SYSTEM = f"{BASE}/CodeSystem/performer-role"
OF_TAXONOMY: tuple[tuple[str, Role], ...] = (
    ("2251", "pt"),
    ("2252", "pta"),
    ("2255A", "at"),
    ("225X", "ot"),
    ("224Z", "ota"),
    ("2355S", "slpa"),
    ("235Z", "slp"),
    ("111N", "dc"),
    ("163W", "rn"),
    ("207", "md"),
    ("208", "md"),
    ("363", "npp"),
)


def role_in(concepts: Iterable[CodeableConcept]) -> Role | None:
    """Return the first performer role that concepts name, in our own codes or NUCC taxonomy."""
    for concept in concepts:
        for coding in concept.coding:
            if coding.system == ROLE_SYSTEM and coding.code in ROLES:
                return cast(Role, coding.code)
            if coding.system == NUCC:
                for prefix, role in OF_TAXONOMY:
                    if coding.code.startswith(prefix):
                        return role
    return None


def _said(performer: Performer) -> Role | None:
    """Return the role that a service gives somebody."""
    return role_in((performer.function,)) if performer.function else None


class Team(msgspec.Struct, frozen=True, gc=False):
    """Those who furnished a service together."""

    roles: tuple[Role, ...]
    """Empty when unknown."""
    named: tuple[str, ...]
    """Whom the service names, as references, without those whom it itself contains."""


class People:
    """The roles of everybody whom the request describes."""

    def __init__(
        self,
        found: Iterable[Found],
        roster: Mapping[str, Role],
        decoder: Decoder,
        aliases: Aliases,
    ) -> None:
        """Learn each practitioner's role, from their qualifications and their roles."""
        self._aliases, self._roster = aliases, roster
        self._known: dict[str, Role] = {}
        self._person: dict[str, str] = {}
        self._those: Sequence[Performer] | None = None
        self._team = Team((), ())
        self._past: dict[Said, tuple[Role, ...]] = {}
        for item in found:
            if item.raw.get("resourceType") == "PractitionerRole":
                self._learn_role(decoder.optional(item, PractitionerRole))
            else:
                self._learn(decoder.optional(item, Practitioner))

    def _learn(self, read: Read[Practitioner] | None) -> None:
        if read and read.reference and (role := role_in(q.code for q in read.it.qualification)):
            self._known[read.reference] = role

    def _learn_role(self, read: Read[PractitionerRole] | None) -> None:
        if read is None or not read.reference:
            return
        who = self._aliases.target(read.it.practitioner)
        if who:
            self._person[read.reference] = who
        if role := role_in([*read.it.code, *read.it.specialty]):
            self._known[read.reference] = role
            if who:
                self._known.setdefault(who, role)

    def _knows(self, who: str) -> Role | None:
        return self._known.get(who) or self._known.get(self._person.get(who, ""))

    def role_of(self, who: str) -> Role | None:
        """Return somebody's role, as the request or the site's roster knows it."""
        return self._knows(who) or self._roster.get(who)

    def of(self, performers: Sequence[Performer], encounter: Encounter) -> Team:
        """Return those who furnished a service together.

        What the service says of each decides; then what is known of them; then, when the service
        names nobody whose role is known, the one role among the encounter's participants; then the
        site's roster.
        """
        if performers != self._those:  # most services of a visit name the same people
            named = [self._aliases.tail(x.actor.reference) for x in performers]
            outside = tuple([who for who in named if who and who[0] != "#"])
            self._those = performers
            self._team = Team(self._together(performers, named, encounter), outside)
        return self._team

    def named(self, performers: Sequence[Performer]) -> tuple[Role, ...]:
        """Return the roles that a service of another visit and the request give its people."""
        said = tuple([(x.actor.reference, _said(x)) for x in performers])
        roles = self._past.get(said)
        if roles is None:
            known = [role or self._knows(self._aliases.tail(actor)) for actor, role in said]
            roles = self._past[said] = tuple(dict.fromkeys([role for role in known if role]))
        return roles

    def _together(
        self, performers: Sequence[Performer], named: Sequence[str], encounter: Encounter
    ) -> tuple[Role, ...]:
        roles = [_said(x) or self._knows(who) for x, who in zip(performers, named, strict=True)]
        if not any(roles):
            return self._otherwise(named, encounter)
        roles = [role or self._roster.get(who) for role, who in zip(roles, named, strict=True)]
        return tuple(dict.fromkeys([role for role in roles if role]))

    def _otherwise(self, named: Sequence[str], encounter: Encounter) -> tuple[Role, ...]:
        present = [self._aliases.target(p.individual) for p in encounter.participant]
        there = {role for who in present if (role := self._knows(who))} if self._known else ()
        if len(there) == 1:
            return tuple(there)
        said = [role for who in named or present if (role := self._roster.get(who))]
        listed = tuple(dict.fromkeys(said))
        return listed if named or len(listed) == 1 else ()
