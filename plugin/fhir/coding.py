"""The code of a service that is not charted in CPT or HCPCS: by concept map, else by words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import msgspec

from plugin import lexicon as lexicons
from plugin.conceptmap import Concept, Match
from plugin.fhir import concepts
from plugin.fhir.charted import Charted
from plugin.fhir.concepts import Maps
from plugin.fhir.decode import Read
from plugin.fhir.elements import CodeableConcept, InWords, Wording
from plugin.fhir.models import judge
from plugin.rulebook import ROOT
from plugin.tenants import Tenant
from rules.coding.lexicon import Lexicon
from rules.model import Line, Mapped, Service
from rules.policy import Code
from rules.words import Discipline

COVERING = frozenset({"equal", "equivalent", "wider", "subsumes"})
"""Equivalences with which one match is the code: all that the chart's code means is within the
target's meaning. A target that is narrower, or only near it, would say more than was charted."""
MOST = 200
"""Services of one visit whose words are read; a visit has fewer than thirty."""
NO_WORDS = Mapped(
    action="ask", why="which treatment was it? the chart gives neither a known code nor words"
)
TOO_MANY = Mapped(action="ask", why=f"which treatment was it? over {MOST} services are uncoded")
SEVERAL = "each needs its own minutes"


@dataclass(slots=True, kw_only=True)
class Coder:
    """By what services are understood: the table of codes, the maps and the lexicon."""

    codes: Mapping[str, Code]
    maps: Maps
    root: Path = ROOT
    _lexicon: Lexicon | None = None
    _reading: Lock = field(default_factory=Lock, repr=False)

    @property
    def lexicon(self) -> Lexicon:
        """The words of charts; read once, when a chart first needs them.

        It takes up to a second and eighteen megabytes, which sites that chart in codes never pay.

        Raises:
            RuleDataError: a file of the lexicon is missing or malformed.

        """
        with self._reading:
            if self._lexicon is None:
                self._lexicon = lexicons.load(self.codes, self.root)
            return self._lexicon

    def found(
        self,
        today: Sequence[Charted],
        codes: Sequence[str],
        disciplines: Sequence[Discipline | None],
        tenant: Tenant,
    ) -> dict[int, Mapped]:
        """Return what the uncoded services of a day mean, by their place among all."""
        uncoded = [i for i, code in enumerate(codes) if not code]
        return {
            i: self.meaning(today[i].read, disciplines[i], tenant) if n < MOST else TOO_MANY
            for n, i in enumerate(uncoded)
        }

    def meaning(self, read: Read[Any], discipline: Discipline | None, tenant: Tenant) -> Mapped:
        """Return what an uncoded service, charted or ordered, means; its one code if there is one.

        The concept maps of the site decide, then the shared ones, then the words of the chart.
        Words also decide between the codes that a map leaves open.
        """
        mapped = self._by_map(read, tenant)
        if mapped and mapped.action == "map":
            return mapped
        words = words_of(read)
        said = self.lexicon.mapped(words, discipline) if words else NO_WORDS
        if said.action == "map" and len(said.codes) > 1:
            said = replace(said, action="ask", alternatives=(), why=SEVERAL)
        if (
            mapped is None
            or said.action == "nonbillable"
            or (said.words and not mapped.alternatives)
        ):
            return said
        decided = said.action == "map" and mapped.alternatives and said.codes[0]
        return said if decided and decided in mapped.alternatives else mapped

    def _by_map(self, read: Read[Any], tenant: Tenant) -> Mapped | None:
        """Return what the first map that names a code of the service makes of it."""
        concept = read.it.code
        charted: list[Concept] = [(c.system, c.code) for c in concept.coding] if concept else []
        for one in self.maps.of(tenant) if charted else ():
            for each in charted:
                if each in one.matches:
                    return _by_match(one.matches[each], one.title)
        return None


def load(codes: Mapping[str, Code], tenants: Mapping[str, Tenant], root: Path = ROOT) -> Coder:
    """Read the concept maps.

    Raises:
        RuleDataError: a map is missing or malformed; the message says which, where and why.

    """
    return Coder(codes=codes, maps=concepts.load(codes, tenants, root), root=root)


def _by_match(matches: Sequence[Match], title: str) -> Mapped:
    real = [match for match in matches if match.real]
    codes = tuple(dict.fromkeys(match.code for match in real))
    if not real:
        return Mapped(action="ask", why=f"which treatment was it? {title} gives it no therapy code")
    if len(real) > 1:
        return Mapped(action="ask", alternatives=codes, why=f"which one? {title} leaves it open")
    if real[0].equivalence not in COVERING:
        why = f"is it that? {title} holds it {real[0].equivalence} only"
        return Mapped(action="ask", alternatives=codes, why=why)
    return Mapped(action="map", codes=codes, why=f"the code in the chart, by the map {title}")


def words_of(read: Read[Any]) -> str:
    """Return the words of a service: of its code, else of a coding, else its first note.

    A coding's words name the service; a note may speak of anything, and is looked at last.
    """
    concept: CodeableConcept | Wording | None = read.it.code
    if concept and (text := concept.text.strip()):
        return text
    told = _in_words(read)
    shown = [coding.display for coding in told.code.coding] if told.code else []
    noted = [told.note[0].text] if told.note else []
    return next((words for each in (*shown, *noted) if (words := each.strip())), "")


def _in_words(read: Read[Any]) -> InWords:
    """Read the words that only an uncoded service is asked for."""
    try:
        return msgspec.convert(read.raw, InWords)
    except msgspec.ValidationError:
        canonical, _ = judge(read.raw, read.where)
    try:
        return msgspec.convert(canonical or {}, InWords, strict=False)
    except msgspec.ValidationError:
        return InWords()


def told(mapped: Mapped) -> str:
    """Say for people how a code was found.

    >>> told(Mapped(action="map", codes=("97116",), words=("gait training",)))
    'the words “gait training”'
    """
    if not mapped.words:
        return mapped.why
    phrases = ", ".join(f"“{phrase}”" for phrase in mapped.words)
    return f"the words {phrases}"


def worded(lines: Sequence[Line], services: Sequence[Service]) -> tuple[str, ...]:
    """Say of each billed code how it was found, where the chart gives none itself; each once."""
    found = [s for s in services if s.mapped and s.code]
    if not found:
        return ()
    return tuple(dict.fromkeys(said for line in lines for said in _found_for(line, found)))


def _found_for(line: Line, services: Sequence[Service]) -> Iterator[str]:
    for service in services:
        billed = service.id in line.services if service.id else service.code == line.code
        if billed and service.mapped:
            yield f"{line.code}: {told(service.mapped)}"
