"""What ``countersign tenant new``, ``test`` and ``list`` do."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from plugin import settings
from plugin.fhir.access import allowed
from plugin.onboarding.ehrs import EHRS
from plugin.onboarding.trying import Trial, try_ehr, try_service
from plugin.onboarding.writing import Given, text, told
from plugin.report import Report
from plugin.rulebook import ROOT
from plugin.settings import SettingsError
from plugin.sites import Sites, load
from plugin.tenants import Tenant, reader
from rules.policy import RuleDataError

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
ADDRESS = re.compile(r"https?://[^\s\"'\\]+")
REFUSED = 2


class UsageError(Exception):
    """What was asked cannot be done; the message says why."""


def run_new(chosen: argparse.Namespace) -> int:
    """Write the file of a new site; 2 and a reason when it cannot be, or is there already."""
    try:
        own = settings.load()
        given = _given(chosen)
        path = (chosen.folder or own.tenants or own.home / "tenants") / f"{given.name}.yaml"
        _write(path, text(given))
    except (UsageError, SettingsError) as error:
        return _fail(str(error))
    print(f"Wrote {path}")
    for line in _wanting(path):
        print(f"  {line}")
    scope = json.loads((ROOT / "manifest.json").read_text(encoding="utf-8"))["scope"]
    print("\n".join(("", *told(given, own.public_url, scope))))
    if path.parent != own.tenants:
        print(f"  note: a service reads it with COUNTERSIGN_TENANTS={path.parent}")
    return 0


def _given(chosen: argparse.Namespace) -> Given:
    if not NAME.fullmatch(chosen.name):
        raise UsageError(f"{chosen.name!r}: small letters, digits, - and _, a letter first")
    for option in ("fhir_server", "jku"):
        value = getattr(chosen, option)
        if value and not ADDRESS.fullmatch(value):
            raise UsageError(f"--{option.replace('_', '-')}: should be an address, https://...")
    return Given(
        name=chosen.name,
        title=chosen.title or chosen.name.replace("_", " ").replace("-", " ").capitalize(),
        ehr=EHRS[chosen.ehr],
        fhir_server=chosen.fhir_server.rstrip("/"),
        issuer=chosen.issuer,
        jku=chosen.jku,
        client=chosen.client,
        payers=list(_payers(chosen.payer)),
    )


def _payers(options: list[str]) -> Iterator[tuple[str, str]]:
    known = sorted(path.stem for path in (ROOT / "profiles" / "payers").glob("*.yaml"))
    for option in options:
        said, _, profile = option.rpartition("=")
        if not said or profile not in known:
            raise UsageError(f"--payer {option}: should be SAID=PROFILE, one of {', '.join(known)}")
        yield said, profile


def _write(path: Path, content: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError as error:
        raise UsageError(f"{path}: is there already, and is left as it is") from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _wanting(path: Path) -> Iterator[str]:
    """Say what is still to be filled in; until then the site does not answer."""
    try:
        reader()(path)
    except RuleDataError as error:
        yield f"does not answer yet: {error}"
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        key, sign, what = line.partition("# fill in: ")
        if sign:
            yield f"line {number}: {key.strip(' -:')}: {what}"


def run_list(_: argparse.Namespace) -> int:
    """List the sites; 2 when a file is refused."""
    try:
        sites = load(settings.load().tenants)
    except (SettingsError, RuleDataError) as error:
        return _fail(str(error))
    for name, site in sorted(sites.items()):
        who = "open" if site.open else "by token"
        print(f"{name}  {site.title}  ({who}, {sites.path(name)})")
    for fault in sites.faults:
        print(f"countersign: {fault}", file=sys.stderr)
    return REFUSED if sites.faults else 0


def run_test(chosen: argparse.Namespace) -> int:
    """Try a site's EHR and this service; 2 when something does not work."""
    try:
        own = settings.load()
        sites = load(own.tenants)
        site = _site(sites, chosen.name)
        server = _server(site, chosen.server)
        token = _token(chosen.token) if chosen.token else ""
    except (SettingsError, RuleDataError, UsageError) as error:
        return _fail(str(error))
    report = Report()
    report.about(f"{site.title}: its EHR's FHIR server")
    try_ehr(Trial(site=site, server=server, token=token, encounter=chosen.encounter), report)
    report.about("This service")
    try_service(site, chosen.service.rstrip("/") or own.public_url, report)
    return report.status


def _site(sites: Sites, name: str) -> Tenant:
    for fault in sites.faults:
        if f"/{name}.yaml: " in fault:
            raise UsageError(fault)
    if name not in sites:
        raise UsageError(f"{name}: there is no such site; there are {', '.join(sorted(sites))}")
    return sites[name]


def _server(site: Tenant, asked: str) -> str:
    """Return the server to call, one that the site has named: the token goes to no other."""
    found = asked or next(iter(site.fhir_servers), "")
    if not found:
        raise UsageError(f"{site.name}: fhir_servers: names none; without one nothing is fetched")
    if not allowed(found, site.fhir_servers):
        raise UsageError(f"--server: is none of {site.name}'s fhir_servers")
    return found.rstrip("/")


def _token(name: str) -> str:
    """Return the token, and nothing of the ``Bearer`` before it."""
    try:
        said = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("--token: the file cannot be read") from error
    words = said.split()
    if not words or not words[-1].isascii():
        raise UsageError("--token: holds no token")
    return words[-1]


def _fail(message: str) -> int:
    print(f"countersign: {message}", file=sys.stderr)
    return REFUSED
