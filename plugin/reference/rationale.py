"""Why CMS joined two codes, in our words."""

import csv
from pathlib import Path

from plugin.tables import NEVER_IN_FORCE
from rules.policy import RuleDataError

RATIONALE = {
    "Standards of medical/surgical practice": "doing the one ordinarily takes in the other",
    "CPT Manual or CMS manual coding instruction": "a coding manual says not to bill both",
    "Mutually exclusive procedures": "the two are not expected at one visit",
    "Misuse of Column Two code with Column One code": "column two is not meant for what is done "
    "beside column one",
    "More extensive procedure": "column one is the larger service, and takes in the smaller",
    "CPT Separate procedure definition": "column two is billed when it is done by itself",
    "HCPCS/CPT procedure code definition": "what column one names takes in column two",
}
"""CMS's reasons for an edit, in our words."""


Reasons = dict[tuple[str, str], tuple[str, ...]]
"""By column one and column two."""


def reasons(path: Path) -> Reasons:
    """Read why CMS joined two codes: all reasons of all windows that ever were in force.

    Raises:
        RuleDataError: a reason is one we have no words for; names file and line.

    """
    found: Reasons = {}
    with path.open(encoding="utf-8", newline="") as file:
        file.readline()
        for number, row in enumerate(csv.DictReader(file), 3):
            said = RATIONALE.get(row["rationale"])
            if said is None:
                raise RuleDataError(f"{path.name}: line {number}: rationale: no words for it")
            known = found.get((row["column_1"], row["column_2"]), ())
            if row["modifier_indicator"] != NEVER_IN_FORCE and said not in known:
                found[row["column_1"], row["column_2"]] = (*known, said)
    return found
