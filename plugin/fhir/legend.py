"""By what the codes, the people and the diagnoses of a chart are understood."""

from collections.abc import Mapping

import msgspec

from plugin.fhir.coding import Coder
from plugin.fhir.diagnoses import Diagnoses
from plugin.fhir.people import People
from rules.policy import Code


class Legend(msgspec.Struct, frozen=True):
    """The therapy codes, what else names them, and who and what the request describes."""

    codes: Mapping[str, Code]
    people: People
    coder: Coder
    diagnoses: Diagnoses
