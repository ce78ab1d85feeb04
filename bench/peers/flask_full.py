"""The hello card in Flask, with everything validated by the book.

The envelope is read by marshmallow, every prefetched resource by the full FHIR R4B models.
"""

from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.encounter import Encounter
from fhir.resources.R4B.patient import Patient
from flask import Flask, Response, jsonify, request
from marshmallow import EXCLUDE, INCLUDE, Schema, fields, validate

from bench.peers.card import hello


class Authorization(Schema):
    """How the service may read from the EHR's server."""

    class Meta:
        """Newer members are ignored."""

        unknown = EXCLUDE

    access_token = fields.String(required=True)
    token_type = fields.String(required=True, validate=validate.Equal("Bearer"))
    expires_in = fields.Integer(required=True, strict=True)
    scope = fields.String(required=True)
    subject = fields.String(required=True)


class Context(Schema):
    """Who is signing which visit."""

    class Meta:
        """Other members belong to the hook."""

        unknown = INCLUDE

    userId = fields.String(required=True)  # noqa: N815  # the wire's own name
    patientId = fields.String(required=True)  # noqa: N815
    encounterId = fields.String(required=True)  # noqa: N815


class Prefetch(Schema):
    """The resources that the service asked for."""

    class Meta:
        """Other keys are ignored."""

        unknown = EXCLUDE

    patient = fields.Dict(required=True)
    encounter = fields.Dict(required=True)
    procedures = fields.Dict(required=True)
    coverage = fields.Dict(required=True)


class Call(Schema):
    """A call of a CDS service."""

    class Meta:
        """Newer members are ignored."""

        unknown = EXCLUDE

    hook = fields.String(required=True)
    hookInstance = fields.UUID(required=True)  # noqa: N815
    fhirServer = fields.Url()  # noqa: N815
    fhirAuthorization = fields.Nested(Authorization)  # noqa: N815
    context = fields.Nested(Context, required=True)
    prefetch = fields.Nested(Prefetch, required=True)


MODELS: dict[str, Any] = {
    "patient": Patient,
    "encounter": Encounter,
    "procedures": Bundle,
    "coverage": Bundle,
}
CALL = Call()

app = Flask(__name__)


@app.post("/cds-services/visit-check")
def visit_check() -> Response:
    """Validate all of the request, then answer with the hello card."""
    call = CALL.load(request.get_json())
    for key, model in MODELS.items():
        model.model_validate(call["prefetch"][key])
    return jsonify(hello(call))
