"""What is right: every rule, in the order in which its findings are shown.

A new rule is one module, one YAML file of the same stem, one table of cases, and one line here. Its
module may name what it is ``about(policy)``: codes and modifiers without any of which, charted or
billed, the rule has nothing to say, so that it is not asked.
"""

from types import ModuleType

from rules.bundling import add_on_code, evaluation_level, mue, ptp_edit, same_region
from rules.coding import code_in_force, payer_code, service_code
from rules.eligibility import (
    authorization,
    covered_code,
    diagnosis,
    evaluation_frequency,
    local_coverage,
    other_coverage,
    performer,
    plan_of_care,
    progress_report,
    supervision,
)
from rules.modifiers import (
    active_treatment,
    assistant_modifier,
    discipline_modifier,
    kx_threshold,
    modifier_conflict,
    modifier_order,
    notice_modifier,
    telehealth,
    unneeded_modifier,
)
from rules.units import (
    caregiver_training,
    co_treatment,
    group_therapy,
    minutes_charted,
    remote_monitoring,
    time_limits,
    timed_units,
    untimed_units,
    visit_length,
)

RULES: tuple[ModuleType, ...] = (
    # what writes and rewrites lines
    payer_code,
    group_therapy,
    timed_units,
    untimed_units,
    time_limits,
    remote_monitoring,
    covered_code,
    evaluation_level,
    ptp_edit,
    discipline_modifier,
    assistant_modifier,
    notice_modifier,
    telehealth,
    modifier_conflict,
    unneeded_modifier,
    modifier_order,
    # what only speaks of them
    same_region,
    add_on_code,
    mue,
    active_treatment,
    kx_threshold,
    minutes_charted,
    co_treatment,
    caregiver_training,
    visit_length,
    service_code,
    code_in_force,
    performer,
    supervision,
    other_coverage,
    plan_of_care,
    progress_report,
    evaluation_frequency,
    authorization,
    diagnosis,
    local_coverage,
)
