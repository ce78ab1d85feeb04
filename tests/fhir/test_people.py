"""Who furnished a service, and under whose plan of care."""

from dataclasses import replace

import pytest

from plugin.fhir import NUCC
from plugin.fhir.people import ROLES
from rules.words import Role
from tests.fhir.building import (
    ROLE_SYSTEM,
    TENANT,
    Raw,
    coding,
    concept,
    encounter,
    performer,
    practitioner,
    practitioner_role,
    procedure,
    reading,
    ref,
    service_of,
)

TAXONOMY = {
    "225100000X": "pt",
    "2251X0800X": "pt",
    "225200000X": "pta",
    "225X00000X": "ot",
    "225XH1200X": "ot",
    "224Z00000X": "ota",
    "224ZR0403X": "ota",
    "235Z00000X": "slp",
    "2355S0801X": "slpa",
    "111N00000X": "dc",
    "111NR0400X": "dc",
    "163W00000X": "rn",
    "163WR0400X": "rn",
    "2255A2300X": "at",
    "207X00000X": "md",
    "208100000X": "md",
    "363L00000X": "npp",
    "363A00000X": "npp",
}
NAMED = procedure(performer=[performer(actor="Practitioner/dr1")])
UNNAMED = procedure(role="")


def roster(**roles: Role) -> dict[str, Role]:
    return {f"Practitioner/{name}": role for name, role in roles.items()}


def test_the_roles_are_those_of_the_contract() -> None:
    assert " ".join(sorted(ROLES)) == "aide at dc md npp ot ota pt pta rn slp slpa student"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_function_says_the_role(role: str) -> None:
    assert service_of(procedure(role=role)).roles == (role,)


@pytest.mark.parametrize(("code", "role"), TAXONOMY.items())
@pytest.mark.parametrize("place", ["qualification", "code", "specialty", "function"])
def test_a_taxonomy_code_says_the_role_wherever_it_stands(place: str, code: str, role: str) -> None:
    sent = {
        "qualification": [NAMED, practitioner(code)],
        "code": [NAMED, practitioner_role(code=[concept(code, NUCC)])],
        "specialty": [NAMED, practitioner_role(specialty=[concept(code, NUCC)])],
        "function": [procedure(performer=[performer() | {"function": concept(code, NUCC)}])],
    }[place]
    assert service_of(*sent).roles == (role,)


@pytest.mark.parametrize(
    "function",
    [
        concept("head therapist", ROLE_SYSTEM),
        concept("PT", ROLE_SYSTEM),
        concept("pt", "urn:local"),
        concept("225100000X", "urn:local"),
        concept("2255R0406X", NUCC),
        concept("261Q00000X", NUCC),
        {"text": "pt"},
        {},
    ],
)
def test_what_is_no_role_of_ours_and_no_taxonomy_code_says_nothing(function: Raw) -> None:
    charted = procedure(performer=[performer() | {"function": function}])
    found = service_of(charted)
    assert (found.roles, found.discipline) == ((), None)


def test_a_role_may_stand_among_other_codings_and_concepts() -> None:
    several = {"coding": [coding("309343006", "http://snomed.info/sct"), coding("ot", ROLE_SYSTEM)]}
    charted = procedure(performer=[performer() | {"function": several}])
    assert service_of(charted).roles == ("ot",)
    role = practitioner_role(code=[{"text": "lead"}], specialty=[concept("225X00000X", NUCC)])
    assert service_of(NAMED, role).roles == ("ot",)


@pytest.mark.parametrize(
    ("sent", "role"),
    [
        pytest.param(
            [procedure(role="pta", performer=[performer("pta")]), practitioner("225100000X")],
            "pta",
            id="function before qualification",
        ),
        pytest.param(
            [
                NAMED,
                practitioner_role(code=[concept("225X00000X", NUCC)]),
                practitioner("225100000X"),
            ],
            "pt",
            id="qualification before PractitionerRole",
        ),
        pytest.param(
            [
                NAMED,
                practitioner("225100000X"),
                practitioner_role(code=[concept("225X00000X", NUCC)]),
            ],
            "pt",
            id="in whichever order they come",
        ),
        pytest.param(
            [
                NAMED,
                practitioner("225100000X"),
                practitioner("225X00000X", id="dr2"),
                encounter(participant=[{"individual": ref("Practitioner/dr2")}]),
            ],
            "pt",
            id="the service's own before the encounter's",
        ),
        pytest.param(
            [
                UNNAMED,
                practitioner("225X00000X"),
                encounter(participant=[{"individual": ref("Practitioner/dr1")}]),
            ],
            "ot",
            id="the encounter's when the service names nobody",
        ),
        pytest.param(
            [
                procedure(performer=[performer(actor="Practitioner/unheard")]),
                practitioner("225X00000X"),
                encounter(participant=[{"individual": ref("Practitioner/dr1")}]),
            ],
            "ot",
            id="the encounter's when the service names somebody unknown",
        ),
        pytest.param(
            [
                procedure(performer=[performer(actor="PractitionerRole/role1")]),
                practitioner_role(code=[concept("225200000X", NUCC)]),
            ],
            "pta",
            id="a PractitionerRole may be the performer",
        ),
        pytest.param(
            [
                procedure(performer=[performer(actor="PractitionerRole/role1")]),
                practitioner_role(),
                practitioner("225100000X"),
            ],
            "pt",
            id="and leads to its practitioner's qualification",
        ),
    ],
)
def test_the_first_that_says_who_decides(sent: list[Raw], role: str) -> None:
    assert service_of(*sent).roles == (role,)


