"""How faults are told: in the form the address speaks, naming the place, telling of nobody."""

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from werkzeug.test import TestResponse

from tests.hooks.visits import MARK

TOKEN = f"{MARK}-Token"


def places(response: TestResponse) -> list[str]:
    """Return the places that a refusal names, after holding it to its form."""
    assert 400 <= response.status_code < 500, response.text
    body = response.json
    assert body is not None
    if response.mimetype == "application/problem+json":
        assert body["status"] == response.status_code
        assert body["title"]
        assert body["detail"]
        return [fault["field"] for fault in body["errors"]]
    assert response.mimetype == "application/json"
    OperationOutcome.model_validate(body)
    assert body["issue"]
    assert {issue["severity"] for issue in body["issue"]} == {"error"}
    return [place for issue in body["issue"] for place in issue.get("expression", [])]


def tells_of_nobody(response: TestResponse, caplog: pytest.LogCaptureFixture) -> None:
    """Hold an answer and everything logged on the way to it to telling nothing of the patient."""
    assert MARK.lower() not in response.text.lower()
    assert MARK.lower() not in str(response.headers).lower()
    logged(caplog)


def logged(caplog: pytest.LogCaptureFixture) -> None:
    """Hold what was logged to telling nothing of the patient, and to no traceback."""
    for record in caplog.records:
        assert record.exc_info is None, record.exc_info
        assert MARK.lower() not in f"{record.getMessage()} {record.__dict__}".lower()
