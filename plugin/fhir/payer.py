"""Who pays: from Coverage to a payer profile."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from plugin.fhir import BASE, SOPT
from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Coverage
from plugin.fhir.times import covers
from plugin.rulebook import UNKNOWN_PAYER

PROFILE_SYSTEM = f"{BASE}/NamingSystem/payer-profile"
OF_SOPT = {
    "11": "medicare_advantage",
    "12": "medicare_part_b",
    "2": "medicaid",
    "311": "tricare",
    "32": "va",
    "5": "commercial",
    "95": "workers_comp",
}
"""Profiles by how a code begins; none begins as another does."""


def payer_of(
    coverages: Sequence[Read[Coverage]], on: date, known: Mapping[str, str], decoder: Decoder
) -> str:
    """Return the payer profile of the coverage that is first in line on a day.

    ``known`` is the site's own map, from what a coverage says (in lower case) to a profile.
    """
    active = active_on(coverages, on, decoder)
    first = active[0].it.order or 1 if active else 1
    for read in active:
        if (read.it.order or 1) == first and (payer := _profile(read.it, known)):
            return payer
    return UNKNOWN_PAYER


def active_on(
    coverages: Sequence[Read[Coverage]], on: date, decoder: Decoder
) -> list[Read[Coverage]]:
    """Return the coverages of a day, the first in line first."""
    active = [read for read in coverages if _active(read, on, decoder)]
    return sorted(active, key=lambda read: read.it.order or 1) if len(active) > 1 else active


def _active(read: Read[Coverage], on: date, decoder: Decoder) -> bool:
    try:
        holds = covers(read.it.period, on)
    except ValueError:
        decoder.refuse(read)
    return read.it.status == "active" and holds


def _profile(coverage: Coverage, known: Mapping[str, str]) -> str:
    for payor in coverage.payor:
        if payor.identifier and payor.identifier.system == PROFILE_SYSTEM:
            return payor.identifier.value
    for said in _tokens(coverage):
        if payer := known.get(said.lower()):
            return payer
    for coding in coverage.type.coding if coverage.type else ():
        if coding.system == SOPT:
            return _sopt(coding.code)
    return ""


def _tokens(coverage: Coverage) -> Iterator[str]:
    """Return everything by which a site may recognise a payer, most exact first."""
    for payor in coverage.payor:
        if payor.identifier:
            yield payor.identifier.value
        if payor.reference:
            yield payor.reference.rsplit("/", 1)[-1]
    if coverage.type:
        yield from (coding.code for coding in coverage.type.coding)
        yield coverage.type.text
    for group in coverage.class_:
        yield group.value
        yield group.name


def _sopt(code: str) -> str:
    """Return the profile for a Source of Payment Typology code; empty when it has none.

    >>> _sopt("1"), _sopt("121"), _sopt("111"), _sopt("81")
    ('medicare_part_b', 'medicare_part_b', 'medicare_advantage', '')
    """
    if code == "1":
        return "medicare_part_b"
    for prefix, profile in OF_SOPT.items():
        if code.startswith(prefix):
            return profile
    return ""
