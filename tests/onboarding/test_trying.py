"""``countersign tenant test``: what of a site's EHR works, and what to do about the rest."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from plugin.onboarding.writing import HOOKS
from plugin.parts import parts
from tests.hooks import regolden
from tests.hooks.service import start
from tests.hooks.stand_in import Answer, Stand, StandIn, but, listening, missing, said, serving
from tests.hooks.visits import MARK, Json, collection
from tests.onboarding.commands import Command
from tests.sites.making import write

TOKEN = f"{MARK}-token"
TYPES = (
    *("Patient", "Encounter", "Procedure", "Coverage", "ChargeItem", "PractitionerRole"),
    *("Practitioner", "Observation", "Condition", "ServiceRequest", "CarePlan"),
    *("CoverageEligibilityResponse", "Consent", "DocumentReference", "ExplanationOfBenefit"),
)


def capable(types: tuple[str, ...] = TYPES, version: str = "4.0.1") -> Json:
    """Return a CapabilityStatement."""
    resources = [{"type": kind} for kind in types]
    rest = [{"mode": "server", "resource": resources}]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": rest}


def ehr(statement: Json | None = None) -> Answer:
    """Answer as an EHR that has one visit; without the token it gives its statement only."""
    held: list[Json] = [
        entry["resource"] for entry in collection(regolden.asked("over_billed"))["entry"]
    ]
    usual = serving(held)

    def answer(asked: Request) -> Response:
        if asked.path == "/fhir/metadata":
            return said(capable() if statement is None else statement)
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return said({"resourceType": "OperationOutcome"}, 401)
        query = {k: v for k, v in asked.args.items() if k not in {"_count", "date"}}
        return usual(Request.from_values(asked.path, query_string=query))

    return answer


@pytest.fixture
def service(tmp_path: Path) -> Iterator[str]:
    """This service, on loopback, with a folder of sites."""
    folder = tmp_path / "home" / "tenants"
    folder.mkdir(parents=True)
    write(folder, fhir_servers=["http://127.0.0.1"])
    app = start(tmp_path / "service", tenants=folder)
    with listening(app) as address:
        yield address
    parts(app).store.close()


def tried(command: Command, made: StandIn, service: str, *more: str, sent: str = TOKEN) -> Any:
    """Return what a trial of the clinic says."""
    token = ("--token", "-") if sent else ()
    address = ("--server", made.address, "--service", service)
    done = command.run("tenant", "test", "clinic", *token, *address, *more, sent=sent)
    assert MARK not in done.out + done.err
    return done


def test_a_site_where_all_works(command: Command, service: str, stand: Stand) -> None:
    made = stand(ehr())

    done = tried(command, made, service)

    assert (done.status, done.wrong, done.err) == (0, [], "")
    for line in ("/metadata: FHIR R4", "Encounter", "procedures (Procedure)", "discovery: answers"):
        assert f"  ok   {line}\n" in done.out
    assert "  ok   a simulated call of visit-check: answers\n" in done.out
    assert "conditions (Condition): the search works, and finds nothing\n" in done.out
    assert all("Authorization" not in a.headers for a in made.had if a.path == "/fhir/metadata")


def test_a_visit_may_be_named(command: Command, service: str, stand: Stand) -> None:
    made = stand(ehr())

    done = tried(command, made, service, "--encounter", f"{MARK}-encounter")

    assert done.status == 0
    assert "Encounter?_count=1" not in made.paths


def test_without_a_token_only_what_is_open_is_tried(
    command: Command, service: str, stand: Stand
) -> None:
    made = stand(ehr())

    done = tried(command, made, service, sent="")

    assert made.paths == ["metadata"]
    assert done.wrong == [
        "not  reads and searches: not tried; give an access token (--token FILE, or -)"
    ]
    assert done.status == 2


def outcome(status: int) -> Answer:
    return lambda _: said({"resourceType": "OperationOutcome"}, status)


WRONG: dict[str, tuple[Answer, str]] = {
    "a scope that is missing": (
        but(ehr(), "Coverage", outcome(403)),
        "not  coverage (Coverage): answered 403; ask for the scope user/Coverage.rs, or add "
        "Coverage to lacks",
    ),
    "a type that is not there": (
        but(ehr(), "Consent", lambda _: missing()),
        "not  consents (Consent): answered 404; add Consent to lacks, if it does not serve it",
    ),
    "a search that it does not know": (
        but(ehr(), "Procedure", outcome(400)),
        "not  procedures (Procedure): answered 400; it knows no such search; add Procedure to "
        "lacks, or see procedures",
    ),
    "an error in good order": (
        but(ehr(), "Condition", outcome(200)),
        "not  conditions (Condition): answered without a resource; see the log of that server",
    ),
    "a redirect": (
        but(ehr(), "CarePlan", lambda _: Response(status=302, headers={"Location": "/x"})),
        "not  plans (CarePlan): answered 302, a redirect, which is never followed; see the log "
        "of that server",
    ),
    "a token that is no good": (
        but(ehr(), "Encounter", outcome(401)),
        "not  Encounter: answered 401 when asked for any visit; name one of a test patient with "
        "--encounter ID; is the token still good, and of this server?",
    ),
    "a server of another release": (
        ehr(capable(version="5.0.0")),
        "not  /metadata: is not FHIR R4; name the R4 server in fhir_servers",
    ),
    "a statement that lacks a type": (
        ehr(capable(tuple(kind for kind in TYPES if kind != "CarePlan"))),
        "not  CarePlan: its CapabilityStatement does not list it; add it to lacks",
    ),
    "no FHIR at all": (
        lambda _: Response("<html>", content_type="text/html"),
        "not  /metadata: answered without a resource; is fhir_servers its base address?",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_work_is_told_with_what_to_do(
    name: str, command: Command, service: str, stand: Stand
) -> None:
    answer, complaint = WRONG[name]

    done = tried(command, stand(answer), service)

    assert done.status == 2
    assert complaint in done.wrong


def test_what_a_site_lacks_is_not_asked_for(command: Command, service: str, stand: Stand) -> None:
    write(command.folder, fhir_servers=["http://127.0.0.1"], lacks=["Consent", "CarePlan"])
    made = stand(ehr(capable(tuple(kind for kind in TYPES if kind != "CarePlan"))))

    done = tried(command, made, service)

    assert done.wrong == [
        "not  Consent: is in lacks, but its CapabilityStatement lists it; take it out"
    ]
    assert not [path for path in made.paths if path.startswith(("Consent", "CarePlan"))]


def test_procedures_are_asked_for_as_the_site_says(
    command: Command, service: str, stand: Stand
) -> None:
    write(command.folder, fhir_servers=["http://127.0.0.1"], procedures="fetched")
    made = stand(ehr())

    assert tried(command, made, service).status == 0

    (asked,) = [path for path in made.paths if path.startswith("Procedure?")]
    assert "patient=" in asked
    assert "date=ge2026-03-02&date=le2026-03-02" in asked


def test_a_service_that_is_not_there_is_told(command: Command, service: str, stand: Stand) -> None:
    done = tried(command, stand(ehr()), "http://127.0.0.1:9", "--encounter", f"{MARK}-encounter")

    assert service
    assert done.status == 2
    assert [line.partition(":")[0] for line in done.wrong] == [
        "not  discovery",
        "not  a simulated call of visit-check",
    ]


def test_a_site_that_asks_for_tokens_refuses_us_as_it_should(
    command: Command, service: str, stand: Stand
) -> None:
    refusing = stand(lambda _: Response(json.dumps({}), 401))
    write(
        command.folder,
        open=None,
        fhir_servers=["http://127.0.0.1"],
        clients=[{"iss": "https://iss.example", "jku": ["https://iss.example/keys"]}],
    )

    done = tried(command, stand(ehr()), refusing.address)

    assert service
    assert (
        "a simulated call of visit-check: refused without the EHR's token, as it should be"
        in done.out
    )
    assert done.status == 0


@pytest.mark.parametrize(
    ("services", "called"),
    [(["patient-view", "visit-start"], ["visit-start"]), (["order-check"], [])],
)
def test_a_service_that_the_site_uses_is_called(
    services: list[str], called: list[str], command: Command, stand: Stand
) -> None:
    write(command.folder, fhir_servers=["http://127.0.0.1"], services=services)
    asked: list[Any] = []

    def answer(call: Request) -> Response:
        asked.append((call.path.rpartition("/")[2], call.get_data()))
        return Response(json.dumps({"services": [], "cards": []}))

    tried(command, stand(ehr()), stand(answer).address)

    assert [name for name, _ in asked] == ["cds-services", *called]
    assert [json.loads(body)["hook"] for _, body in asked[1:]] == [HOOKS[name] for name in called]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nobody",), "nobody: there is no such site; there are clinic, demo"),
        (("clinic", "--server", "https://evil.example"), "--server: is none of clinic's fhir_ser"),
        (("clinic", "--token", "/no/such/file"), "--token: the file cannot be read"),
        (("clinic", "--token", "-"), "--token: holds no token"),
    ],
    ids=str,
)
def test_what_cannot_be_tried_is_refused(
    arguments: tuple[str, ...], complaint: str, command: Command
) -> None:
    write(command.folder, fhir_servers=["http://127.0.0.1"])

    done = command.run("tenant", "test", *arguments)

    assert (done.status, done.out) == (2, "")
    assert complaint in done.err


def test_a_site_whose_file_is_refused_says_why(command: Command) -> None:
    write(command.folder, max_cards=0)

    done = command.run("tenant", "test", "clinic")

    assert done.status == 2
    assert "clinic.yaml: max_cards: must be bigger than or equal to 1" in done.err
