"""A new site's file, with its EHR's defaults, and what its EHR must be told.

What only the site knows is left empty, and a file with an empty key is refused by name.
"""

import json
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plugin.onboarding.ehrs import Ehr

FILL_IN = "# fill in: "
PAYERS = (
    "what a coverage says of its payer, and the profile (profiles/payers) that it means. Types of "
    "payment (SOPT) are understood without it; a payer that nothing matches is unknown."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is known of a new site; empty where it is not."""

    name: str
    title: str
    ehr: Ehr
    fhir_server: str = ""
    issuer: str = ""
    jku: str = ""
    client: str = ""
    payers: Sequence[tuple[str, str]] = ()

    @property
    def iss(self) -> str:
        """The issuer: as given, else as its EHR has it."""
        return self.issuer or self.ehr.issuer.replace("{fhir}", self.fhir_server)

    @property
    def keys(self) -> str:
        """Where its keys are: as given, else as its EHR has it, once all of that is known."""
        base = self.fhir_server.partition("/api/")[0]
        known = {"{base}": base, "{client}": self.client}
        found = self.ehr.jku
        for sign, value in known.items():
            if sign in found and not value:
                return self.jku
            found = found.replace(sign, value)
        return self.jku or found


def text(given: Given) -> str:
    """Return the file."""
    return "\n".join(_lines(given)) + "\n"


def _lines(given: Given) -> Iterator[str]:
    ehr = given.ehr
    yield f"# {given.name}: a site on {ehr.title}. docs/tenants.md tells every key."
    yield "# An empty key must be filled in; `check` marks what to make sure of with the site."
    yield f"tenant: {given.name}"
    yield f"title: {_quoted(given.title)}"
    yield "setting: practitioner  # or hospital, critical_access; the encounter goes before"
    yield from _noted(ehr, "fhir_servers")
    if ehr.fetched_from or given.fhir_server:
        yield from _list("fhir_servers", given.fhir_server, "the base of its FHIR R4 server")
    else:
        yield "fhir_servers: []"
    yield from _noted(ehr, "services", f"CDS Hooks {ehr.cds_hooks}. ")
    if ehr.services:
        yield f"services: [{', '.join(ehr.services)}]"
    for key in ("procedures", "lacks", "write", "max_cards"):
        yield from _default(ehr, key)
    yield from _payers(given)
    yield from _clients(given)


def _default(ehr: Ehr, key: str) -> Iterator[str]:
    value = getattr(ehr, key)
    yield from _noted(ehr, key)
    if isinstance(value, tuple):
        value = f"[{', '.join(value)}]"
    yield f"{key}: {value}"


def _payers(given: Given) -> Iterator[str]:
    yield from _commented(PAYERS)
    yield "payers:" if given.payers else "payers: []"
    for said, profile in given.payers:
        yield f"  - {{is: {_quoted(said)}, payer: {profile}}}"


def _clients(given: Given) -> Iterator[str]:
    yield from _noted(given.ehr, "clients")
    yield "clients:"
    yield f"  - iss: {_or_fill_in(given.iss, 'iss of its tokens, to the letter')}"
    yield from (f"    {line}" for line in _list("jku", given.keys, _where(given.ehr)))
    yield f"    algorithms: [{', '.join(given.ehr.algorithms)}]"
    if given.client:
        yield f"    sub: {_quoted(given.client)}"


def _where(ehr: Ehr) -> str:
    pattern = f", such as {ehr.jku}" if "{" in ehr.jku else ""
    return f"where its key set is{pattern}; or its keys, as jwks"


def _noted(ehr: Ehr, key: str, before: str = "") -> Iterator[str]:
    """Write the note about a key as comments, none where there is nothing to say."""
    yield from _commented(before + ehr.notes.get(key, ""))


def _commented(said: str) -> Iterator[str]:
    yield from (f"# {line}" for line in _wrapped(said[:1].upper() + said[1:]))


def _wrapped(said: str) -> list[str]:
    return textwrap.wrap(said, 96, break_on_hyphens=False)


def _list(key: str, value: str, what: str) -> Iterator[str]:
    yield f"{key}: [{_quoted(value)}]" if value else f'{key}:  {FILL_IN}["https://..."], {what}'


def _or_fill_in(value: str, what: str) -> str:
    return _quoted(value) if value else f" {FILL_IN}{what}"


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def told(given: Given, public_url: str, scope: str) -> Iterator[str]:
    """Return what to type into the EHR."""
    ehr, base = given.ehr, f"{public_url}/t/{given.name}/cds-services"
    yield f"What to type into {ehr.title}:"
    yield f"  CDS Hooks      {ehr.cds_hooks}; 2.0.1 and 1.0 are answered"
    yield f"  discovery      {base}"
    for service, hook in HOOKS.items():
        if not ehr.services or service in ehr.services:
            yield f"  service        {base}/{service}"
            yield f"    hook {hook}; aud of its tokens: {base}/{service}"
    yield f"  aud            {ehr.aud}; for feedback, the address ending in /feedback"
    yield f"  algorithms     {', '.join(ehr.algorithms)}; its public keys at the jku in the file"
    yield "  our JWKS       none: this service signs nothing and asks for no token of its own"
    yield f"  scopes         {_scopes(scope, ehr)}"
    if ehr.hooks:
        yield f"  known hooks    {', '.join(ehr.hooks)}"
    if not public_url.startswith("https://"):
        yield f"  note: {public_url} is not https; set COUNTERSIGN_PUBLIC_URL to what the EHR calls"


def _scopes(scope: str, ehr: Ehr) -> str:
    """Return the scopes of the manifest without those of what the EHR does not have."""
    kept = [s for s in scope.split() if s.split("/")[-1].partition(".")[0] not in ehr.lacks]
    return " ".join(kept)


HOOKS = {
    "visit-check": "encounter-discharge",
    "visit-sign": "io.github.countersign-health.encounter-sign",
    "visit-start": "encounter-start",
    "patient-view": "patient-view",
    "order-check": "order-sign",
    "booking-check": "appointment-book",
}
"""The services of the contract, and the hook that each answers."""
