"""Two clinics behind one service, their EHRs, and the servers on which EHRs publish their keys."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from werkzeug.wrappers import Request, Response

from plugin import tenants
from plugin.tenants import Tenant
from tests.hooks.stand_in import StandIn
from tests.trust.making import ISS, jwk, key

SECOND, PUBLISHED = "https://second.example/fhir", "https://published.example/fhir"
FAULTY = ("huge", "html", "moved", "hangs")


def published() -> list[Any]:
    """Return a key set with keys that should not be used among those that should."""
    plain = jwk(key("p1"), "p1", "ES384")
    return [
        plain,
        jwk(key("r1", "RS384"), "r1", "RS384", use="sig"),
        jwk(key("small", "RS384", 1024), "small", "RS384"),
        jwk(key("enc"), "enc", "ES384", use="enc"),
        jwk(key("other-alg", "RS384"), "other-alg", "RS384", alg="RS256"),
        jwk(key("decrypts"), "decrypts", "ES384", key_ops=["deriveKey"]),
        jwk(key("p256", "ES256"), "p256", "ES256"),
        {**plain, "kid": "off-curve", "y": plain["x"]},
        {"kty": "oct", "kid": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
        {"kty": ["EC"], "kid": "odd", "crv": {}, "x": 7, "use": None},
        {"kty": "RSA", "kid": "no-numbers", "n": "", "e": ""},
        "no key",
    ]


def answers(asked: Request, stand: list[StandIn]) -> Response:
    """Answer as a server with key sets, good and bad; ``stand`` tells when the test is over."""
    if asked.path == "/keys":
        return Response(json.dumps({"keys": published()}), content_type="application/json")
    if asked.path == "/huge":
        return Response(b" " * 10_000_000, content_type="application/json")
    if asked.path == "/html":
        return Response("<html>Sign in</html>", content_type="text/html")
    if asked.path == "/moved":
        return Response(status=302, headers={"Location": "/trap"})
    if asked.path == "/hangs":
        stand[0].released.wait(20)
    return Response(json.dumps({"keys": [jwk(key("k1"), "k1", "ES384")]}))


def iss_of(fault: str) -> str:
    """Return the issuer whose key set is at fault."""
    return f"https://{fault}.example/fhir"


def clients(host: str) -> list[dict[str, Any]]:
    """Return the clients of the clinic; ``host`` serves the keys of some."""
    return [
        {
            "iss": ISS,
            "jwks": {
                "keys": [
                    jwk(key("k1"), "k1", "ES384", use="sig", alg="ES384"),
                    jwk(key("slash"), "a/b+c==", "ES384"),
                ]
            },
            "audiences": ["typed-by-the-site"],
        },
        {
            "iss": SECOND,
            "jwks": {"keys": [jwk(key("k2"), "k2", "ES384")]},
            "sub": "client-2",
            "tenant": "site-2",
            "max_lifetime_s": 60,
        },
        {"iss": PUBLISHED, "jku": [f"{host}/keys"], "algorithms": ["ES384", "RS384"]},
        *({"iss": iss_of(fault), "jku": [f"{host}/{fault}"]} for fault in FAULTY),
    ]


def written(root: Path, name: str, **more: Any) -> None:
    """Write a site's file."""
    said = {"tenant": name, "title": name, "setting": "practitioner", "payers": [], **more}
    (root / "profiles" / "tenants" / f"{name}.yaml").write_text(json.dumps(said), encoding="utf-8")


def sites(root: Path, host: str) -> Mapping[str, Tenant]:
    """Return the sites, as their files are read."""
    elsewhere = {"iss": "https://elsewhere.example/fhir", "jwks": clients(host)[0]["jwks"]}
    written(root, "clinic", clients=clients(host), public_urls=["https://proxy.example/cs/"])
    written(root, "other", clients=[elsewhere], discovery_token=True)
    return tenants.load(root)


def as_yaml(path: Path) -> Any:
    """Return what a site's file says."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
