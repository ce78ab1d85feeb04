"""Visits judged twice, by the old side and by the new, and counted where the two differ.

Nothing is left out as unlikely to change: each visit is settled whole under either side, so that
what is counted is what two checks of it would answer.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from plugin.moment import Moment
from rules.check import settle
from rules.model import Bill, Finding, Visit
from rules.policy import TABLES, Policy

EXAMPLES = 10
"""Lines of the file that are named for each rule."""
FAULTS = 100
"""Lines that are named with what is wrong with them."""
SORTS = NEW, GONE, CHANGED, UNCHECKED, CHECKED = ("new", "gone", "changed", "unchecked", "checked")
"""A rule finds more, less or something else; it could not be checked any more, or now could."""
Said = Counter[Hashable]
NOTHING: Said = Counter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How two judgements of one visit differ."""

    one_sided: bool
    """Only one side has an edition of some table for the day: the other could not check it."""
    neither: bool
    """Some table has no edition for the day on either side."""
    bill: bool
    """Whether other charges stand: codes, units or modifiers."""
    rules: Mapping[str, frozenset[str]]
    """By rule, in which of ``SORTS``."""

    @property
    def otherwise(self) -> bool:
        """Tell whether the visit is judged otherwise at all."""
        return self.bill or bool(self.rules)


@dataclass(slots=True)
class RuleCount:
    """How many visits one rule judges otherwise."""

    visits: int = 0
    sorts: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)
    """The first of them, by their lines in the file."""


@dataclass(slots=True)
class Group:
    """Visits that are counted together."""

    visits: int = 0
    otherwise: int = 0
    bills: int = 0
    rules: dict[str, RuleCount] = field(default_factory=dict)

    def add(self, verdict: Verdict, line: int) -> None:
        """Count one visit."""
        self.visits += 1
        self.otherwise += verdict.otherwise
        self.bills += verdict.bill
        for rule, sorts in verdict.rules.items():
            own = self.rules.setdefault(rule, RuleCount())
            own.visits += 1
            own.sorts.update(sorts)
            if len(own.lines) < EXAMPLES:
                own.lines.append(line)


@dataclass(slots=True)
class Tally:
    """What became of a file of visits."""

    judged: Group = field(default_factory=Group)
    """Days that both sides cover, or neither."""
    one_sided: Group = field(default_factory=Group)
    """Days for which only one side has an edition of a table."""
    neither: int = 0
    """Those judged for whose days neither side has an edition of some table."""
    faults: list[tuple[int, str]] = field(default_factory=list)
    """Lines that hold no visit that could be read, and why; the first of them."""
    unread: int = 0

    def add(self, verdict: Verdict, line: int) -> None:
        """Count one visit."""
        (self.one_sided if verdict.one_sided else self.judged).add(verdict, line)
        self.neither += verdict.neither and not verdict.one_sided

    def refuse(self, line: int, why: str) -> None:
        """Count a line that could not be read."""
        self.unread += 1
        if len(self.faults) < FAULTS:
            self.faults.append((line, why))


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges visits by two sides."""

    old: Moment
    new: Moment
    day: date | None = None
    """The day on which every visit is taken to have been furnished; None leaves each its own."""

    def compare(self, visit: Visit) -> Verdict:
        """Return how the judgements of a visit differ.

        Compared are the charges, what each rule finds and proposes, and what could not be checked;
        not which edition is cited, as that differs always.
        """
        (was, before), (now, after) = (self._settled(visit, own) for own in (self.old, self.new))
        covered = _covered(was)
        return Verdict(
            one_sided=covered != _covered(now),
            neither=not all(covered),
            bill=_charges(before) != _charges(after),
            rules=_differing(before, after),
        )

    def _settled(self, visit: Visit, moment: Moment) -> tuple[Policy, Bill]:
        own = replace(visit, date_of_service=self.day or visit.date_of_service, memo={})
        policy = moment.policy(own.payer, own.date_of_service, own.setting, own.mac)
        return policy, settle(own, policy)


def _charges(bill: Bill) -> Said:
    return Counter(line.charge for line in bill.lines)


def _covered(policy: Policy) -> list[bool]:
    """Tell of each table whether an edition of it speaks for the policy's day."""
    return [policy.find(name) is not None for name in TABLES]


def _differing(before: Bill, after: Bill) -> dict[str, frozenset[str]]:
    """Return the rules that say otherwise, and how."""
    found: dict[str, set[str]] = {}
    for old, new, (more, less) in (
        (_findings(before), _findings(after), (NEW, GONE)),
        (_unchecked(before), _unchecked(after), (UNCHECKED, CHECKED)),
    ):
        for rule in old.keys() | new.keys():
            was, now = old.get(rule, NOTHING), new.get(rule, NOTHING)
            if was != now:
                sort = less if not now - was else more if not was - now else CHANGED
                found.setdefault(rule, set()).add(sort)
    return {rule: frozenset(found[rule]) for rule in sorted(found)}


def _findings(bill: Bill) -> dict[str, Said]:
    """Return what each rule finds, whether it is answered, and what else it proposes."""
    return _by_rule(
        (finding.rule, _bare(finding, answered=answered))
        for answered, own in ((True, bill.fixed), (False, bill.open))
        for finding in own
    )


def _bare(finding: Finding, *, answered: bool) -> Hashable:
    """Return a finding without its authority."""
    proposed = tuple((fix.label, fix.attests) for fix in finding.fixes)
    return finding.says, finding.codes, finding.indicator, answered, proposed


def _unchecked(bill: Bill) -> dict[str, Said]:
    return _by_rule((said.rule, said.why) for said in bill.not_checked)


def _by_rule(said: Iterable[tuple[str, Hashable]]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for rule, what in said:
        found.setdefault(rule, Counter())[what] += 1
    return found
