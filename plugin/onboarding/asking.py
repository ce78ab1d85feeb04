"""Calls of a trial: patient, bounded, never redirected; what fails says why, and nothing else."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import requests

from plugin.errors import RefusedError
from plugin.json import read as read_json

PATIENCE = 10.0
"""Seconds to wait for an answer; whoever tries may wait longer than a sign-off."""
LARGEST = 20_000_000
"""Bytes; the CapabilityStatement of a large EHR has several million."""
Raw = dict[str, Any]


class TrialError(Exception):
    """An answer that is of no use; the message says why, and holds no address or data."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status


def called(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
) -> tuple[int, bytes]:
    """Return the status and body of an answer; redirects are not followed.

    Raises:
        TrialError: there was none, in time.

    """
    with requests.Session() as session:
        session.trust_env = False
        try:
            with session.request(
                method, url, headers=headers, data=body, timeout=PATIENCE, stream=True,
                allow_redirects=False,
            ) as answer:  # fmt: skip
                return answer.status_code, b"".join(_bounded(answer))
        except (requests.RequestException, ValueError) as error:
            raise TrialError(f"cannot be reached ({type(error).__name__})") from None


def _bounded(answer: requests.Response) -> Iterator[bytes]:
    left, deadline = LARGEST, time.monotonic() + PATIENCE
    for piece in answer.iter_content(65536):
        left -= len(piece)
        if left < 0 or time.monotonic() > deadline:
            raise TrialError("its answer is too long, or takes too long")
        yield piece


def read(body: bytes) -> Raw:
    """Return the JSON object in an answer; an empty one when it is none."""
    try:
        return read_json(body)
    except RefusedError:
        return {}
