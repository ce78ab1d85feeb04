"""Public keys as JSON Web Keys (RFC 7517): which are used, and for what.

Loads the cryptography; imported only where a site has clients.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jwt.algorithms import Algorithm, get_default_algorithms
from jwt.exceptions import PyJWTError

LEAST_BITS = 2048
"""NIST SP 800-131A: shorter RSA keys are not to be trusted."""
MOST_BITS = 8192
"""Longer ones only cost time."""
LONGEST_EXPONENT = 64
"""Bits; in use is 65537, and a long exponent costs time at every call."""
RSA = frozenset(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"))
EC = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

_algorithms: Mapping[str, Algorithm] = {
    name: algorithm
    for name, algorithm in get_default_algorithms().items()
    if name in RSA or name in EC.values()
}


class KeyUnfitError(Exception):
    """A key cannot be used; the message says why, without the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One public key."""

    kid: str
    algorithms: frozenset[str]
    """What it may verify: one curve, one algorithm; an RSA key whatever it does not rule out."""
    public: Any

    def verifies(self, algorithm: str, signed: bytes, signature: bytes) -> bool:
        """Tell whether a signature is this key's; the algorithm is one of its own."""
        return _algorithms[algorithm].verify(signed, self.public, signature)


Ring = Mapping[str, tuple[Key, ...]]
"""Keys by kid."""


def ring(jwks: Iterable[Any]) -> Ring:
    """Return the keys that can be used; others are passed over, as RFC 7517 §5 has it."""
    found: defaultdict[str, tuple[Key, ...]] = defaultdict(tuple)
    for jwk in jwks:
        try:
            key = key_of(jwk)
        except KeyUnfitError:
            continue
        found[key.kid] += (key,)
    return dict(found)


def key_of(jwk: Any) -> Key:
    """Return a key.

    Raises:
        KeyUnfitError: it cannot be used to verify tokens.

    """
    if not isinstance(jwk, Mapping) or not isinstance(jwk.get("kid"), str) or not jwk["kid"]:
        raise KeyUnfitError("has no kid")
    if "d" in jwk or "k" in jwk:
        raise KeyUnfitError("is a secret; give the public key, and make a new pair")
    if any(not isinstance(jwk.get(name, ""), str) for name in ("kty", "crv", "alg", "use")):
        raise KeyUnfitError("has a kty, crv, alg or use that is no text")
    operations = jwk.get("key_ops", ["verify"])
    if jwk.get("use", "sig") != "sig" or operations != ["verify"]:
        raise KeyUnfitError("is not for signatures (use, key_ops)")
    fits = _family(jwk) & {jwk["alg"]} if "alg" in jwk else _family(jwk)
    if not fits:
        raise KeyUnfitError("kty, crv and alg are of no algorithm that can be accepted")
    return Key(kid=jwk["kid"], algorithms=fits, public=_public(jwk, min(fits)))


def _family(jwk: Mapping[str, Any]) -> frozenset[str]:
    """Return the algorithms that a key of this type and curve can verify."""
    if jwk.get("kty") == "RSA":
        return RSA
    if jwk.get("kty") == "EC" and jwk.get("crv") in EC:
        return frozenset((EC[jwk["crv"]],))
    return frozenset()


def _public(jwk: Mapping[str, Any], algorithm: str) -> Any:
    numbers = ("n", "e") if jwk["kty"] == "RSA" else ("x", "y")
    if not all(isinstance(jwk.get(name), str) for name in numbers):
        raise KeyUnfitError(f"lacks {' or '.join(numbers)}")
    try:
        own = {name: jwk[name] for name in ("kty", "crv", *numbers) if name in jwk}
        public = _algorithms[algorithm].from_jwk(own)
    except (PyJWTError, ValueError) as error:
        raise KeyUnfitError(f"its {' and '.join(numbers)} are of no key") from error
    if jwk["kty"] == "RSA" and (
        not LEAST_BITS <= public.key_size <= MOST_BITS
        or public.public_numbers().e.bit_length() > LONGEST_EXPONENT
    ):
        raise KeyUnfitError(f"has not {LEAST_BITS} to {MOST_BITS} bits, or too long an exponent")
    return public
