"""A bearer token taken apart (RFC 7515 compact form), with nothing in it believed yet."""

import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

from plugin.errors import RefusedError
from plugin.json import read as read_json
from plugin.trust.reasons import TokenRefusedError

LONGEST = 8192
"""Characters; tokens of EHRs have about one thousand."""
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Presented:
    """What a token says."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    """What its signature is over."""
    signature: bytes


def bearer(authorization: str | None) -> str:
    """Return the token of an Authorization header; the scheme's case does not matter (RFC 9110).

    Raises:
        TokenRefusedError: there is none.

    """
    scheme, _, token = (authorization or "").partition(" ")
    token = token.strip(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefusedError("absent")
    return token


def opened(token: str) -> Presented:
    """Take a token apart.

    Raises:
        TokenRefusedError: it is too long, or not a signed token in compact form.

    """
    if len(token) > LONGEST:
        raise TokenRefusedError("oversized")
    if not COMPACT.fullmatch(token):
        raise TokenRefusedError("malformed")
    signed, _, signature = token.rpartition(".")
    header, _, claims = signed.partition(".")
    try:
        return Presented(
            read_json(_decoded(header)),
            read_json(_decoded(claims)),
            signed.encode(),
            _decoded(signature),
        )
    except (RefusedError, ValueError):
        raise TokenRefusedError("malformed") from None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
