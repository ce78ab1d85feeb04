"""Why a token is refused: a code for the log, and words for whoever runs the service.

Callers are told none of it (CDS Hooks best practices: a 401 does not say why).
"""

from collections.abc import Mapping
from dataclasses import dataclass


class TokenRefusedError(Exception):
    """A token is not accepted; its only argument is a code of ``REASONS``."""

    @property
    def reason(self) -> str:
        """The code."""
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Reason:
    """What is wrong, and what to do about it."""

    says: str
    remedy: str


REASONS: Mapping[str, Reason] = {
    "absent": Reason(
        "there is no Authorization header, or it is not one Bearer token",
        "have the EHR send `Authorization: Bearer` and a signed token with every call",
    ),
    "oversized": Reason(
        "the token is longer than 8,192 characters",
        "have the EHR leave certificates and keys out of the token's header",
    ),
    "malformed": Reason(
        "it is not three base64url parts, of which the first two are JSON objects whose members "
        "each stand there once",
        "have the EHR send a signed token (JWS, compact form), not an encrypted or detached one",
    ),
    "type": Reason(
        "the header's typ is not JWT",
        "have the EHR send its CDS Hooks token, not an access or identity token",
    ),
    "critical": Reason(
        "the header has crit or b64, extensions that this service does not know",
        "have the EHR sign a plain token",
    ),
    "issuer": Reason(
        "iss is missing, or no client of this tenant has it",
        "compare iss with clients[].iss of the tenant's file, to the letter and the last slash",
    ),
    "algorithm": Reason(
        "alg is not one that this client may sign with",
        "have the EHR sign with ES384 or RS384, or list its algorithm under clients[].algorithms",
    ),
    "expiry": Reason(
        "exp is missing, no number, or more than 60 seconds ago",
        "compare the clocks of both machines; have the EHR make a new token for every call",
    ),
    "issued": Reason(
        "iat is missing, no number, or more than 60 seconds ahead",
        "compare the clocks of both machines",
    ),
    "not-before": Reason(
        "nbf is no number, or more than 60 seconds ahead",
        "compare the clocks of both machines",
    ),
    "lifetime": Reason(
        "the token lives longer than this client's tokens may, or ends before it begins",
        "have the EHR shorten it, or raise clients[].max_lifetime_s",
    ),
    "audience": Reason(
        "aud is missing, or is not the address that was called",
        "type the full address of the service into the EHR; where that cannot be, list what it "
        "sends under clients[].audiences, or the address EHRs use under public_urls",
    ),
    "subject": Reason(
        "sub or tenant is not the one that this client is registered with",
        "compare them with clients[].sub and clients[].tenant of the tenant's file",
    ),
    "token-id": Reason(
        "jti is missing, empty, no text, or longer than 256 characters",
        "have the EHR give every token an identifier of its own",
    ),
    "key-id": Reason(
        "kid is missing, empty, no text, or longer than 256 characters",
        "have the EHR name its key in the token's header",
    ),
    "key-address": Reason(
        "jku is not an address that this client's keys are fetched from; it was not called",
        "if it is the EHR's own, list it under clients[].jku, to the letter",
    ),
    "key": Reason(
        "this client has no key of that kid which fits alg, or its key set could not be fetched",
        "look at the client's key set: kid, kty, crv, use, alg; RSA keys need 2,048 bits",
    ),
    "signature": Reason(
        "the signature is not that of the key",
        "compare the client's key set with the key that the EHR signs with",
    ),
    "replayed": Reason(
        "a token of this client with the same jti was used before",
        "have the EHR make a new token, with a new jti, for every call",
    ),
}
