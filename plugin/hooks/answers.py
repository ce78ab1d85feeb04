"""What goes out over CDS Hooks, as marshmallow schemas: the shape every answer is held to."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

TEXT = validate.Length(min=1)


class Closed(Schema):
    """A message of our own: nothing in it but what the specification names."""

    class Meta:
        """Refuse what is not known."""

        unknown = RAISE


class Coding(Closed):
    """A code in a system."""

    system = fields.String(required=True, validate=TEXT)
    code = fields.String(required=True, validate=TEXT)
    display = fields.String(validate=TEXT)


class Source(Closed):
    """The authority a card rests on."""

    label = fields.String(required=True, validate=TEXT)
    url = fields.Url()
    topic = fields.Nested(Coding)


class Link(Closed):
    """A way to read more."""

    label = fields.String(required=True, validate=TEXT)
    url = fields.Url(required=True, require_tld=False)
    type = fields.String(required=True, validate=validate.OneOf(("absolute", "smart")))


class Action(Closed):
    """One change to the EHR's data."""

    type = fields.String(required=True, validate=validate.OneOf(("create", "update", "delete")))
    description = fields.String(required=True, validate=TEXT)
    resource = fields.Dict(keys=fields.String())
    resourceId = fields.String(validate=TEXT)  # noqa: N815 - CDS Hooks' name
    extension = fields.Dict(keys=fields.String(), validate=TEXT)

    @validates_schema(skip_on_field_errors=True)
    def carries_what_it_changes(self, data: Mapping[str, Any], **_: Any) -> None:
        """Hold a deletion to naming a resource, and the others to carrying one."""
        if (data["type"] == "delete") != ("resourceId" in data) or (
            (data["type"] == "delete") == ("resource" in data)
        ):
            raise ValidationError("A deletion has a resourceId, the others a resource.", "type")


class Suggestion(Closed):
    """Changes that belong together."""

    label = fields.String(required=True, validate=TEXT)
    uuid = fields.UUID(required=True)
    isRecommended = fields.Boolean(required=True)  # noqa: N815 - CDS Hooks' name
    actions = fields.List(fields.Nested(Action), required=True, validate=TEXT)


class CardMessage(Closed):
    """One card."""

    uuid = fields.UUID(required=True)
    summary = fields.String(required=True, validate=validate.Length(min=1, max=139))
    detail = fields.String(validate=TEXT)
    indicator = fields.String(
        required=True, validate=validate.OneOf(("info", "warning", "critical"))
    )
    source = fields.Nested(Source, required=True)
    suggestions = fields.List(fields.Nested(Suggestion), validate=TEXT)
    selectionBehavior = fields.String(  # noqa: N815 - CDS Hooks' name
        validate=validate.OneOf(("at-most-one", "any"))
    )
    overrideReasons = fields.List(  # noqa: N815 - CDS Hooks' name
        fields.Nested(Coding), validate=validate.Length(min=1, max=6)
    )
    links = fields.List(fields.Nested(Link), validate=TEXT)
    extension = fields.Dict(keys=fields.String())


class Response(Closed):
    """The answer to a call."""

    cards = fields.List(fields.Nested(CardMessage), required=True)


class Service(Closed):
    """One service, as discovery lists it."""

    id = fields.String(required=True, validate=TEXT)
    hook = fields.String(required=True, validate=TEXT)
    title = fields.String(required=True, validate=TEXT)
    description = fields.String(required=True, validate=TEXT)
    usageRequirements = fields.String(validate=TEXT)  # noqa: N815 - CDS Hooks' name
    prefetch = fields.Dict(keys=fields.String(), values=fields.String())
    version = fields.String(required=True)
    hookVersion = fields.String(required=True)  # noqa: N815 - CDS Hooks' name
    extension = fields.Dict(keys=fields.String())


class Discovery(Closed):
    """The list of services."""

    services = fields.List(fields.Nested(Service), required=True)
