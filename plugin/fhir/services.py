"""The charted services of a visit, as the rules read them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from plugin.fhir.charges import code_of
from plugin.fhir.charted import Charted
from plugin.fhir.facts import facts_of, region_of
from plugin.fhir.legend import Legend
from plugin.fhir.minutes import MINUTES, minutes_of
from plugin.fhir.people import Team
from plugin.fhir.scope import Scope
from rules.frozen import changing
from rules.model import Mapped, Service
from rules.people import discipline_of
from rules.words import Discipline, Role

BLANK = Service()
_filled = changing(
    Service,
    *("id", "code", "minutes", "roles", "discipline", "region", "began", "ended"),
    *("supervision", "diagnoses"),
)
"""A copy of a blank service takes a third of the time of a new one."""


def services_of(
    today: Sequence[Charted],
    teams: Sequence[Team],
    scope: Scope,
    legend: Legend,
    supervision: Literal["direct", "general"] | None,
) -> tuple[Service, ...]:
    """Return the services of a day; ``supervision`` is how assistants usually were supervised."""
    codes = [code_of(service.read.it.code, legend.codes) for service in today]
    people = [team.roles for team in teams]
    disciplines = _disciplines(codes, people, legend)
    mapped: dict[int, Mapped] = {}
    if "" in codes:
        mapped = legend.coder.found(today, codes, disciplines, scope.tenant)
        codes = [_code(mapped[i]) if i in mapped else code for i, code in enumerate(codes)]
        disciplines = _disciplines(codes, people, legend)
    minutes_each = minutes_of(today, disciplines, scope)
    made = []
    for service, minutes, code, roles, discipline in zip(
        today, minutes_each, codes, people, disciplines, strict=True
    ):
        it = service.read.it
        began, ended = service.clock
        region = region_of(it.body_site) if it.body_site else ""
        reasoned = it.reason_code or it.reason_reference
        named = legend.diagnoses.of_service(service.read) if reasoned else ()
        read = _filled(
            BLANK, it.id, code, minutes, roles, discipline, region, began, ended, supervision, named
        )
        if it.extension and (len(it.extension) > 1 or it.extension[0].url != MINUTES):
            read = replace(read, **facts_of(service.read, scope.decoder))
        made.append(read)
    for i, how in mapped.items():
        made[i] = replace(made[i], mapped=how)
    return tuple(made)


def _code(mapped: Mapped) -> str:
    return mapped.codes[0] if mapped.action == "map" else ""


def _disciplines(
    codes: Sequence[str], people: Sequence[tuple[Role, ...]], legend: Legend
) -> list[Discipline | None]:
    """Return each service's discipline.

    Those that nobody is named for are put under the visit's, where it has but one. Their minutes
    then count in its pool; who furnished them is still asked.
    """
    found = list(map(discipline_of, people, map(legend.codes.get, codes)))
    if None not in found:
        return found
    known = {*found} - {None}
    only = known.pop() if len(known) == 1 else None
    return [
        discipline or (None if roles else only)
        for discipline, roles in zip(found, people, strict=True)
    ]
