"""Which addresses a token may be sent to."""

import pytest

from plugin.fhir.access import allowed, under

BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    "address",
    [BASE, f"{BASE}/", f"{BASE}/Patient/1", f"{BASE}?_page=2", f"{BASE}/a%20b"],
)
def test_what_lies_below_a_base_is_under_it(address: str) -> None:
    assert under(address, BASE)


@pytest.mark.parametrize(
    "address",
    [
        "http://ehr.example/fhir",
        "https://ehr.example.evil/fhir",
        "https://ehr.example:444/fhir",
        "https://somebody@ehr.example/fhir",
        "https://ehr.example/fhirs",
        f"{BASE}/../admin",
        f"{BASE}/%2e%2e/admin",
        f"{BASE}/%2E./admin",
        "http://[",
        "https://ehr.example:port/fhir",
        "",
    ],
)
def test_everything_else_is_not(address: str) -> None:
    assert not under(address, BASE)


def test_a_host_of_this_machine_stands_for_all_its_ports() -> None:
    assert allowed("http://127.0.0.1:9000/fhir", ("http://127.0.0.1",))
    assert not allowed("http://127.0.0.1:9000/fhir", ("http://127.0.0.1:9001",))
    assert not allowed("http://127.0.0.1:9000/fhir", ())
