"""One visit reviewed: resources in, a settled bill and its cards out, and a trace to see how."""

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from plugin.cards import Card, Drawing, draw
from plugin.fhir.coding import Coder
from plugin.fhir.gather import Gathered
from plugin.fhir.reader import Reading, read
from plugin.moment import Moment
from plugin.rulebook import ROOT, Rulebook
from plugin.store.seal import trace_of
from plugin.store.store import Decision
from plugin.tenants import Tenant
from rules.check import settle
from rules.model import Bill
from rules.policy import Policy


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, what was decided, and how it is shown."""

    reading: Reading
    policy: Policy
    bill: Bill
    cards: list[Card]
    decision: Decision
    """What to record, so that the review can be repeated by its trace."""

    @property
    def trace(self) -> str:
        """The name under which the review can be repeated."""
        return self.decision.trace


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a review, and on what occasion."""

    tenant: Tenant
    service: str
    patient: str = ""
    encounter: str = ""
    occasion: str = ""
    """The hook instance of the call; two calls about the same visit have two traces."""


class Reviewer:
    """Reviews visits with one rulebook. Keeps nothing: what to record is in the review."""

    def __init__(self, book: Rulebook, public_url: str, coder: Coder) -> None:
        """Take the rules, the address that cards link to, and what names codes in the chart."""
        self.book, self.public_url, self.coder = book, public_url, coder
        self._reasons = override_reasons()

    def review(self, gathered: Gathered, asked: Asked) -> Review:
        """Review a visit.

        Raises:
            RefusedError: the visit cannot be read.

        """
        reading = read(gathered, asked.patient, asked.encounter, asked.tenant, self.coder)
        facts = msgspec.json.encode((asked.tenant.max_cards, asked.service, reading))
        moment = self.book.now()
        said = (asked.occasion, asked.tenant.name, asked.service, moment.fingerprint)
        trace = trace_of(facts, "\0".join(said))
        bill, policy, cards = self._decide(reading, trace, asked.tenant.max_cards, moment)
        decision = Decision(
            trace=trace,
            tenant=asked.tenant.name,
            service=asked.service,
            rulebook=moment.fingerprint,
            rules=tuple(dict.fromkeys(f.rule for f in bill.findings)),
            cards=len(cards),
            facts=facts,
        )
        return Review(reading=reading, policy=policy, bill=bill, cards=cards, decision=decision)

    def again(self, decision: Decision) -> Review:
        """Review a recorded visit again; under the same rules the cards are equal to the byte."""
        most, _, reading = msgspec.json.decode(decision.facts, type=tuple[int, str, Reading])
        bill, policy, cards = self._decide(reading, decision.trace, most, self.book.now())
        return Review(reading=reading, policy=policy, bill=bill, cards=cards, decision=decision)

    def _decide(
        self, reading: Reading, trace: str, most: int, moment: Moment
    ) -> tuple[Bill, Policy, list[Card]]:
        visit = reading.visit
        policy = moment.policy(visit.payer, visit.date_of_service, visit.setting, visit.mac)
        bill = settle(visit, policy)
        cards = draw(
            Drawing(
                reading=reading,
                bill=bill,
                trace=trace,
                about=self.book.about,
                explain=f"{self.public_url}/explain/{trace}",
                reasons=self._reasons,
                most=most,
            )
        )
        return bill, policy, cards


def override_reasons() -> Sequence[dict[str, str]]:
    """Return the reasons a person may give for not following a card, as Codings."""
    path = ROOT / "profiles" / "fhir" / "CodeSystem-override-reason.json"
    system: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        {"code": concept["code"], "system": system["url"], "display": concept["display"]}
        for concept in system["concept"]
    )
