"""``countersign impact``, as people type it."""

import argparse
from pathlib import Path

FIRST_DAY = "first"
"""Stands for the first day of the new edition."""
EPILOG = """
OLD and NEW are names that `countersign editions` lists, such as 2026Q3, mue-hospital:2026Q3 or
ptp-practitioner:v322r0; or `shipped`, what comes with the service; or `now`, all that is loaded.

VISITS has one visit a line: a CDS Hooks request or a FHIR Bundle, as POST /check takes it. What the
store keeps of a visit opens by its own trace alone, so stored visits cannot be listed or read for
you: name them, one {"trace": "..."} a line, or give the answers of POST /check, which hold it.
"""


def parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    impact = commands.add_parser(
        "impact",
        help="say what changes between two editions, and which visits it touches",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    impact.add_argument("old", metavar="OLD")
    impact.add_argument("new", metavar="NEW")
    impact.add_argument("--visits", metavar="NDJSON", help="visits to judge twice; - for stdin")
    impact.add_argument(
        "--as-of",
        nargs="?",
        const=FIRST_DAY,
        default="",
        metavar="DAY",
        help="compare on this day and judge every visit as though furnished on it, both editions"
        " speaking; without DAY, the first day of NEW. Else each visit keeps its day",
    )
    impact.add_argument("--all", action="store_true", help="list changes of other codes too")
    form = impact.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--html", type=Path, metavar="FILE", help="write a page")
    impact.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    from plugin.impact.command import run  # noqa: PLC0415 - a server needs none of it

    return run(chosen)
