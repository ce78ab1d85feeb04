"""A site's file whose terms cannot hold is refused with its name, the place and the reason."""

import json
from pathlib import Path
from typing import Any

import pytest

from plugin import tenants
from plugin.trust.terms import Limits
from rules.policy import RuleDataError
from tests.trust.making import ALGORITHMS, ISS, jwk, key
from tests.trust.sites import written

GOOD = jwk(key("k1"), "k1", "ES384")
SECRET = {**ALGORITHMS["ES384"].to_jwk(key("k1"), as_dict=True), "kid": "k1"}


def client(**more: Any) -> dict[str, Any]:
    """Return a client, with changes."""
    return {"iss": ISS, "jwks": {"keys": [GOOD]}, **more}


def keyed(*keys: Any, **more: Any) -> dict[str, Any]:
    """Return terms whose one client has these keys."""
    return {"clients": [client(jwks={"keys": list(keys)}, **more)]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nobody could call it": ({}, "clients: nobody could call it"),
    "no clients": ({"clients": []}, "clients"),
    "no keys": ({"clients": [{"iss": ISS}]}, r"clients\[0\]: needs jku or jwks"),
    "an empty key set": (keyed(), r"clients\[0\]\.jwks\.keys"),
    "the same iss twice": ({"clients": [client(), client()]}, "clients: the same iss stands twice"),
    "alg none": ({"clients": [client(algorithms=["none"])]}, r"clients\[0\]\.algorithms"),
    "a symmetric alg": ({"clients": [client(algorithms=["HS256"])]}, r"clients\[0\]\.algorithms"),
    "a private key": (keyed(SECRET), r"clients\[0\]\.jwks\.keys\[0\]: is a secret"),
    "a symmetric key": (keyed({"kty": "oct", "kid": "s", "k": "c2VjcmV0"}), "is a secret"),
    "a key without kid": (keyed({k: v for k, v in GOOD.items() if k != "kid"}), "has no kid"),
    "a short RSA key": (
        keyed(jwk(key("short", "RS384", 1024), "s", "RS384")),
        r"keys\[0\]: has not 2048 to 8192 bits",
    ),
    "a key for encryption": (keyed({**GOOD, "use": "enc"}), "is not for signatures"),
    "a key off its curve": (keyed({**GOOD, "y": GOOD["x"]}), "are of no key"),
    "a key of another curve": (
        keyed(jwk(key("p256", "ES256"), "s", "ES256")),
        "verifies none of the client's algorithms",
    ),
    "a key of an unknown kind": (keyed({"kty": "OKP", "kid": "o"}), "of no algorithm"),
    "jku without TLS": (
        {"clients": [client(jku=["http://ehr.example/k"])]},
        r"clients\[0\]\.jku\[0\]",
    ),
    "jku with a user": (
        {"clients": [client(jku=["https://a@ehr.example/k"])]},
        r"clients\[0\]\.jku\[0\]",
    ),
    "jku a file": ({"clients": [client(jku=["file:///etc/passwd"])]}, r"clients\[0\]\.jku\[0\]"),
    "any origin, not open": (
        {"clients": [client()], "origins": ["*"]},
        "origins: `\\*` is for open",
    ),
    "an origin with a path": (
        {"clients": [client()], "origins": ["https://a.example/x"]},
        "origins",
    ),
    "a public URL with a query": (
        {"clients": [client()], "public_urls": ["https://a.example?x"]},
        "public_urls",
    ),
    "a limit of nothing": (
        {"clients": [client()], "limits": {"per_second": 0, "burst": 1}},
        r"limits\.per_second",
    ),
    "a limit without its burst": ({"clients": [client()], "limits": {"per_second": 1}}, "limits"),
    "a life of two days": ({"clients": [client(max_lifetime_s=172_800)]}, "max_lifetime_s"),
    "what is not known": ({"clients": [client(keys=[GOOD])]}, r"clients\[0\]: no such key: keys$"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_terms_that_cannot_hold_are_refused(name: str, copy: Path) -> None:
    terms, reason = REFUSED[name]
    written(copy, "clinic", **terms)

    with pytest.raises(RuleDataError, match=rf"^clinic\.yaml: .*{reason}") as refusal:
        tenants.load(copy)

    assert json.dumps(SECRET["d"])[1:-1] not in str(refusal.value)


def test_terms_are_read_as_they_are_written(copy: Path) -> None:
    written(
        copy,
        "clinic",
        clients=[
            client(
                jku=["https://ehr.example/keys", "http://localhost:8080/keys"],
                algorithms=["ES384", "RS256"],
                audiences=["x"],
                sub="s",
                tenant="t",
                max_lifetime_s=86_400,
            )
        ],
        limits={"per_second": 0.5, "burst": 3},
        origins=["https://sandbox.example:8443", "http://localhost:3000"],
        public_urls=["https://proxy.example/cs/"],
        discovery_token=True,
    )

    terms = tenants.load(copy)["clinic"].terms
    own = terms.clients[ISS]

    assert own.algorithms == {"ES384", "RS256"}
    assert own.jku == ("https://ehr.example/keys", "http://localhost:8080/keys")
    assert (own.sub, own.tenant, own.longest) == ("s", "t", 86_400)
    assert own.audiences == {"x"}
    assert list(own.keys) == ["k1"]
    assert terms.limits == Limits(per_second=0.5, burst=3)
    assert terms.origins == {"https://sandbox.example:8443", "http://localhost:3000"}
    assert terms.public_urls == ("https://proxy.example/cs",)
    assert terms.discovery_token


def test_the_demo_is_open_without_limits_or_origins() -> None:
    demo = tenants.load()["demo"]

    assert demo.open
    assert demo.terms.limits is None
    assert not demo.terms.origins
