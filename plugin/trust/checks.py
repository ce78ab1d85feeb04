"""What a token must be, one check after another; the costly ones come last.

CDS Hooks 2.0.1, Trusting CDS Clients, and RFC 7519. The first check that fails decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plugin.trust.reasons import TokenRefusedError
from plugin.trust.terms import Client
from plugin.trust.token import Presented

if TYPE_CHECKING:
    from plugin.trust.keys import Key

LEEWAY = 60
"""Seconds by which two clocks may differ; some clients round ``iat`` up."""
LONGEST_NAME = 256
"""Characters of a jti or kid."""

Find = Callable[[str, str], "tuple[Key, ...]"]
"""Returns the keys at an address that have a kid."""


@dataclass(slots=True, kw_only=True)
class Case:
    """One token, whom it may be from, and what it was shown for."""

    token: Presented
    clients: Mapping[str, Client]
    audiences: tuple[str, ...]
    """The address that was called, in each way that EHRs may write it."""
    now: float
    find: Find
    client: Client | None = None
    """Known once the issuer was checked."""
    key: "Key | None" = None
    """Known once the key was looked for."""

    @property
    def known(self) -> Client:
        """The client; the issuer has been checked."""
        if self.client is None:
            raise TokenRefusedError("issuer")
        return self.client


def kind(case: Case) -> None:
    """Hold the header to be a plain token's; what it says of keys beside kid and jku is unread."""
    header = case.token.header
    said = header.get("typ", "JWT")
    if not isinstance(said, str) or said.upper() != "JWT":
        raise TokenRefusedError("type")
    if "crit" in header or "b64" in header:
        raise TokenRefusedError("critical")


def issuer(case: Case) -> None:
    """Find the client by its ``iss``."""
    iss = case.token.claims.get("iss")
    case.client = case.clients.get(iss) if isinstance(iss, str) else None
    if case.client is None:
        raise TokenRefusedError("issuer")


def algorithm(case: Case) -> None:
    """Hold ``alg`` to those the client may use; none and HS* can never be among them."""
    alg = case.token.header.get("alg")
    if not isinstance(alg, str) or alg not in case.known.algorithms:
        raise TokenRefusedError("algorithm")


def expiry(case: Case) -> None:
    """Hold ``exp`` to be ahead."""
    if case.now >= _moment(case, "exp", "expiry") + LEEWAY:
        raise TokenRefusedError("expiry")


def issued(case: Case) -> None:
    """Hold ``iat`` to be past."""
    if _moment(case, "iat", "issued") > case.now + LEEWAY:
        raise TokenRefusedError("issued")


def not_before(case: Case) -> None:
    """Hold ``nbf``, where there is one, to be past."""
    if "nbf" in case.token.claims and _moment(case, "nbf", "not-before") > case.now + LEEWAY:
        raise TokenRefusedError("not-before")


def lifetime(case: Case) -> None:
    """Hold the token to live no longer than this client's may: its jti is kept that long."""
    lives = _moment(case, "exp", "expiry") - _moment(case, "iat", "issued")
    if not 0 < lives <= case.known.longest + LEEWAY:
        raise TokenRefusedError("lifetime")


def audience(case: Case) -> None:
    """Hold ``aud`` to name the address that was called, or what the client is known to send."""
    aud = case.token.claims.get("aud")
    named = aud if isinstance(aud, list) else [aud]
    mine = (*case.audiences, *case.known.audiences)
    if not any(each in mine for each in named):
        raise TokenRefusedError("audience")


def subject(case: Case) -> None:
    """Hold ``sub`` and ``tenant`` to what the client is registered with, where it is."""
    claims, client = case.token.claims, case.known
    if client.sub and claims.get("sub") != client.sub:
        raise TokenRefusedError("subject")
    if client.tenant and claims.get("tenant") != client.tenant:
        raise TokenRefusedError("subject")


def token_id(case: Case) -> None:
    """Hold the token to have a ``jti``."""
    _name(case.token.claims.get("jti"), "token-id")


def key(case: Case) -> None:
    """Find the key by ``kid``: at the ``jku`` when the client has listed it, else at all it has."""
    header, client = case.token.header, case.known
    kid = _name(header.get("kid"), "key-id")
    if "jku" in header:
        if header["jku"] not in client.jku:
            raise TokenRefusedError("key-address")
        found = case.find(header["jku"], kid)
    else:
        found = client.keys.get(kid, ()) or tuple(
            each for address in client.jku for each in case.find(address, kid)
        )
    case.key = next((own for own in found if header.get("alg") in own.algorithms), None)
    if case.key is None:
        raise TokenRefusedError("key")


def signature(case: Case) -> None:
    """Hold the signature to be the key's."""
    if case.key is None:
        raise TokenRefusedError("key")
    token = case.token
    if not case.key.verifies(token.header["alg"], token.signed, token.signature):
        raise TokenRefusedError("signature")


CHECKS: tuple[Callable[[Case], None], ...] = (
    kind,
    issuer,
    algorithm,
    expiry,
    issued,
    not_before,
    lifetime,
    audience,
    subject,
    token_id,
    key,
    signature,
)


def _moment(case: Case, name: str, reason: str) -> float:
    """Return a claim that is a number of seconds since 1970, whole or not (RFC 7519 §2)."""
    value: Any = case.token.claims.get(name)
    if type(value) is not int and type(value) is not float:
        raise TokenRefusedError(reason)
    if not 0 <= value < 1 << 40:
        raise TokenRefusedError(reason)
    return value


def _name(value: Any, reason: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME:
        raise TokenRefusedError(reason)
    return value
