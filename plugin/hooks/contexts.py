"""What a hook's context holds: who asks, about whom, and the resources that only the caller has."""

import re
from collections.abc import Callable
from typing import Any

import msgspec
from marshmallow import Schema, ValidationError, fields

from plugin.fhir.gather import Found, bounded
from plugin.hooks.messages import ID, Envelope, Name, Open, load

STAFF = ("Practitioner", "PractitionerRole")
ANYBODY = (*STAFF, "Patient", "RelatedPerson")


def one_of(*kinds: str) -> Callable[[str], None]:
    """Hold a user to the kinds that a hook allows; an id without its kind passes."""
    form = re.compile(rf"([^/]*|(.*/)?({'|'.join(kinds)})/[^/]+)", re.DOTALL)

    def hold(user: str) -> None:
        if not form.fullmatch(user):
            raise ValidationError(f"Should be one of {', '.join(kinds)}.")

    return hold


def is_bundle(value: Any) -> None:
    """Hold what a context brings to being a Bundle; what is in it is read elsewhere."""
    if not isinstance(value, dict) or value.get("resourceType") != "Bundle":
        raise ValidationError("Should be a Bundle.")


class VisitContext(Open):
    """The context of encounter-discharge."""

    userId = fields.String(required=True, validate=ID)  # noqa: N815 - CDS Hooks' name
    patientId = fields.String(required=True, validate=ID)  # noqa: N815 - CDS Hooks' name
    encounterId = fields.String(required=True, validate=ID)  # noqa: N815 - CDS Hooks' name


class StartContext(VisitContext):
    """The context of encounter-start."""

    userId = fields.String(required=True, validate=[ID, one_of(*STAFF)])  # noqa: N815 - as above


class SignContext(StartContext):
    """The context of our own encounter-sign, with drafts that the FHIR server does not hold yet."""

    draftVisit = fields.Raw(validate=is_bundle)  # noqa: N815 - as above


class ViewContext(Open):
    """The context of patient-view."""

    userId = fields.String(required=True, validate=[ID, one_of(*ANYBODY)])  # noqa: N815 - as above
    patientId = fields.String(required=True, validate=ID)  # noqa: N815 - as above
    encounterId = fields.String(validate=ID)  # noqa: N815 - as above


class BookContext(ViewContext):
    """The context of appointment-book."""

    appointments = fields.Raw(required=True, validate=is_bundle)


class OrderContext(ViewContext):
    """The context of order-sign."""

    userId = fields.String(required=True, validate=[ID, one_of(*STAFF)])  # noqa: N815 - as above
    draftOrders = fields.Raw(required=True, validate=is_bundle)  # noqa: N815 - as above


class Context(msgspec.Struct):
    """The context of a call about one visit, read the fast way."""

    userId: Name  # noqa: N815 - CDS Hooks' name
    patientId: Name  # noqa: N815 - CDS Hooks' name
    encounterId: Name  # noqa: N815 - CDS Hooks' name
    """Empty where a hook may leave it out, and does."""


class Bringing(Context):
    """The context of a call that brings resources which the FHIR server does not hold yet."""

    brought: tuple[Found, ...] = ()


CONTEXT = VisitContext()
BUNDLES = ("draftVisit", "draftOrders", "appointments")


def context_of(message: Envelope) -> Context:
    """Return the context of a call about one visit.

    Raises:
        RefusedError: 400, with the place and reason of each fault; no value is repeated.

    """
    try:
        return msgspec.convert(message.context, Context)
    except msgspec.ValidationError:
        return Context(**load(CONTEXT, message.context, "context"))


def context_by(schema: Schema, message: Envelope) -> Context:
    """Return the context of a call by its hook's schema.

    Raises:
        RefusedError: 400, with the place and reason of each fault; 413, when it brings too much; no
            value is repeated.

    """
    if schema is CONTEXT:
        return context_of(message)
    taken = load(schema, message.context, "context")
    bundles = [(f"context.{name}", taken.pop(name)) for name in BUNDLES if name in taken]
    brought = tuple(x for where, bundle in bundles for x in bounded(bundle, where))
    return Bringing(**{"encounterId": "", **taken, "brought": brought})
