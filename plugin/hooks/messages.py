"""What comes in over CDS Hooks: marshmallow schemas, and their fast way for well-formed calls."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import msgspec
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema
from msgspec import UNSET, UnsetType

from plugin.errors import Issue, RefusedError

Instance = Annotated[
    str,
    msgspec.Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"),
]
"""A UUID as it is nearly always written; others go by the schema."""
ID = validate.Length(min=1, max=200)
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Address = Annotated[str, msgspec.Meta(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[^ ?#]*)?$")]


def is_object(value: Any) -> None:
    """Hold a part that is read elsewhere to being a JSON object."""
    if not isinstance(value, dict):
        raise ValidationError("Not a valid mapping type.")


class Open(Schema):
    """A message that may hold more than is read (clients add extensions of their own)."""

    class Meta:
        """Pass over what is not known."""

        unknown = EXCLUDE


class Authorization(Open):
    """Leave to read from the EHR's FHIR server, for this one call."""

    access_token = fields.String(required=True)
    token_type = fields.String(required=True, validate=validate.Equal("Bearer"))
    expires_in = fields.Integer(required=True, strict=True)
    scope = fields.String(required=True)
    subject = fields.String(required=True)
    patient = fields.String()


class Request(Open):
    """The envelope of every call; FHIR inside it is read elsewhere."""

    hook = fields.String(required=True, validate=ID)
    hookInstance = fields.UUID(required=True)  # noqa: N815 - CDS Hooks' name
    context = fields.Raw(required=True, validate=is_object)
    fhirServer = fields.Url(require_tld=False, schemes={"http", "https"})  # noqa: N815 - as above
    fhirAuthorization = fields.Nested(Authorization)  # noqa: N815 - CDS Hooks' name
    prefetch = fields.Raw(validate=is_object)
    extension = fields.Raw(validate=is_object)


class Reason(Open):
    """Why a card was not followed, as a code."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=128))
    system = fields.String(load_default="", validate=validate.Length(max=500))
    display = fields.String()


class OverrideReason(Open):
    """Why a card was not followed, as a code, in words, or both."""

    reason = fields.Nested(Reason)
    userComment = fields.String(validate=validate.Length(max=10_000))  # noqa: N815 - as above


class Accepted(Open):
    """A suggestion that was taken."""

    id = fields.String(required=True, validate=ID)


class FeedbackEntry(Open):
    """What became of one card."""

    card = fields.String(required=True, validate=ID)
    outcome = fields.String(required=True, validate=validate.OneOf(("accepted", "overridden")))
    outcomeTimestamp = fields.AwareDateTime(  # noqa: N815 - CDS Hooks' name
        required=True, format="iso"
    )
    acceptedSuggestions = fields.List(fields.Nested(Accepted))  # noqa: N815 - as above
    overrideReason = fields.Nested(OverrideReason)  # noqa: N815 - CDS Hooks' name

    @validates_schema(skip_on_field_errors=True)
    def says_what_was_accepted(self, data: Mapping[str, Any], **_: Any) -> None:
        """Hold an accepted card to naming at least one suggestion."""
        if data.get("outcome") == "accepted" and not data.get("acceptedSuggestions"):
            raise ValidationError("Required when accepted.", "acceptedSuggestions")


class Feedback(Open):
    """A batch of feedback."""

    feedback = fields.List(
        fields.Nested(FeedbackEntry), required=True, validate=validate.Length(min=1, max=1000)
    )


class Leave(msgspec.Struct):
    """Authorization, read the fast way."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int
    scope: str
    subject: str
    patient: str = ""


class Envelope(msgspec.Struct):
    """Request, read the fast way: what this takes the schema takes too."""

    hook: Name
    hookInstance: Instance  # noqa: N815 - CDS Hooks' name
    context: dict[str, Any]
    prefetch: dict[str, Any] = {}
    extension: dict[str, Any] = {}
    fhirServer: Address | UnsetType = UNSET  # noqa: N815 - CDS Hooks' name
    fhirAuthorization: Leave | UnsetType = UNSET  # noqa: N815 - CDS Hooks' name


REQUEST = Request()


def envelope(data: Mapping[str, Any]) -> Envelope:
    """Return the envelope of a call. A well-formed one costs a tenth of what the schema does.

    Raises:
        RefusedError: 400, with the place and reason of each fault; no value is repeated.

    """
    try:
        return msgspec.convert(data, Envelope)
    except msgspec.ValidationError:
        taken = load(REQUEST, data)
        taken["hookInstance"] = str(taken["hookInstance"])
        if "fhirAuthorization" in taken:
            taken["fhirAuthorization"] = Leave(**taken["fhirAuthorization"])
        return Envelope(**taken)


def load(schema: Schema, data: Mapping[str, Any], where: str = "") -> dict[str, Any]:
    """Return a message that keeps to its schema.

    Raises:
        RefusedError: 400, with the place and reason of each fault; no value is repeated.

    """
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ValidationError as error:
        raise RefusedError(400, *_issues(error.messages, where)) from None
    return loaded


def _issues(messages: Any, where: str) -> Iterator[Issue]:
    """Flatten marshmallow's nested messages, which hold no values."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            step = f"[{key}]" if isinstance(key, int) else f".{key}"
            yield from _issues(inner, where if key == "_schema" else (where + step).lstrip("."))
    else:
        for message in messages:
            yield Issue(where, str(message).rstrip("."), "structure")
