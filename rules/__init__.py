"""What is right: every rule, in the order in which its findings are shown.

A new rule is one module, one YAML file of the same stem, one table of cases, and one line here.
"""

from types import ModuleType

from rules.bundling import mue, ptp_edit
from rules.coding import code_in_force, service_code
from rules.eligibility import covered_code, performer
from rules.modifiers import assistant_modifier, discipline_modifier
from rules.units import minutes_charted, timed_units, untimed_units

RULES: tuple[ModuleType, ...] = (
    # what writes and rewrites lines
    timed_units,
    untimed_units,
    covered_code,
    ptp_edit,
    discipline_modifier,
    assistant_modifier,
    # what only speaks of them
    mue,
    minutes_charted,
    service_code,
    code_in_force,
    performer,
)
