"""A visit checked from a file, without a server or a store."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from plugin import rulebook, settings
from plugin.account import worked
from plugin.errors import RefusedError
from plugin.estimate import Estimate
from plugin.fhir import coding
from plugin.fhir.coding import worded
from plugin.fhir.writing.plan import told
from plugin.hooks.taken import taken
from plugin.imports.faults import StoreError as EditionsError
from plugin.imports.follow import Editions
from plugin.json import read as read_json
from plugin.parts import encode
from plugin.review import Review, Reviewer
from plugin.settings import SettingsError
from plugin.sites import Sites
from plugin.tenants import DEMO, Tenant
from plugin.web.check import reviewed, worth
from rules.model import Finding
from rules.policy import RuleDataError

MARKS = {"info": "note", "warning": "warn", "critical": "STOP"}


def check_file(name: str, *, as_json: bool, tenant: str = DEMO, strict: bool = False) -> int:
    """Print what a review of a file says; 2 when the file cannot be checked, else 0.

    With ``strict`` every resource is held to the full FHIR models, as a site may ask for too.
    """
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        review, estimate = _review(body, tenant, strict=strict)
    except OSError as error:
        return _fail(f"{name}: cannot be read: {error.strerror}")
    except (RefusedError, RuleDataError) as error:
        return _fail(f"{name}: {error}")
    except (SettingsError, EditionsError) as error:
        return _fail(str(error))
    if as_json:
        print(msgspec.json.format(encode(reviewed(review, estimate)), indent=2).decode())
    else:
        print("\n".join((*report(review), "", *priced(estimate))))
    return 0


def report(review: Review) -> Iterator[str]:
    """Return a review as lines for a terminal."""
    visit, bill = review.reading.visit, review.bill
    yield f"Date of service {visit.date_of_service}, payer {review.policy.payer}, {visit.setting}"
    yield ""
    yield "Bill"
    yield from (f"  {told(line)}" for line in bill.lines)
    if not bill.lines:
        yield "  nothing"
    read = worded(bill.lines, visit.services)
    if read:
        yield from ("", "Read from the chart", *(f"  {line}" for line in read))
    arithmetic = tuple(worked(bill.findings))
    if arithmetic:
        yield from ("", "Arithmetic", *(f"  {line}" for line in arithmetic))
    if bill.findings:
        yield from ("", "Findings")
        for finding in bill.fixed:
            yield from _told(finding, "done")
        for finding in bill.open:
            yield from _told(finding, MARKS[finding.indicator])
    said = [f"{n.rule}: {n.why}" for n in bill.not_checked]
    said += [f"{issue.where}: {issue.why}" for issue in review.reading.left_out]
    said += review.reading.unread
    if said:
        yield from ("", "Not checked", *(f"  {line}" for line in said))


def priced(estimate: Estimate) -> Iterator[str]:
    """Return an estimate as lines for a terminal."""
    yield "Estimate"
    for each in estimate.lines:
        worth = each.why if each.allowed is None else f"${each.allowed:,.2f}"
        yield f"  {told(each.line)}: {worth}"
    if estimate.total is not None:
        yield f"  In all: ${estimate.total:,.2f}"
    yield f"  {estimate.basis}"


def _told(finding: Finding, mark: str) -> Iterator[str]:
    yield f"  {mark}  {finding.says}"
    edition = f", {finding.cite.edition}" if finding.cite.edition else ""
    yield f"        {finding.cite.title}{edition}"
    for fix in finding.fixes if mark != "done" else ():
        yield f"        {fix.label}, if {fix.attests}"


def _review(body: bytes, tenant: str, *, strict: bool) -> tuple[Review, Estimate]:
    chosen = settings.load()
    book = rulebook.load(editions=Editions(chosen.home))
    coder = coding.load(book.tables.codes, {})
    site = _site(Sites(coder, chosen.tenants), tenant)
    data = read_json(body)
    gathered, asked = taken(data, replace(site, strict=True) if strict else site)
    review = Reviewer(book, "https://countersign.invalid", coder).review(gathered, asked)
    return review, worth(review, asked.tenant, book)


def _site(sites: Sites, name: str) -> Tenant:
    """Return a site; SettingsError, with what may be wrong, when there is none."""
    if name in sites:
        return sites[name]
    found = ", ".join(sorted(sites))
    why = next((f for f in sites.faults if f"{name}.yaml: " in f), f"no such site, but {found}")
    raise SettingsError(f"--tenant {name}: {why}")


def _fail(message: str) -> int:
    print(f"countersign: {message}", file=sys.stderr)
    return 2
