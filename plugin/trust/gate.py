"""The gate before a site: whoever calls shows a token, once, and not too often."""

import logging
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Protocol

from plugin.errors import Issue, RefusedError
from plugin.trust.bucket import Bucket
from plugin.trust.checks import CHECKS, LEEWAY, Case
from plugin.trust.reasons import TokenRefusedError
from plugin.trust.terms import Terms
from plugin.trust.token import bearer, opened

if TYPE_CHECKING:
    from plugin.trust.keys import Key
    from plugin.trust.published import KeySet

log = logging.getLogger(__name__)

Spend = Callable[[bytes, int], bool]
"""Notes an identifier until a moment; tells whether that was its first time anywhere."""


class Site(Protocol):
    """What the gate needs to know of a site."""

    @property
    def name(self) -> str:
        """Its name in addresses."""

    @property
    def open(self) -> bool:
        """Whether it answers callers that show no token."""

    @property
    def terms(self) -> Terms:
        """On what terms it is called."""


@dataclass(slots=True)
class Counts:
    """What became of those who came, since the process began."""

    admitted: Counter[str] = field(default_factory=Counter)
    """By site."""
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By site and reason."""
    limited: Counter[str] = field(default_factory=Counter)
    """By site."""


class Gate:
    """The gate of one process; keeps key sets, buckets and counts."""

    def __init__(self, public_url: str, spend: Spend) -> None:
        """Take the deployment's own address, and what notes tokens that were used."""
        self.counts = Counts()
        self._public_url, self._spend = public_url, spend
        self._sets: dict[str, KeySet] = {}
        self._buckets: dict[str, tuple[Terms, Bucket]] = {}

    def admit(self, site: Site, asked: Mapping[str, Any]) -> None:
        """Let a call through, given its WSGI environment.

        Raises:
            RefusedError: 401, without a reason; 429, when the site is called too often.
            StoreError: whether the token was used before cannot be known.

        """
        if site.open:
            self._limit(site)
            return
        case: Case | None = None
        try:
            token = opened(bearer(asked.get("HTTP_AUTHORIZATION")))
            case = self.case(site.terms, token, asked["PATH_INFO"], time.time())
            for check in CHECKS:
                check(case)
            self._limit(site)  # before the token is spent: it may be sent again
            if not self._spend(*spending(site.name, case)):
                raise TokenRefusedError("replayed")  # noqa: TRY301 - as every other check
        except TokenRefusedError as error:
            raise self._refused(site.name, error.reason, case) from None
        self.counts.admitted[site.name] += 1

    def case(self, terms: Terms, token: Any, path: str, now: float) -> Case:
        """Return a token as it is to be checked for an address."""
        bases = (self._public_url, *terms.public_urls)
        return Case(
            token=token,
            clients=terms.clients,
            audiences=tuple(base + path for base in bases),
            now=now,
            find=self._find,
        )

    def _find(self, address: str, kid: str) -> "tuple[Key, ...]":
        kept = self._sets.get(address)
        if kept is None:
            from plugin.trust.published import KeySet  # noqa: PLC0415 - only when first needed

            kept = self._sets.setdefault(address, KeySet(address))
        return kept.find(kid)

    def _limit(self, site: Site) -> None:
        limits = site.terms.limits
        if limits is None:
            return
        terms, bucket = self._buckets.get(site.name, (None, None))
        if bucket is None or terms is not site.terms:
            bucket = Bucket(limits)
            self._buckets[site.name] = (site.terms, bucket)
        wait = bucket.take(time.monotonic())
        if wait:
            self.counts.limited[site.name] += 1
            why = "the site is called too often; send it again later (Retry-After)"
            refusal = RefusedError(429, Issue("", why, "throttled"))
            refusal.headers = {"Retry-After": str(math.ceil(wait))}
            raise refusal

    def _refused(self, site: str, reason: str, case: Case | None) -> RefusedError:
        """Tell the operator why, the caller nothing; what is logged is of the site's file."""
        self.counts.refused[site, reason] += 1
        client = case.client.iss if case and case.client else "no registered client"
        log.warning("token refused: %s; site %s, %s", reason, site, client)
        refusal = RefusedError(401, UNKNOWN)
        refusal.headers = {"WWW-Authenticate": "Bearer"}
        return refusal


UNKNOWN = Issue("", "a valid token is needed; whoever runs the service can see more", "login")


def spending(site: str, case: Case) -> tuple[bytes, int]:
    """Return a name for a token that has passed, and until when it must be remembered."""
    said = f"{site}\0{case.known.iss}\0{case.token.claims['jti']}"
    until = int(case.token.claims["exp"]) + LEEWAY + 1
    return blake2b(said.encode(), digest_size=16, person=b"jti").digest(), until
