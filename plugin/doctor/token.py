"""``countersign doctor token``: every check of a client's token, and what to do where one fails.

The token, its signature and its jti are never printed.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from plugin import settings
from plugin.hooks.services import SERVICES
from plugin.settings import Settings, SettingsError
from plugin.sites import load
from plugin.store.faults import StoreError
from plugin.store.spent import Spent
from plugin.tenants import DEMO, Tenant
from plugin.trust.checks import CHECKS, Case
from plugin.trust.gate import Gate, spending
from plugin.trust.reasons import REASONS, TokenRefusedError
from plugin.trust.token import LONGEST, Presented, bearer, opened
from rules.policy import RuleDataError

SHOWN: Mapping[str, tuple[str, ...]] = {
    "kind": ("typ",),
    "issuer": ("iss",),
    "algorithm": ("alg",),
    "expiry": ("exp",),
    "issued": ("iat",),
    "not_before": ("nbf",),
    "lifetime": ("iat", "exp"),
    "audience": ("aud",),
    "subject": ("sub", "tenant"),
    "key": ("kid", "jku"),
}
"""What is shown of the token beside each check."""
MOMENTS = frozenset(("exp", "iat", "nbf"))
NEEDS = {"issuer": "the client", "key": "its key"}
"""What later checks cannot do without."""


class UnaskableError(Exception):
    """The question cannot be answered; the message says why."""


def explain(file: str, *, tenant: str | None, at: str | None) -> int:
    """Print what becomes of a token; return 0 when it is accepted, 2 when it is not."""
    try:
        chosen, now = settings.load(), _moment(at)
        sites = load(chosen.tenants)
        token = opened(bearer(f"Bearer {_read(file)}"))
        site = _site(sites, tenant, token.claims.get("iss"))
    except TokenRefusedError as error:
        print(f"refused: {REASONS[error.reason].says}\n  do: {REASONS[error.reason].remedy}")
        return 2
    except (SettingsError, RuleDataError, UnaskableError) as error:
        print(f"countersign: {error}", file=sys.stderr)
        return 2
    spent = Spent(chosen.database_url)
    try:
        case = _case(site, token, now, Gate(chosen.public_url, spent.spend))
        refused = list(_told(case, site, spent if _stored(chosen) else None))
    finally:
        spent.close()
    print(f"{'refused' if any(refused) else 'accepted'} by site {site.name}")
    return 2 if any(refused) else 0


def _told(case: Case, site: Tenant, spent: Spent | None) -> Iterator[bool]:
    """Print one check after another; yield whether each refuses."""
    failed: set[str] = set()
    for check in CHECKS:
        name = check.__name__
        try:
            check(case)
        except TokenRefusedError as error:
            if error.reason in NEEDS and error.reason in failed:
                print(f"  --   {name}: not checked, for want of {NEEDS[error.reason]}")
                continue
            failed.add(error.reason)
            _failed(name, error.reason, case)
            yield True
        else:
            print(f"  ok   {name}{_shown(name, case)}")
    if not failed:
        yield _used(case, site, spent)


def _failed(name: str, reason: str, case: Case) -> None:
    print(f"  NO   {name}{_shown(name, case)}: {REASONS[reason].says}")
    if reason == "audience":
        own = case.client.audiences if case.client else ()
        for address in (*case.audiences, *sorted(own)):
            print(f"         would do: {address}")
    print(f"       do: {REASONS[reason].remedy}")


def _used(case: Case, site: Tenant, spent: Spent | None) -> bool:
    """Print whether a good token was used before; it is not used up by asking."""
    try:
        known = spent is not None and spent.knows(spending(site.name, case)[0])
    except StoreError as error:
        print(f"  --   once: not checked: {error}")
        return False
    if known:
        _failed("once", "replayed", case)
    else:
        print("  ok   once")
    return known


def _shown(name: str, case: Case) -> str:
    """Write what a token says, escaped, so that it cannot write anything else."""
    said = {**case.token.claims, **case.token.header} if name != "subject" else case.token.claims
    parts = [
        f"{each} {json.dumps(said[each])}{_day(said[each]) if each in MOMENTS else ''}"
        for each in SHOWN.get(name, ())
        if each in said
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _day(seconds: Any) -> str:
    try:
        return f" = {datetime.fromtimestamp(seconds, UTC).isoformat(timespec='seconds')}"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""


def _case(site: Tenant, token: Presented, now: float, gate: Gate) -> Case:
    """Return a token as shown at any address of a site."""
    roots = (f"/t/{site.name}", "") if site.name == DEMO else (f"/t/{site.name}",)
    rests = ("", *(f"/{one.id}{end}" for one in SERVICES for end in ("", "/feedback")))
    paths = [f"{root}/cds-services{rest}" for root in roots for rest in rests]
    case = gate.case(site.terms, token, paths[0], now)
    case.audiences = tuple(
        address for path in paths for address in gate.case(site.terms, token, path, now).audiences
    )
    return case


def _site(sites: Mapping[str, Tenant], name: str | None, iss: Any) -> Tenant:
    if name is not None:
        if name not in sites:
            raise UnaskableError(f"there is no site {name}; there are {', '.join(sorted(sites))}")
        if sites[name].open:
            raise UnaskableError(f"site {name} is open: it looks at no token")
        return sites[name]
    closed = [site for site in sites.values() if not site.open]
    having = [site for site in closed if isinstance(iss, str) and iss in site.terms.clients]
    if len(having) != 1:
        found = ", ".join(site.name for site in having) or "no site"
        raise UnaskableError(f"{found} has a client with this iss; name the site with --tenant")
    return having[0]


def _read(file: str) -> str:
    """Return a token as it was saved: alone, or with the header's name and scheme before it."""
    try:
        text = sys.stdin.read(4 * LONGEST) if file == "-" else Path(file).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise UnaskableError(f"{file}: cannot be read as text") from error
    return text.split()[-1] if text.split() else ""


def _moment(at: str | None) -> float:
    if at is None:
        return time.time()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise UnaskableError("--at: should be a moment such as 2026-03-02T16:00:00Z") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _stored(chosen: Settings) -> bool:
    """Tell whether there is a store to ask; asking should not make one."""
    address = make_url(chosen.database_url)
    return address.get_backend_name() != "sqlite" or Path(f"{address.database}-tokens").exists()
