"""A bill as one draft Claim (FHIR R4), shaped as Da Vinci PCT shapes a professional estimate.

What a claim must say and nobody told is marked so (data-absent-reason), never made up. Amounts of
money that a change makes untrue are left out, for the EHR to work out anew.
"""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from plugin.fhir.naming import identifiers, name
from plugin.fhir.reader import Payment, Reading
from plugin.fhir.writing.chargeitem import concept, performers_of
from plugin.fhir.writing.plan import Action, Plan
from rules.model import Line

Raw = dict[str, Any]
MOST_MODIFIERS = 4
"""On one line of a claim."""
TERMS = "http://terminology.hl7.org/CodeSystem"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
PLACES = "https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set"
NOTE = {"coding": [{"system": f"{TERMS}/claiminformationcategory", "code": "info"}]}
NOBODY = Payment()


def draft_claim(plan: Plan) -> list[Action]:
    """Return the action that leaves one draft Claim with the whole bill in it.

    There is none when it cannot be written: a line has more modifiers than a claim takes, the draft
    has no id to address it by, or a charge is billed already and would be billed again.
    """
    reading, draft = plan.reading, plan.reading.draft
    if reading.locked or any(len(line.modifiers) > MOST_MODIFIERS for line in plan.lines):
        return []
    if not plan.steps or (draft is not None and not draft.get("id")):
        return []
    kind = "create" if draft is None else "update"
    return [{"type": kind, "description": plan.says, "resource": bill_of(plan)}]


def bill_of(plan: Plan) -> Raw:
    """Return a bill as a draft Claim; where the EHR holds one, that one with the bill in it."""
    draft = plan.reading.draft
    return _filled(_blank(plan) if draft is None else deepcopy(draft), plan)


def _blank(plan: Plan) -> Raw:
    """Return a new claim without items."""
    reading = plan.reading
    payment, day = reading.payment or NOBODY, reading.occurrence[:10]
    own = name(reading.encounter, day, "claim")
    visit = reading.visit
    kind = "professional" if visit.setting == "practitioner" else "institutional"
    payers = [{"reference": each} for each in payment.coverages] or [_absent("unknown")]
    return {
        "resourceType": "Claim",
        "identifier": identifiers(own, plan.affirms),
        "status": "draft",
        "type": {"coding": [{"system": f"{TERMS}/claim-type", "code": kind}]},
        "use": "claim",
        "patient": {"reference": reading.patient},
        "billablePeriod": {"start": day, "end": day},
        "_created": _absent("temp-unknown"),
        "provider": {"reference": payment.provider} if payment.provider else _absent("unknown"),
        "priority": {"coding": [{"system": f"{TERMS}/processpriority", "code": "normal"}]},
        "insurance": [
            {"sequence": n, "focal": n == 1, "coverage": payer} for n, payer in enumerate(payers, 1)
        ],
    }


def _absent(why: str) -> Raw:
    return {"extension": [{"url": ABSENT, "valueCode": why}]}


def _filled(claim: Raw, plan: Plan) -> Raw:
    """Put a bill's lines into a claim; items of other visits stay as they are."""
    received = claim.pop("item", None) or []
    key, ours = claim.get("id") or "#0", {line.id for line in plan.reading.visit.lines}
    known = {f"{key}/{item['sequence']}": item for item in received}
    items = [item for own, item in known.items() if own not in ours]
    free = max((int(item["sequence"]) for item in received), default=0)
    for line in plan.lines:
        held = known.get(line.id)
        if held is None:
            free += 1
        items.append(_item(claim, line, plan.reading, held or {"sequence": free}))
    items.sort(key=lambda item: int(item["sequence"]))
    if items != received:
        claim.pop("total", None)
    return {**claim, "item": items} if items else claim


def _item(claim: Raw, line: Line, reading: Reading, held: Raw) -> Raw:
    """Return one line of a claim; what the EHR says of one that it holds is kept."""
    was = {x.id: x for x in reading.visit.lines}.get(line.id) if len(held) > 1 else None
    if was and was.charge == line.charge:
        return held
    item = {key: value for key, value in held.items() if key not in {"net", "modifier"}}
    if not was or (was.code, was.modifiers) != (line.code, line.modifiers):
        item["productOrService"] = concept(line.code)
    if line.modifiers:
        item["modifier"] = [concept(modifier) for modifier in line.modifiers]
    item["quantity"] = {**(held.get("quantity") or {}), "value": line.units}
    return item if was else {**item, **_rests_on(claim, line, reading)}


def _rests_on(claim: Raw, line: Line, reading: Reading) -> Raw:
    """Return what a new line says of where, when, by whom and for what it was furnished."""
    place, services = reading.visit.place, set(line.services)
    diagnoses = (d for s in reading.visit.services if s.id in services for d in s.diagnoses)
    procedures = [f"Procedure/{service}" for service in line.services if service]
    charges = [f"ChargeItem/{line.id}"] if line.id in reading.charges else []
    said = {
        "careTeamSequence": _listed(claim, "careTeam", "provider", performers_of(line, reading)),
        "diagnosisSequence": _diagnosed(claim, diagnoses),
        "procedureSequence": _listed(claim, "procedure", "procedureReference", procedures),
        "informationSequence": _listed(claim, "supportingInfo", "valueReference", charges),
        "servicedDate": reading.occurrence[:10],
        "locationCodeableConcept": place and {"coding": [{"system": PLACES, "code": place}]},
        "encounter": [{"reference": reading.encounter}],
    }
    return {key: value for key, value in said.items() if value}


def _listed(claim: Raw, part: str, element: str, references: Iterable[str]) -> list[int]:
    """Return the numbers under which a claim lists what a line refers to, listing what is new."""
    return [_number(claim, part, element, {"reference": each}) for each in references]


def _diagnosed(claim: Raw, codes: Iterable[str]) -> list[int]:
    concepts = ({"coding": [{"system": ICD_10_CM, "code": code}]} for code in dict.fromkeys(codes))
    return [_number(claim, "diagnosis", "diagnosisCodeableConcept", each) for each in concepts]


def _number(claim: Raw, part: str, element: str, value: Raw) -> int:
    listed = claim.setdefault(part, [])
    for each in listed:
        if each.get(element) == value:
            return int(each["sequence"])
    number = max((int(each["sequence"]) for each in listed), default=0) + 1
    category = {"category": NOTE} if part == "supportingInfo" else {}
    listed.append({"sequence": number, **category, element: value})
    return number