def test_two_roles_among_the_encounters_people_decide_nothing() -> None:
    both = [{"individual": ref("Practitioner/dr1")}, {"individual": ref("Practitioner/dr2")}]
    people = (practitioner("225100000X"), practitioner("225200000X", id="dr2"))
    assert service_of(UNNAMED, *people, encounter(participant=both)).roles == ()


def test_the_roster_of_the_site_says_who_when_nothing_else_does() -> None:
    site = replace(TENANT, roster=roster(dr1="slp"))
    there = encounter(participant=[{}, {"individual": ref("Practitioner/dr1")}])
    assert service_of(NAMED, tenant=site).roles == ("slp",)
    assert service_of(UNNAMED, there, tenant=site).roles == ("slp",)
    assert service_of(NAMED, practitioner("225100000X"), tenant=site).roles == ("pt",)
    assert service_of(procedure(role="ota"), tenant=site).roles == ("ota",)
    assert service_of(UNNAMED, tenant=site).roles == ()


def test_several_performers_furnished_a_service_together() -> None:
    together = service_of(procedure(role="pta+pt"))
    assert (set(together.roles), together.by_assistant) == ({"pt", "pta"}, False)
    alone = service_of(procedure(role="pta"))
    assert (alone.roles, alone.by_assistant) == (("pta",), True)


def test_two_performers_of_one_role_are_one_role() -> None:
    twice = [performer("pt", "Practitioner/dr1"), performer("pt", "Practitioner/dr2")]
    assert service_of(procedure(performer=twice)).roles == ("pt",)


def test_performers_may_each_be_known_in_another_way() -> None:
    mixed = [performer("pta", "Practitioner/dr2"), performer(actor="Practitioner/dr1")]
    found = service_of(procedure(performer=mixed), practitioner("225100000X"))
    assert set(found.roles) == {"pt", "pta"}


def test_the_roster_is_asked_for_each_performer_whose_role_is_unknown() -> None:
    together = [performer("pta", "Practitioner/dr2"), performer(actor="Practitioner/dr1")]
    site = replace(TENANT, roster=roster(dr1="pt"))
    found = service_of(procedure(performer=together), tenant=site)
    assert (set(found.roles), found.by_assistant) == ({"pt", "pta"}, False)


def test_a_performer_without_a_reference_is_not_a_practitioner_without_an_id() -> None:
    charted = procedure(performer=[{"actor": {"display": "a colleague"}}])
    assert service_of(charted, practitioner("225100000X", id=None)).roles == ()


@pytest.mark.parametrize("actor", ["Organization/o", "Practitioner/unheard", "#contained", ""])
def test_a_performer_nobody_knows_is_unknown(actor: str) -> None:
    found = service_of(procedure(performer=[performer(actor=actor)]), practitioner("225100000X"))
    assert (found.roles, found.discipline, found.by_assistant) == ((), None, False)


@pytest.mark.parametrize(
    ("role", "discipline"),
    [
        ("pt", "PT"),
        ("pta", "PT"),
        ("ot", "OT"),
        ("ota", "OT"),
        ("slp", "SLP"),
        ("slpa", "SLP"),
        ("dc", "chiropractic"),
        ("pt+pta", "PT"),
        ("pt+aide", "PT"),
        ("pt+ot", None),
        ("md", None),
        ("rn", None),
        ("aide", None),
        ("student", None),
        ("", None),
    ],
)
def test_the_people_decide_the_discipline(role: str, discipline: str | None) -> None:
    assert service_of(procedure(role=role)).discipline == discipline


@pytest.mark.parametrize(
    ("code", "role", "discipline"),
    [
        ("97161", "", "PT"),
        ("97165", "md", "OT"),
        ("92521", "", "SLP"),
        ("97161", "ot", "OT"),
        ("97110", "", None),
    ],
)
def test_a_code_of_one_discipline_decides_where_the_people_do_not(
    code: str, role: str, discipline: str | None
) -> None:
    assert service_of(procedure(code, role=role)).discipline == discipline


def test_a_service_that_nobody_is_named_for_joins_the_only_discipline_of_the_visit() -> None:
    named, unnamed = procedure(role="pta"), procedure("97140", role="", id="p2")
    found = reading(named, unnamed).visit.services
    assert [(s.discipline, s.roles) for s in found] == [("PT", ("pta",)), ("PT", ())]


def test_it_joins_neither_of_two_disciplines() -> None:
    services = procedure(role="pt"), procedure(role="ot", id="p2"), procedure(role="", id="p3")
    assert [s.discipline for s in reading(*services).visit.services] == ["PT", "OT", None]
