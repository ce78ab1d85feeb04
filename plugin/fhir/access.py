"""Leave to read from an EHR's FHIR server: whether, where, and for how long."""

import time
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Leave to read from one FHIR server until a moment."""

    server: str
    token: str
    deadline: float
    """By the monotonic clock."""
    private: bool = False
    """Whether the server's name may stand for an address of a private network."""

    @property
    def inside(self) -> bool:
        """Whether the server may be anywhere: the site says so, or registered the very address."""
        return self.private or literal(self.server)

    def left(self) -> float:
        """Return the seconds that are left."""
        return self.deadline - time.monotonic()


@lru_cache(maxsize=1024)
def allowed(server: str, listed: tuple[str, ...]) -> bool:
    """Tell whether a server is one that the site has named.

    An address of this machine without a port stands for all its ports.

    >>> allowed("https://ehr.example/fhir", ("https://ehr.example/fhir",))
    True
    >>> allowed("http://localhost:8099/fhir", ("http://localhost",))
    True
    >>> allowed("https://ehr.example.evil/fhir", ("https://ehr.example",))
    False
    """
    return any(under(server, base) for base in listed)


@lru_cache(maxsize=1024)
def literal(server: str) -> bool:
    """Tell whether a server is named by its address, or as this machine, and not by a public name.

    >>> [literal(x) for x in ("https://10.0.0.7/fhir", "http://localhost:1", "https://ehr.example")]
    [True, True, False]
    """
    host = urlsplit(server).hostname or ""
    try:
        return host in LOOPBACK or bool(ip_address(host))
    except ValueError:
        return False


def under(server: str, base: str) -> bool:
    """Tell whether an address is at or below another."""
    try:
        asked, named = urlsplit(server), urlsplit(base)
        ports = (asked.port, named.port)
    except ValueError:
        return False
    if not {".", ".."}.isdisjoint(unquote(asked.path).split("/")):
        return False
    here = named.hostname in LOOPBACK and ports[1] is None
    return (
        asked.scheme == named.scheme
        and asked.hostname == named.hostname
        and (here or ports[0] == ports[1])
        and asked.username is None
        and f"{asked.path.rstrip('/')}/".startswith(f"{named.path.rstrip('/')}/")
    )
