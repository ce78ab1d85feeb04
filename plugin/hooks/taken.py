"""A visit as it may be given: a CDS Hooks request with its prefetch, or a FHIR Bundle."""

from collections.abc import Mapping
from typing import Any

from plugin.errors import Issue, RefusedError
from plugin.fhir.gather import KEYS, Gathered, bundled, prefetched
from plugin.hooks.contexts import context_of
from plugin.hooks.messages import envelope
from plugin.review import Asked
from plugin.tenants import Tenant


def taken(data: Mapping[str, Any], tenant: Tenant) -> tuple[Gathered, Asked]:
    """Return the resources of a request or Bundle, and who asks.

    Raises:
        RefusedError: 400, when it is neither; 412, when it holds no visit.

    """
    if data.get("resourceType") == "Bundle":
        gathered = bundled(dict(data))
        if not gathered.under("encounter"):
            raise RefusedError(412, Issue("entry", "holds no Encounter"))
        return gathered, Asked(tenant=tenant, service="check")
    if "hook" not in data:
        why = "should be a CDS Hooks request or a FHIR Bundle"
        raise RefusedError(400, Issue("body", why, "structure"))
    message = envelope(data)
    context = context_of(message)
    gathered = prefetched(message.prefetch, KEYS)
    for key in ("encounter", "procedures"):
        if gathered.absent(key) or key in gathered.errors:
            raise RefusedError(412, Issue(f"prefetch.{key}", "not sent"))
    asked = Asked(
        tenant=tenant,
        service="check",
        patient=context.patientId,
        encounter=context.encounterId,
    )
    return gathered, asked
