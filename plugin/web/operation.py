"""``POST /fhir/$check-charges``: the full check as a FHIR operation; a Claim and findings back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, request

from plugin.errors import Issue, RefusedError
from plugin.fhir import BASE
from plugin.fhir.gather import Found, Gathered, gathered_from, resources
from plugin.fhir.models import judge
from plugin.fhir.writing.claim import bill_of
from plugin.fhir.writing.plan import Plan
from plugin.json import read as read_json
from plugin.parts import body_of, parts
from plugin.review import Asked, Review
from plugin.tenants import DEMO
from plugin.web.fhirjson import reply
from rules.model import Finding, NotChecked

blueprint = Blueprint("operation", __name__)
RULES = f"{BASE}/CodeSystem/rule"
SEVERITIES = {"critical": "error", "warning": "warning", "info": "information"}
Raw = dict[str, Any]


@blueprint.post("/fhir/$check-charges")
def check_charges() -> Response:
    """Review a visit given as a collection Bundle, or as the resources of a Parameters."""
    ours = parts(current_app)
    gathered = taken(read_json(body_of(request.environ)))
    site = replace(ours.tenant(DEMO), write="claim")
    review = ours.reviewer.review(gathered, Asked(tenant=site, service="check-charges"))
    answered = reply(answered_with(review, gathered))
    ours.store.record(review.decision)
    return answered


def taken(data: Raw) -> Gathered:
    """Return the resources that a call brings, each held to the full FHIR models.

    Raises:
        RefusedError: 400, with the FHIRPath of each fault and no value; 412, when there is no
            visit in it.

    """
    kind = data.get("resourceType")
    if kind not in ("Bundle", "Parameters"):
        raise RefusedError(
            400, Issue("resourceType", "should be Bundle or Parameters", "structure")
        )
    whole = Found(str(kind), data)
    given = [whole] if kind == "Bundle" else [*_given(data)]
    found = [one for each in given for one in resources(each.raw, each.where)]
    inner = [each for each in given if each.raw.get("resourceType") == "Bundle"]
    shells = inner if kind == "Bundle" else [whole, *inner]
    judged = [*(Found(each.where, _shell(each.raw)) for each in shells), *found]
    if faults := [fault for each in judged for fault in judge(each.raw, each.where)[1]]:
        raise RefusedError(400, *faults[:20])
    gathered = gathered_from(found)
    if not gathered.under("encounter"):
        raise RefusedError(412, Issue(str(kind), "holds no Encounter", "required"))
    return gathered


def answered_with(review: Review, gathered: Gathered) -> Raw:
    """Return a review as the Parameters that the operation answers."""
    reading, bill = review.reading, review.bill
    issues = [_issue(each, [*_places(each, review, gathered)]) for each in bill.findings]
    silent = {"severity": "information", "code": "informational", "diagnostics": "no findings"}
    parameters = [
        {"name": "bill", "resource": bill_of(Plan(reading, (), bill.lines))},
        {"name": "outcome", "resource": _outcome(issues or [silent])},
    ]
    unchecked = [_unchecked(each) for each in bill.not_checked]
    unchecked += [_left_out(each) for each in reading.left_out]
    if unchecked:
        parameters.append({"name": "notChecked", "resource": _outcome(unchecked)})
    parameters.append({"name": "trace", "valueString": review.trace})
    return {"resourceType": "Parameters", "parameter": parameters}


def _given(data: Raw) -> Iterator[Found]:
    """Yield the resources in a Parameters, whatever their parameters are called."""
    given = data.get("parameter", [])
    if not isinstance(given, list):
        raise RefusedError(400, Issue("Parameters.parameter", "should be a list", "structure"))
    for i, each in enumerate(given):
        if isinstance(each, dict) and "resource" in each:
            where = f"Parameters.parameter[{i}].resource"
            if not isinstance(each["resource"], dict):
                raise RefusedError(400, Issue(where, "should be an object", "structure"))
            yield Found(where, each["resource"])


def _shell(data: Raw) -> Raw:
    """Return a Bundle or Parameters without the resources in it, which are judged one by one."""
    part = "entry" if data["resourceType"] == "Bundle" else "parameter"
    given = data.get(part)
    if not isinstance(given, list):
        return data
    return {**data, part: [_emptied(each, part) for each in given]}


def _emptied(each: Any, part: str) -> Any:
    if not isinstance(each, dict) or "resource" not in each:
        return each
    rest = {key: value for key, value in each.items() if key != "resource"}
    return {**rest, "valueBoolean": True} if part == "parameter" else rest or {"id": "-"}


def _places(finding: Finding, review: Review, gathered: Gathered) -> Iterator[str]:
    """Yield where the services stand in the request that a finding is about."""
    services = review.reading.visit.services
    about = {s.id for s in services if s.code in finding.codes or s.charted_as in finding.codes}
    for found in gathered.under("procedures"):
        if found.name in about:
            yield found.where


def _issue(finding: Finding, places: Sequence[str]) -> Raw:
    coding = {"system": RULES, "code": finding.rule}
    issue: Raw = {
        "severity": SEVERITIES[finding.indicator],
        "code": "informational" if finding.indicator == "info" else "business-rule",
        "details": {"coding": [coding], "text": finding.says},
        "diagnostics": f"{finding.cite.title}, {finding.cite.url}",
    }
    return {**issue, "expression": list(places)} if places else issue


def _unchecked(each: NotChecked) -> Raw:
    coding = {"system": RULES, "code": each.rule}
    details = {"coding": [coding], "text": each.why}
    return {"severity": "information", "code": "incomplete", "details": details}


def _left_out(issue: Issue) -> Raw:
    said = {"severity": "warning", "code": issue.code, "diagnostics": issue.why}
    return {**said, "expression": [issue.where]}


def _outcome(issues: Sequence[Mapping[str, Any]]) -> Raw:
    return {"resourceType": "OperationOutcome", "issue": list(issues)}
