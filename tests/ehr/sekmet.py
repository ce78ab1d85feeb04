"""A real FHIR R4 server of somebody else's making, and an EHR that keeps its record there."""

import base64
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from tests.hooks.visits import Json

TOKEN = "opaque-example-token"  # noqa: S105 - of a server that lives as long as a test run
CLIENT = "countersign-tests"
SIZE = 48
"""Bytes of a number of the curve P-384."""
PATIENCE = 30.0
"""Seconds that the server is given to start."""


@dataclass(frozen=True, slots=True)
class Sekmet:
    """The server: where it is, and the key of the client that is registered there."""

    address: str
    key: ec.EllipticCurvePrivateKey

    def ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Send one request, with a token that may do all."""
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/fhir+json"}
        return requests.request(
            method, f"{self.address}/{path}", json=body, headers=headers, timeout=10
        )

    def hold(self, resources: Iterable[Json]) -> None:
        """Keep resources under their own ids."""
        for each in resources:
            answer = self.ask("PUT", f"{each['resourceType']}/{each['id']}", each)
            assert answer.ok, answer.text

    def held(self, search: str) -> list[Json]:
        """Return what a search finds."""
        answer = self.ask("GET", search)
        assert answer.ok, answer.text
        return [entry["resource"] for entry in answer.json().get("entry", [])]

    def do(self, actions: Iterable[Json]) -> None:
        """Carry out the actions of a suggestion, as an EHR does when it is accepted."""
        for action in actions:
            match action["type"]:
                case "create":
                    made = action["resource"]
                    answer = self.ask("POST", made["resourceType"], made)
                case "update":
                    made = action["resource"]
                    answer = self.ask("PUT", f"{made['resourceType']}/{made['id']}", made)
                case _:
                    answer = self.ask("DELETE", action["resourceId"])
            assert answer.ok, answer.text

    def token(self, scope: str) -> str:
        """Return an access token by SMART Backend Services."""
        smart = requests.get(f"{self.address}/.well-known/smart-configuration", timeout=10).json()
        now = int(time.time())
        claims = {"iss": CLIENT, "sub": CLIENT, "aud": smart["token_endpoint"], "exp": now + 200}
        claims["jti"] = f"{now}-{scope}"
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": _signed(claims, self.key),
        }
        answer = requests.post(smart["token_endpoint"], data=form, timeout=10)
        assert answer.ok, answer.text
        found: str = answer.json()["access_token"]
        return found


@contextmanager
def running(home: Path) -> Iterator[Sekmet]:
    """Run a server on a free port, until the end of the block."""
    key = ec.generate_private_key(ec.SECP384R1())
    address = f"http://127.0.0.1:{_free_port()}/fhir"
    settings = home / "settings.yaml"
    settings.write_text(json.dumps(_settings(home, address, key)), encoding="utf-8")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("sekmet")), "serve", "-c", str(settings)],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        _await(f"{address}/metadata", process)
        yield Sekmet(address, key)
    finally:
        process.terminate()
        process.wait(10)


def _settings(home: Path, address: str, key: ec.EllipticCurvePrivateKey) -> Json:
    point = key.public_key().public_numbers()
    x, y = (_text(number.to_bytes(SIZE)) for number in (point.x, point.y))
    jwk = {"kty": "EC", "crv": "P-384", "x": x, "y": y, "kid": CLIENT, "alg": "ES384"}
    return {
        "host": "127.0.0.1",
        "port": int(address.rsplit(":", 1)[1].split("/", maxsplit=1)[0]),
        "base_url": address,
        "data_dir": str(home / "data"),
        "own_private_key_path": str(home / "data" / "key.pem"),
        "simulator": {"enabled": False},
        "server_auth": {
            "types": ["bearer", "smart"],
            "tokens": [TOKEN],
            "smart_clients": [
                {"client_id": CLIENT, "jwks": {"keys": [jwk]}, "scopes": "system/*.*"}
            ],
        },
    }


def _signed(claims: Json, key: ec.EllipticCurvePrivateKey) -> str:
    """Return claims as a JWT (ES384)."""
    header = {"alg": "ES384", "typ": "JWT", "kid": CLIENT}
    said = ".".join(_text(json.dumps(part).encode()) for part in (header, claims))
    pair = utils.decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA384())))
    return f"{said}.{_text(b''.join(number.to_bytes(SIZE) for number in pair))}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until the server answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError("the FHIR server did not start")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
