"""What is said beside every fee: dated, cited sentences, and why a code has no amount."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import yaml

from plugin.datafile import Loader
from plugin.imports import factors
from plugin.imports.locality import Located
from rules.model import Cite
from rules.payment.schedule import Factor
from rules.policy import RuleDataError

CODES, SCHEDULE, INDICES = "therapy-codes", factors.SCHEDULE, "gpci"
"""Citations for which codes are valid, for the schedule as it stands, and for localities."""
FILE = Path(__file__).with_name("fees.yaml")


class Sentence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One standing statement, and the first and last day of service it holds for, if any."""

    id: str
    says: str
    cite: str
    effective: str = ""
    ending: str = ""

    def in_force(self, on: str) -> bool:
        """Tell whether it holds on a day (ISO); both ends are inclusive."""
        return self.effective <= on and (not self.ending or on <= self.ending)


class Past(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days for which Medicare paid nothing for a code; both ends are inclusive."""

    code: str
    effective: str
    ending: str
    says: str
    cite: str


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    cites: tuple[Cite, ...]
    unpaid: dict[str, str]
    contractor: str
    restricted: str
    unpaid_then: tuple[Past, ...]
    statements: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sentences, and the citations by id."""

    cites: Mapping[str, Cite]
    unpaid: Mapping[str, str]
    """Why Medicare pays nothing, by the status of the fee schedule."""
    contractor: str
    restricted: str
    unpaid_then: Sequence[Past]
    sentences: Mapping[str, Sentence]

    def sentence(self, name: str, on: str) -> tuple[str, Cite] | None:
        """Return what is said on a day and its authority; None where it does not hold then."""
        found = self.sentences[name]
        if not found.in_force(on):
            return None
        return found.says, replace(self.cites[found.cite], effective=found.effective)

    def past(self, code: str, on: str) -> Iterator[tuple[Past, Cite]]:
        """Return for which days up to one a code was not paid."""
        for past in self.unpaid_then:
            if past.code == code and past.effective <= on:
                yield past, replace(self.cites[past.cite], effective=past.effective)

    def edition(self, factor: Factor) -> Cite:
        """Return the authority for the relative values and amounts of a window."""
        return _cited(self.cites[factor.source], factor, factor.edition)

    def factor(self, factor: Factor) -> Cite:
        """Return the authority for a conversion factor."""
        found = _cited(self.cites[factor.cite], factor, f"factor of {factor.effective[:4]}")
        return replace(found, effective="") if factor.read else found  # older than the edition

    def indices(self, where: Located) -> Cite:
        """Return the authority for the indices of a locality."""
        return replace(self.cites[INDICES], edition=where.edition, checked=where.read)


def _cited(cite: Cite, factor: Factor, edition: str) -> Cite:
    read = factor.read or cite.checked
    return replace(cite, effective=factor.effective, edition=edition, checked=read)


def load(shipped: Sequence[Factor], path: Path = FILE) -> Sheet:
    """Read the sentences.

    Raises:
        RuleDataError: the file is malformed, or a sentence or factor cites what it does not list.

    """
    try:
        page = msgspec.convert(Loader(path.read_bytes()).get_single_data(), _Page)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise RuleDataError(f"{path.name}: {error}") from error
    cites = {cite.id: cite for cite in page.cites}
    named = {CODES, SCHEDULE, INDICES, *(sentence.cite for sentence in page.statements)}
    named |= {past.cite for past in page.unpaid_then}
    named |= {each for factor in shipped for each in (factor.cite, factor.source) if each}
    if strange := sorted(named ^ cites.keys()):
        raise RuleDataError(f"{path.name}: cites: not listed, or never used: {', '.join(strange)}")
    return Sheet(
        cites=cites,
        unpaid=page.unpaid,
        contractor=page.contractor,
        restricted=page.restricted,
        unpaid_then=page.unpaid_then,
        sentences={sentence.id: sentence for sentence in page.statements},
    )
