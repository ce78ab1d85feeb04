"""``countersign tenant``, as people type it."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

EHRS = ("epic", "oracle", "athena", "ecw", "medplum", "other")


def parsers(commands: "Commands") -> None:
    """Add ``tenant new``, ``tenant test`` and ``tenant list``."""
    tenant = commands.add_parser("tenant", help="add, try and list sites")
    acts = tenant.add_subparsers(dest="act", required=True, metavar="new | test | list")

    new = acts.add_parser("new", help="write a site's file, and say what to type into its EHR")
    new.add_argument("name", help="small letters, digits, - and _; the name in the address")
    new.add_argument("--ehr", required=True, choices=EHRS, help="whose habits it has")
    new.add_argument("--folder", type=Path, help="where to write it (COUNTERSIGN_TENANTS)")
    new.add_argument("--title", default="", help="what people call it")
    new.add_argument("--fhir-server", default="", metavar="URL", help="its EHR's FHIR R4 server")
    new.add_argument("--issuer", default="", metavar="ISS", help="iss of its tokens")
    new.add_argument("--jku", default="", metavar="URL", help="where its key set is")
    new.add_argument("--client", default="", metavar="ID", help="the EHR's id of this service")
    new.add_argument(
        "--payer",
        action="append",
        default=[],
        metavar="SAID=PROFILE",
        help="what a coverage says of its payer, and the profile it means; may stand many times",
    )
    new.set_defaults(run=_later("run_new"))

    test = acts.add_parser("test", help="call the EHR's FHIR server and this service for a site")
    test.add_argument("name", help="the site")
    test.add_argument("--token", metavar="FILE", help="a file with an access token; - for stdin")
    test.add_argument("--server", default="", metavar="URL", help="which of its FHIR servers")
    test.add_argument("--encounter", default="", metavar="ID", help="a visit of a test patient")
    test.add_argument("--service", default="", metavar="URL", help="this service, if elsewhere")
    test.set_defaults(run=_later("run_test"))

    lists = acts.add_parser("list", help="list the sites, and what is wrong with their files")
    lists.set_defaults(run=_later("run_list"))


def _later(name: str) -> Callable[[argparse.Namespace], int]:
    """Return a function of the command, loaded when it is called: a server needs none of it."""

    def run(chosen: argparse.Namespace) -> int:
        from plugin.onboarding import command  # noqa: PLC0415

        return int(getattr(command, name)(chosen))

    return run
