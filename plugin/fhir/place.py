"""Where a visit was, and for how long."""

import re
from datetime import date
from typing import Literal, cast

import msgspec

from plugin.fhir import structure
from plugin.fhir.decode import Decoder, Read
from plugin.fhir.elements import Encounter, Extension
from plugin.fhir.facts import FACTS, word
from plugin.fhir.times import Times, legible
from plugin.tenants import Tenant
from rules.words import Setting

TYPE_OF_BILL = structure("type-of-bill")
PLACE_OF_SERVICE = structure("place-of-service")
TELEHEALTH_MODE = structure("telehealth-mode")
SUPERVISION = structure("supervision")
HOSPITAL_PLACES = frozenset({"19", "22"})
OFFICE_PLACES = frozenset({"02", "10", "11", "12"})
TELEHEALTH_PLACES = frozenset({"02", "10"})
CRITICAL_ACCESS = "85"
INSTITUTIONS = ("12", "13", "22", "23", "34", "74", "75")
VIRTUAL = "VR"
MODES = ("video", "audio")
BILL = re.compile(r"\d\d[0-9A-Za-z]?", re.ASCII)
PLACE = re.compile(r"\d\d", re.ASCII)
DAY = 24 * 60


class Where(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a visit was, as far as the encounter and the site say."""

    setting: Setting
    place: str = ""
    type_of_bill: str = ""
    telehealth: bool = False
    telehealth_mode: Literal["video", "audio"] | None = None
    supervision: Literal["direct", "general"] | None = None


def where(read: Read[Encounter], tenant: Tenant, decoder: Decoder) -> Where:
    """Return where a visit was: by type of bill, by place of service, else as the site says."""
    virtual = read.it.class_.code == VIRTUAL
    if not read.it.extension:
        return Where(setting=tenant.setting, supervision=tenant.supervision, telehealth=virtual)
    said = {x.url: x for x in reversed(read.it.extension)}
    bill = _text(said.get(TYPE_OF_BILL)).lstrip("0")
    place = _text(said.get(PLACE_OF_SERVICE))
    mode = _mode(said, read.where, decoder)
    return Where(
        setting=_setting(bill, place, tenant.setting),
        place=_like(PLACE, place, f"{read.where}.extension", decoder),
        type_of_bill=_like(BILL, bill, f"{read.where}.extension", decoder),
        telehealth=virtual or place in TELEHEALTH_PLACES or mode is not None,
        telehealth_mode=mode,
        supervision=_supervision(said, tenant, read.where, decoder),
    )


def length_of(read: Read[Encounter], times: Times, on: date, decoder: Decoder) -> int | None:
    """Return the minutes of a visit that began on a day; None when it does not say."""
    begun, took, _ = times
    if took is None:
        period = read.it.period
        if period and period.start and not legible(period.end):
            decoder.omit(f"{read.where}.period", "has a date that cannot be read")
        return None
    return took if begun == on and 0 <= took < DAY else None  # else a stay, or a series of visits


def _setting(bill: str, place: str, usual: Setting) -> Setting:
    if bill.startswith(CRITICAL_ACCESS):
        return "critical_access"
    if bill.startswith(INSTITUTIONS) or place in HOSPITAL_PLACES:
        return "hospital"
    return "practitioner" if place in OFFICE_PLACES else usual


def _mode(
    said: dict[str, Extension], at: str, decoder: Decoder
) -> Literal["video", "audio"] | None:
    mode = word(said[TELEHEALTH_MODE]) if TELEHEALTH_MODE in said else None
    if mode is not None and mode not in MODES:
        decoder.omit(f"{at}.extension", "the telehealth mode should be video or audio")
        return None
    return cast('Literal["video", "audio"] | None', mode)


def _supervision(
    said: dict[str, Extension], tenant: Tenant, at: str, decoder: Decoder
) -> Literal["direct", "general"] | None:
    stated = word(said[SUPERVISION]) if SUPERVISION in said else None
    if stated is None:
        return tenant.supervision
    if stated not in FACTS[SUPERVISION].allowed:
        decoder.omit(f"{at}.extension", FACTS[SUPERVISION].why)
        return tenant.supervision
    return cast('Literal["direct", "general"]', stated)


def _like(form: re.Pattern[str], text: str, at: str, decoder: Decoder) -> str:
    """Return a text that has the form of what it should be, else an empty one."""
    if text and not form.fullmatch(text):
        decoder.omit(at, "holds a type of bill or place of service that is none")
        return ""
    return text


def _text(extension: Extension | None) -> str:
    return extension.valueString.strip() if extension else ""
