"""By what the codes and the people of a chart are understood."""

from collections.abc import Mapping
from dataclasses import dataclass

from plugin.fhir.coding import Coder
from plugin.fhir.people import People
from rules.policy import Code


@dataclass(frozen=True, slots=True)
class Legend:
    """The therapy codes, what else names them, and the roles of everybody in the request."""

    codes: Mapping[str, Code]
    people: People
    coder: Coder
