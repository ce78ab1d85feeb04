"""A client of a site that asks for tokens: the site's file, and the tokens that it signs."""

import json
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

SITE = "bench"
PATH = f"/t/{SITE}/cds-services/visit-check"
ISSUER = "https://ehr.example/oauth2"
LIVES = 900
"""Seconds, as EHRs that sign with RS384 are known to ask for."""


@dataclass(frozen=True, slots=True)
class Client:
    """An EHR that signs with RS384, its key made anew for every run."""

    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def register(self, folder: Path) -> None:
        """Write the file of a site that knows this client alone."""
        folder.mkdir()
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        site = {
            "tenant": SITE,
            "title": "A site that asks for tokens",
            "setting": "practitioner",
            "payers": [{"is": "medicare", "payer": "medicare_part_b"}],
            "clients": [{"iss": ISSUER, "jwks": {"keys": [{**public, "kid": "k1", "use": "sig"}]}}],
        }
        (folder / f"{SITE}.yaml").write_text(json.dumps(site))

    def tokens(self, count: int, audience: str) -> str:
        """Return that many tokens, one a line, each good for one call."""
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": audience, "iat": now, "exp": now + LIVES}
        return "\n".join(self._signed({**claims, "jti": str(uuid.uuid4())}) for _ in range(count))

    def _signed(self, claims: dict[str, object]) -> str:
        return jwt.encode(claims, self.key, algorithm="RS384", headers={"kid": "k1"})
