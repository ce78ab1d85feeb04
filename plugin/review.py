"""One visit reviewed: resources in, a settled bill and its cards out, and a trace to see how."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from plugin.cards import Card, Drawing, draw
from plugin.fhir.coding import Coder
from plugin.fhir.gather import Gathered
from plugin.fhir.reader import Reading, read
from plugin.moment import NONE, Moment
from plugin.recorded import Manner, facts_of, kept
from plugin.rulebook import ROOT, Rulebook
from plugin.store.seal import trace_of
from plugin.store.store import Decision
from plugin.tenants import Tenant
from rules.check import settle
from rules.model import Bill, Finding, Visit
from rules.policy import Policy

NAMED = 2
"""Days of a call that one sentence names; more are listed below it."""
SHADOW = "shadow/"
"""What stands before a rule in the record when nobody saw what it said."""


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
    off: frozenset[str] = NONE
    """Rules that this call leaves out, besides those that the site has switched off."""
    most: int = 0
    """How many cards at most; 0 for as many as the site allows."""
    mild: bool = False
    """Whether all that is said is said for information only."""

    def manner(self) -> Manner:
        """Return how the answer is given."""
        site, off = self.tenant, self.tenant.off | self.off
        shadow = site.shadow - self.off if site.shadow else NONE
        return Manner(
            service=self.service,
            most=min(self.most or site.max_cards, site.max_cards),
            off=tuple(sorted(off)) if off else (),
            shadow=tuple(sorted(shadow)) if shadow else (),
            write=site.write,
            mild=self.mild,
        )


class Reviewer:
    """Reviews visits with one rulebook. Keeps nothing: what to record is in the review."""

    def __init__(self, book: Rulebook, public_url: str, coder: Coder) -> None:
        """Take the rules, the address that cards link to, and what names codes in the chart."""
        self.book, self.public_url, self.coder = book, public_url, coder
        self._reasons = msgspec.Raw(msgspec.json.encode(override_reasons()))

    def review(self, gathered: Gathered, asked: Asked) -> Review:
        """Review a visit.

        Raises:
            RefusedError: the visit cannot be read.

        """
        reading = read(gathered, asked.patient, asked.encounter, asked.tenant, self.coder)
        return self.judge(reading, asked)

    def judge(self, reading: Reading, asked: Asked) -> Review:
        """Review a visit that has been read."""
        manner = asked.manner()
        facts = facts_of(manner, reading)
        moment = self.book.now()
        said = (asked.occasion, asked.tenant.name, asked.service, moment.fingerprint)
        trace = trace_of(facts, "\0".join(said))
        bill, policy, cards = self._decide(reading, trace, manner, moment)
        unseen = self._unseen(reading, manner, moment) if manner.shadow else ()
        decision = Decision(
            trace=trace,
            tenant=asked.tenant.name,
            service=asked.service,
            rulebook=moment.fingerprint,
            rules=tuple(dict.fromkeys([*[f.rule for f in bill.findings], *unseen])),
            cards=len(cards),
            facts=facts,
        )
        return Review(reading=reading, policy=policy, bill=bill, cards=cards, decision=decision)

    def again(self, decision: Decision) -> Review:
        """Review a recorded visit again; under the same rules the cards are equal to the byte.

        Raises:
            RefusedError: 410, as ``kept``.

        """
        manner, reading = kept(decision)
        bill, policy, cards = self._decide(reading, decision.trace, manner, self.book.now())
        return Review(reading=reading, policy=policy, bill=bill, cards=cards, decision=decision)

    def _decide(
        self, reading: Reading, trace: str, manner: Manner, moment: Moment
    ) -> tuple[Bill, Policy, list[Card]]:
        policy = _policy(reading.visit, moment, manner.off + manner.shadow)
        bill = settle(reading.visit, policy)
        if reading.visit.planned:
            bill = self._ahead(reading, bill, manner, moment)
        cards = draw(
            Drawing(
                reading=reading,
                bill=bill,
                trace=trace,
                about=self.book.about,
                explain=f"{self.public_url}/explain/{trace}",
                reasons=self._reasons,
                most=manner.most,
                write=manner.write,
            )
        )
        return bill, policy, cards

    def _ahead(self, reading: Reading, first: Bill, manner: Manner, moment: Moment) -> Bill:
        """Return what is to be said before treatment, of all visits of the call; it bills nothing.

        Where there are several, each sentence begins with the days that it holds for.
        """
        off = manner.off + manner.shadow
        bills = [settle(visit, _policy(visit, moment, off)) for visit in reading.later]
        days: dict[tuple[str, str], list[date]] = {}
        found: dict[tuple[str, str], Finding] = {}
        for visit, bill in zip((reading.visit, *reading.later), (first, *bills), strict=True):
            for one in bill.findings:
                found.setdefault((one.rule, one.says), one)
                days.setdefault((one.rule, one.says), []).append(visit.date_of_service)
        said = [_planned(one, days[key] if bills else (), manner) for key, one in found.items()]
        return Bill(
            lines=reading.visit.lines,
            fixed=(),
            open=tuple(said),
            not_checked=tuple(x for bill in (first, *bills) for x in bill.not_checked),
        )

    def _unseen(self, reading: Reading, manner: Manner, moment: Moment) -> Iterator[str]:
        """Yield the rules in the shadow that would have spoken, as they are recorded."""
        bill = settle(reading.visit, _policy(reading.visit, moment, manner.off))
        for finding in bill.findings:
            if finding.rule in manner.shadow:
                yield SHADOW + finding.rule


def _planned(finding: Finding, days: Sequence[date], manner: Manner) -> Finding:
    """Return a finding about treatment that is planned: its days are named, its fixes are not."""
    more = f" and {len(days) - 1} more days" if len(days) > NAMED else ""
    named = ", ".join(str(day) for day in (days[:1] if more else days))
    worked = finding.worked
    if more:
        worked = (*worked, f"Days: {', '.join(map(str, days))}")
    return replace(
        finding,
        says=f"{named}{more}: {finding.says}" if days else finding.says,
        indicator="info" if manner.mild else finding.indicator,
        worked=worked,
        fixes=(),
    )


def _policy(visit: Visit, moment: Moment, off: tuple[str, ...]) -> Policy:
    said = (visit.payer, visit.date_of_service, visit.setting, visit.mac)
    return moment.policy(*said, off=frozenset(off))


def override_reasons() -> Sequence[dict[str, str]]:
    """Return the reasons a person may give for not following a card, as Codings."""
    path = ROOT / "profiles" / "fhir" / "CodeSystem-override-reason.json"
    system: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tuple(
        {"code": concept["code"], "system": system["url"], "display": concept["display"]}
        for concept in system["concept"]
    )
