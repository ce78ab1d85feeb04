"""Where a bill is priced: a Medicare locality, found in the imported indices and ZIP codes."""

from dataclasses import dataclass

from plugin.imports.snapshot import Snapshot
from rules.payment.fee import Indices


class UnknownPlaceError(Exception):
    """The indices of a place are not known for a day; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A Medicare locality as it is asked for: by contractor and number, or by ZIP code."""

    carrier: str = ""
    locality: str = ""
    zip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A locality, what the parts of a fee are worth in it, and the edition that says so."""

    name: str
    """The contractor's number and the locality's, such as ``01112-05``."""
    indices: Indices
    edition: str
    read: str
    """The day on which the edition was imported."""


def located(place: Place, snapshot: Snapshot, day: str) -> Located:
    """Return the locality of a place on a day of service.

    Raises:
        UnknownPlaceError: no edition covers the day, or those that do lack the place.

    """
    carrier, locality = _numbers(place, snapshot, day)
    name = f"{carrier}-{locality}"
    edition = snapshot.covers("gpci", "", day)
    if edition is None:
        raise UnknownPlaceError(f"no locality indices (GPCI) that are loaded cover {day}")
    found = snapshot.gpci(carrier, locality, day)
    if found is None:
        raise UnknownPlaceError(f"there is no locality {name} in the indices of {edition.name}")
    work, expense, malpractice = found
    return Located(
        name=name,
        indices=Indices(work=work, expense=expense, malpractice=malpractice),
        edition=edition.name,
        read=edition.imported_at[:10],
    )


def _numbers(place: Place, snapshot: Snapshot, day: str) -> tuple[str, str]:
    """Return the contractor and the locality of a place."""
    if not place.zip:
        return place.carrier, place.locality
    edition = snapshot.covers("zip", "", day)
    if edition is None:
        raise UnknownPlaceError(f"no ZIP codes that are loaded cover {day}")
    found = {*snapshot.places(place.zip, day)}
    if not found:
        raise UnknownPlaceError(f"ZIP code {place.zip} is not among those of {edition.name}")
    if len(found) > 1:
        raise UnknownPlaceError(f"ZIP code {place.zip} lies in more than one locality")
    return found.pop()
