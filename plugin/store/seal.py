"""The trace is the key: what a decision rested on can be opened by whoever holds its trace alone.

The store keeps a hash of the trace and the facts encrypted under a key made from the trace, so that
a copy of the store tells nothing about a patient.
"""

from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

# One key seals one text only: the trace is made from the text.
NONCE = bytes(12)


def trace_of(facts: bytes, occasion: str) -> str:
    """Return the trace of a decision: 32 hex digits, from its facts and the call that asked."""
    return blake2b(facts, digest_size=16, key=blake2b(occasion.encode()).digest()).hexdigest()


def row_of(trace: str) -> str:
    """Return the name under which a decision is kept."""
    return blake2b(trace.encode(), digest_size=16, person=b"row").hexdigest()


def seal(facts: bytes, trace: str) -> bytes:
    """Encrypt facts so that only their trace opens them."""
    return AESGCM(_key(trace)).encrypt(NONCE, facts, None)


def unseal(sealed: bytes, trace: str) -> bytes | None:
    """Return the facts, or None when the trace is not theirs."""
    try:
        return AESGCM(_key(trace)).decrypt(NONCE, sealed, None)
    except InvalidTag:
        return None


def _key(trace: str) -> bytes:
    return blake2b(trace.encode(), digest_size=32, person=b"seal").digest()
