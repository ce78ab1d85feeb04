"""The floor: the hello card without any framework."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bench.peers.card import hello


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer every request with the hello card."""
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    answer = msgspec.json.encode(hello(msgspec.json.decode(body)))
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    start_response("200 OK", headers)
    return [answer]
