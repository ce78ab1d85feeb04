"""On what terms a site is called: its clients, limits, origins and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rules.policy import RuleDataError

if TYPE_CHECKING:
    from plugin.trust.keys import Ring

ALGORITHMS = ("ES384", "RS384")
"""CDS Hooks 2.0.1, Trusting CDS Clients: the two it recommends."""
LIFETIME = 900
"""Seconds; Epic's tokens live for 15 minutes, the specification asks for no more than 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One EHR that may call: how its tokens are told."""

    iss: str
    algorithms: frozenset[str] = frozenset(ALGORITHMS)
    jku: tuple[str, ...] = ()
    """Addresses of its key sets; no other is ever called."""
    keys: "Ring" = field(default_factory=dict)
    """Keys that stand in the site's file, by kid."""
    audiences: frozenset[str] = frozenset()
    """What it may send as ``aud`` besides the address it calls."""
    sub: str = ""
    """Empty when any will do; likewise ``tenant``."""
    tenant: str = ""
    longest: int = LIFETIME
    """Seconds that its tokens may live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How often a site may be called, in each worker process."""

    per_second: float
    burst: int
    """Calls that may come at once, after a rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one site."""

    clients: Mapping[str, Client] = field(default_factory=dict)
    """By ``iss``."""
    limits: Limits | None = None
    origins: frozenset[str] = frozenset()
    """Web pages of these origins may call from a browser; ``*`` is every one."""
    public_urls: tuple[str, ...] = ()
    """Addresses by which EHRs reach the service, besides the deployment's own."""
    discovery_token: bool = False
    """Whether discovery needs a token too."""


def read(data: Mapping[str, Any], file: str) -> Terms:
    """Read the terms in a site's file.

    Raises:
        RuleDataError: they contradict each other, or a key cannot be used.

    """
    clients = [_client(entry, f"{file}: clients[{i}]") for i, entry in _clients(data)]
    by_issuer = {client.iss: client for client in clients}
    opened = data.get("open", False)
    if len(by_issuer) < len(clients):
        raise RuleDataError(f"{file}: clients: the same iss stands twice; make them one client")
    if not opened and not clients:
        raise RuleDataError(
            f"{file}: clients: nobody could call it; name its clients, or say `open: true` where "
            "all data is simulated"
        )
    if "*" in data.get("origins", ()) and not opened:
        raise RuleDataError(f"{file}: origins: `*` is for open sites; name each origin")
    return Terms(
        clients=by_issuer,
        limits=Limits(**data["limits"]) if "limits" in data else None,
        origins=frozenset(data.get("origins", ())),
        public_urls=tuple(url.rstrip("/") for url in data.get("public_urls", ())),
        discovery_token=data.get("discovery_token", False),
    )


def _clients(data: Mapping[str, Any]) -> Sequence[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(data.get("clients", ())))


def _client(entry: Mapping[str, Any], place: str) -> Client:
    if "jku" not in entry and "jwks" not in entry:
        raise RuleDataError(f"{place}: needs jku or jwks: without keys no token can be verified")
    return Client(
        iss=entry["iss"],
        algorithms=frozenset(entry.get("algorithms", ALGORITHMS)),
        jku=tuple(entry.get("jku", ())),
        keys=_keys(entry, place) if "jwks" in entry else {},
        audiences=frozenset(entry.get("audiences", ())),
        sub=entry.get("sub", ""),
        tenant=entry.get("tenant", ""),
        longest=entry.get("max_lifetime_s", LIFETIME),
    )


def _keys(entry: Mapping[str, Any], place: str) -> "Ring":
    # Imported late: only a site with clients needs the cryptography.
    from plugin.trust.keys import KeyUnfitError, key_of, ring  # noqa: PLC0415

    algorithms = entry.get("algorithms", ALGORITHMS)
    for i, jwk in enumerate(entry["jwks"]["keys"]):
        try:
            key = key_of(jwk)
        except KeyUnfitError as error:
            raise RuleDataError(f"{place}.jwks.keys[{i}]: {error}") from error
        if key.algorithms.isdisjoint(algorithms):
            why = f"verifies none of the client's algorithms ({', '.join(algorithms)})"
            raise RuleDataError(f"{place}.jwks.keys[{i}]: {why}")
    return ring(entry["jwks"]["keys"])
