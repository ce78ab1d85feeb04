"""What goes wrong at the edge, said so that a caller can mend it and nobody's data is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault: where it is, and why; never a value from the request."""

    where: str
    why: str
    code: str = "invalid"
    """A FHIR issue type."""


class RefusedError(Exception):
    """A request that cannot be answered: an HTTP status and at least one issue."""

    def __init__(self, status: int, *issues: Issue) -> None:
        super().__init__("; ".join(f"{i.where}: {i.why}" for i in issues))
        self.status = status
        self.issues = issues
        self.headers: Mapping[str, str] = {}


def outcome(issues: tuple[Issue, ...], severity: str = "error") -> dict[str, Any]:
    """Return issues as a FHIR OperationOutcome."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": severity,
                "code": issue.code,
                "diagnostics": f"{issue.where}: {issue.why}" if issue.where else issue.why,
                **({"expression": [issue.where]} if issue.where else {}),
            }
            for issue in issues
        ],
    }


def problem(status: int, title: str, issues: tuple[Issue, ...]) -> dict[str, Any]:
    """Return issues as an ``application/problem+json`` body (RFC 9457)."""
    return {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": "; ".join(f"{i.where}: {i.why}" if i.where else i.why for i in issues),
        "errors": [{"field": i.where, "reason": i.why} for i in issues if i.where],
    }


def place(error: BaseException) -> str:
    """Return where a fault arose; its message might repeat what it was given."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
