"""A bearer token taken apart (RFC 7515 compact form), with nothing in it believed yet."""

import re
from binascii import a2b_base64
from dataclasses import dataclass
from typing import Any

from plugin.errors import RefusedError
from plugin.json import read as read_json
from plugin.trust.reasons import TokenRefusedError

LONGEST = 8192
"""Characters; tokens of EHRs have about one thousand."""
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")

PLAIN = bytes.maketrans(b"-_", b"+/")


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
    signed, _, signature = token.encode().rpartition(b".")
    header, _, claims = signed.partition(b".")
    try:
        return Presented(
            read_json(_decoded(header)), read_json(_decoded(claims)), signed, _decoded(signature)
        )
    except (RefusedError, ValueError):
        raise TokenRefusedError("malformed") from None


def _decoded(part: bytes) -> bytes:
    return a2b_base64(part.translate(PLAIN) + b"==")
