"""Tokens as EHRs make them, and as others would forge them."""

import json
import time
from base64 import urlsafe_b64encode
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from tests.hooks.service import PUBLIC

ISS = "https://ehr.example/fhir"
HERE = "/t/clinic/cds-services/visit-check"
ALGORITHMS = get_default_algorithms()
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}

Key = Any


def key(name: str, algorithm: str = "ES384", bits: int = 2048) -> Key:
    """Return a private key; the same name is the same key."""
    return _key(name, algorithm, bits)


@cache
def _key(_name: str, algorithm: str, bits: int) -> Key:
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm])
    return rsa.generate_private_key(65537, bits)


def jwk(private: Key, kid: str, algorithm: str, **more: Any) -> dict[str, Any]:
    """Return a public key as a JSON Web Key."""
    public = ALGORITHMS[algorithm].to_jwk(private.public_key(), as_dict=True)
    return {**public, "kid": kid, **more}


def pem(private: Key) -> bytes:
    """Return a public key as anybody may have it."""
    return bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def part(value: Any) -> str:
    """Write one part of a token; text is taken as it is."""
    text = value if isinstance(value, bytes) else value.encode() if isinstance(value, str) else None
    raw = json.dumps(value).encode() if text is None else text
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    """Return good claims with changes; None leaves one out."""
    now = int(time.time())
    said = {"iss": ISS, "aud": PUBLIC + HERE, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return {name: value for name, value in {**said, **changes}.items() if value is not None}


def header(**changes: Any) -> dict[str, Any]:
    """Return a good header with changes; None leaves one out."""
    said = {"alg": "ES384", "kid": "k1", "typ": "JWT", **changes}
    return {name: value for name, value in said.items() if value is not None}


def signed(first: Any, second: Any, private: Key = None, algorithm: str = "ES384") -> str:
    """Return a token whose signature is right, whatever its parts are."""
    private = private or key("k1")
    text = f"{part(first)}.{part(second)}"
    return f"{text}.{part(ALGORITHMS[algorithm].sign(text.encode(), private))}"


def good(**changes: Any) -> str:
    """Return a token with changed claims, well signed by the first client."""
    return signed(header(), claims(**changes))


def headed(**changes: Any) -> str:
    """Return a token with a changed header, well signed by the first client."""
    return signed(header(**changes), claims())
