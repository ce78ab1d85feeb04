"""Looking for what is known of a patient beyond the visit."""

from collections.abc import Callable
from typing import TypeVar

from plugin.fhir.beyond import Beyond
from plugin.fhir.decode import Read
from plugin.fhir.scope import Scope, once

B = TypeVar("B", bound=Beyond)
T = TypeVar("T")


def looked(
    scope: Scope, key: str, kinds: tuple[type[B], ...], make: Callable[[Read[B]], T | None]
) -> tuple[T, ...] | None:
    """Return what is made of the resources under a key; None when that is not known.

    It is not known when nobody looked, when the EHR answered with an error or with a first page
    only, and when nothing came of resources that could not be read.
    """
    gathered = scope.gathered
    if key not in gathered.found or key in gathered.errors or key in gathered.pages:
        return None
    before = len(scope.decoder.left_out)
    made = []
    for found in once(gathered.under(key)):
        named = found.raw.get("resourceType")
        kind = next((kind for kind in kinds if kind.__name__ == named), kinds[0])
        read = scope.decoder.optional(found, kind)
        if read and (one := _made(read, make, scope)) is not None:
            made.append(one)
    if not made and len(scope.decoder.left_out) > before:
        return None
    return tuple(made)


def _made(read: Read[B], make: Callable[[Read[B]], T | None], scope: Scope) -> T | None:
    if not scope.theirs(read.it.whose):
        scope.decoder.stranger(read.where)
        return None
    try:
        return make(read)
    except ValueError:
        scope.decoder.omit(read.where, "has a date that cannot be read")
        return None
