"""What every address shares: the rules, the sites, the store, and how answers are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from flask import Flask, Response

from plugin.errors import Issue, RefusedError
from plugin.review import Reviewer
from plugin.rulebook import Rulebook
from plugin.settings import Settings
from plugin.store.store import Store
from plugin.tenants import DEMO, Tenant

JSON = "application/json"
encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one running service."""

    settings: Settings
    book: Rulebook
    tenants: Mapping[str, Tenant]
    store: Store
    reviewer: Reviewer

    def tenant(self, name: str) -> Tenant:
        """Return a site.

        Raises:
            RefusedError: 404, when there is none of that name, or the demo is switched off.

        """
        found = self.tenants.get(name)
        if found is None or (name == DEMO and not self.settings.demo):
            raise RefusedError(404, Issue("", "there is no such site", "not-found"))
        return found


def parts(app: Flask) -> Parts:
    """Return the parts of a running service."""
    return cast(Parts, app.extensions["countersign"])


def answer(body: Any, status: int = 200, kind: str = JSON) -> Response:
    """Write a JSON answer."""
    return Response(encode(body), status=status, content_type=kind)
