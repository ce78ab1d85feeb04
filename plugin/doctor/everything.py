"""``countersign doctor``: every setting, the store, the tables and the sites, and what is wrong."""

import difflib
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from plugin import rulebook, settings
from plugin.imports.faults import StoreError as EditionsError
from plugin.imports.follow import Editions
from plugin.report import Report
from plugin.settings import PREFIX, Settings, SettingsError
from plugin.sites import load
from plugin.store.faults import StoreError
from plugin.store.store import Store, shown
from plugin.web.freshness import Told, tables, uncovered
from rules.policy import RuleDataError

CONFIG = "config"
NAMES = (CONFIG, *(field.name for field in fields(Settings)))
"""Every setting there is."""


def examine(environment: Mapping[str, str] = os.environ) -> int:
    """Print what was found; 2 when something is wrong, else 0."""
    report = Report()
    report.about("Settings")
    chosen = _settings(environment, report)
    report.about("Store")
    _store(chosen.database_url, report)
    report.about("Tables")
    _tables(chosen.home, report)
    report.about("Sites")
    _sites(chosen, report)
    return report.status


def _settings(environment: Mapping[str, str], report: Report) -> Settings:
    """Tell each setting with its value and origin; return those that are in order."""
    written: Mapping[str, str] = {}
    try:
        written = settings.from_file(environment)
    except SettingsError as error:
        report.fault(str(error))
    spoken = settings.from_environment(environment)
    said = {**written, **spoken}
    origins = {**dict.fromkeys(written, "file"), **dict.fromkeys(spoken, "environment")}
    wrong = {name: why for name, value in said.items() if (why := _fault(name, value))}
    chosen = settings.load(_alone({k: v for k, v in said.items() if k not in {*wrong, CONFIG}}))
    for name in NAMES:
        if name not in wrong:
            value = said.get(CONFIG, "none") if name == CONFIG else getattr(chosen, name)
            origin = origins.get(name, "default")
            report.fine(f"{PREFIX}{name.upper()} = {_shown(name, value)} ({origin})")
    for name, why in wrong.items():
        report.fault(f"{why} ({origins[name]})")
    return chosen


def _fault(name: str, value: str) -> str:
    """Return what is wrong with a setting; its value is not repeated."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1)
        hint = f"; was {PREFIX}{near[0].upper()} meant?" if near else ""
        return f"{PREFIX}{name.upper()}: is no setting of this version{hint}"
    try:
        settings.load({} if name == CONFIG else _alone({name: value}))
        if name == "database_url":
            make_url(value)
    except SettingsError as error:
        return str(error)
    except ArgumentError:
        return f"{PREFIX}DATABASE_URL: is no address of a database (SQLAlchemy's form)"
    return ""


def _alone(said: Mapping[str, str]) -> dict[str, str]:
    """Return settings as an environment that holds nothing else."""
    return {f"{PREFIX}{name.upper()}": value for name, value in said.items()}


def _shown(name: str, value: Any) -> str:
    """Write a setting, a database's password hidden wherever it stands."""
    if name == "database_url":
        return shown(value)
    return {True: "on", False: "off"}.get(value, str(value)) if name == "demo" else str(value)


def _store(url: str, report: Report) -> None:
    address = make_url(url)
    file = address.database or ""
    if address.get_backend_name() == "sqlite" and file not in {"", ":memory:"}:
        where = Path(file)
        if not where.exists():
            _made(where, report)
            return
    try:
        store = Store(url)
    except StoreError as error:
        report.fault(f"{error}; is the database there, and may this user write to it?")
        return
    if store.ready():
        report.fine(f"{shown(url)} opens")
    else:
        report.fault("opens, but does not answer; see the database's own log")
    store.close()


def _made(where: Path, report: Report) -> None:
    """Tell whether the embedded store, which is not there yet, can be made."""
    above = next((folder for folder in where.parents if folder.exists()), Path.cwd())
    if above.is_dir() and os.access(above, os.W_OK):
        report.fine(f"{where} is not there yet; the service makes it")
    else:
        report.fault(f"{where} cannot be made: {above} is not to be written to")


def _tables(home: Path, report: Report) -> None:
    today = datetime.now(UTC).date()
    try:
        book = rulebook.load(editions=Editions(home))
    except (RuleDataError, EditionsError) as error:
        report.fault(str(error))
        return
    every = tables(book.now())
    for own in every:
        report.fine(_aged(own, own.plain(today)))
    for slot in uncovered(every, today):
        report.fault(f"{slot}: no edition speaks for today; import the newest (countersign import)")


def _aged(own: Told, plain: Mapping[str, Any]) -> str:
    span = f"{own.first} to {own.last or 'further notice'}"
    return f"{own.slot} {own.edition}: {plain['source']}, {plain['ageDays']} days old, for {span}"


def _sites(chosen: Settings, report: Report) -> None:
    try:
        sites = load(chosen.tenants)
    except RuleDataError as error:
        report.fault(str(error))
        return
    for name, site in sorted(sites.items()):
        report.fine(f"{name}: {site.title} ({sites.path(name)})")
    for fault in sites.faults:
        report.fault(fault)
