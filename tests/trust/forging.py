"""Tokens as somebody forges them who has everything but the key, and as good clients get wrong."""

import json
import time
from collections.abc import Callable
from hmac import digest
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.hooks.service import PUBLIC
from tests.trust.making import claims, header, key, part, signed
from tests.trust.sites import PUBLISHED, SECOND


def hmac(name: str, secret: bytes) -> str:
    """Return a token keyed with what everybody knows; libraries refuse to sign so themselves."""
    text = f"{part(header(alg=name))}.{part(claims())}"
    return f"{text}.{part(digest(secret, text.encode(), f'sha{name[2:]}'))}"


def second(**changes: object) -> str:
    """Return a token of the second client, which is told by sub and tenant too."""
    said = {"iss": SECOND, "sub": "client-2", "tenant": "site-2", "exp": int(time.time()) + 60}
    return signed(header(kid="k2"), claims(**{**said, **changes}), key("k2"))


def by_key(
    kid: str,
    algorithm: str = "ES384",
    bits: int = 2048,
    alg: str | None = None,
    **changes: Any,
) -> str:
    """Return a token of the client that publishes its keys."""
    private = key(kid, algorithm, bits)
    first = header(kid=kid, alg=alg or algorithm)
    return signed(first, claims(iss=PUBLISHED, **changes), private, alg or algorithm)


def cut(token: str, change: Callable[[str], str]) -> str:
    """Return a token with a changed signature."""
    text, _, signature = token.rpartition(".")
    return f"{text}.{change(signature)}"


def der() -> str:
    """Return a token whose signature is in the form that certificates use."""
    text = f"{part(header())}.{part(claims())}"
    return f"{text}.{part(key('k1').sign(text.encode(), ec.ECDSA(hashes.SHA384())))}"


def ahead(seconds: int) -> int:
    """Return a moment from now."""
    return int(time.time()) + seconds


def twice(name: str) -> str:
    """Return claims in which one stands twice, the second time as it should."""
    return f'{{"{name}": "x", {json.dumps(claims())[1:]}'


def es(kid: str) -> str:
    """Return a token that names a published key, signed with another."""
    return signed(header(kid=kid), claims(iss=PUBLISHED), key("p1"))


def at(address: object) -> str:
    """Return a token of the client that publishes its keys, naming an address for them."""
    return signed(header(kid="p1", jku=address), claims(iss=PUBLISHED), key("p1"))


def raw_exp(number: str) -> str:
    """Return a token whose exp is written as given."""
    said = json.dumps(claims(exp=1)).replace('"exp": 1', f'"exp": {number}')
    return signed(header(), said)


def to(path: str) -> str:
    """Return an address of the service."""
    return PUBLIC + path


def flipped(signature: str) -> str:
    """Return a signature with one bit changed."""
    return ("B" if signature[0] == "A" else "A") + signature[1:]
