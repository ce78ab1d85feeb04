"""What the page sends and holds, for tests that do without a browser."""

import html
import json
import re
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from plugin.app import create_app
from plugin.settings import Settings
from plugin.web import charges
from plugin.web.visits import SimulatedVisit, charges_of, visits

Json = dict[str, Any]
BAD = "<script>alert(1)</script>"
SCRIPT = {"HX-Request": "true"}
"""What the page's script says of itself, and is answered with parts of the page."""
PLAIN: Json = {"card": "c", "suggestion": {"label": "l", "uuid": "0" * 32, "isRecommended": True}}


def app_at(home: Path, *, demo: bool = True) -> Flask:
    return create_app(
        Settings(
            home=home,
            host="127.0.0.1",
            port=8000,
            workers=1,
            database_url=f"sqlite:///{home / 'store.db'}",
            public_url="http://127.0.0.1:8000",
            demo=demo,
        )
    )


def filled(visit: SimulatedVisit, held: list[Json] | None = None, /, **changed: Any) -> Json:
    """Return the fields of a visit's form, some of them changed."""
    return {
        "visit": visit.id,
        "payer": visit.payer,
        "on": str(visit.on),
        "minutes": ["" if s.minutes is None else str(s.minutes) for s in visit.chart],
        "charges": charges.sent(charges_of(visit) if held is None else held),
        **changed,
    }


def signed(client: FlaskClient, visit: str, /, **changed: Any) -> str:
    answer = client.post("/ehr/sign", data=filled(visits()[visit], **changed), headers=SCRIPT)
    assert answer.status_code == 200
    return answer.text


def messages(page: str) -> list[Json]:
    """Return the messages shown on a page: request, response, and feedback where there is any."""
    shown = re.findall(r'<pre tabindex="0">(.*?)</pre>', page, re.DOTALL)
    return [json.loads(html.unescape(text)) for text in shown]


def held_by(page: str) -> list[Json]:
    """Return the charges that a page holds."""
    found = re.search(r'name="charges" value="([^"]*)"', page)
    assert found
    taken: list[Json] = json.loads(html.unescape(found[1]))["charges"]
    return taken


def offered(page: str) -> list[str]:
    """Return what each Accept button would send."""
    values = re.findall(r'name="accept" value="([^"]*)"', page)
    return [html.unescape(value) for value in values]


def overriding(card: str, summary: str, reason: str) -> str:
    """Return what an Override button would send."""
    return json.dumps({"card": card, "summary": summary, "reason": reason})


def charge(name: str, units: int = 1, **more: Any) -> Json:
    coding = {"system": "http://www.ama-assn.org/go/cpt", "code": "97110"}
    return {
        "resourceType": "ChargeItem",
        "id": name,
        "status": "planned",
        "code": {"coding": [coding]},
        "subject": {"reference": "Patient/x"},
        "quantity": {"value": units},
        **more,
    }


def accepting(*actions: Json) -> str:
    return json.dumps({**PLAIN, "suggestion": {**PLAIN["suggestion"], "actions": list(actions)}})
