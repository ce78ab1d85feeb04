"""``countersign import`` and ``countersign editions``, as people type them."""

import argparse
from collections.abc import Callable
from pathlib import Path

KINDS = ("ptp", "mue", "add-on", "rvu", "gpci", "zip", "therapy-list", "nucc")
SETTINGS = ("practitioner", "hospital", "standard", "apm")


def parsers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the command line."""
    brings = commands.add_parser("import", help="load official CMS files as a new edition")
    brings.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    brings.add_argument("files", nargs="+", type=Path, metavar="FILE", help="zip, TXT, CSV, XLSX")
    brings.add_argument("--all", action="store_true", help="keep rows about other codes too")
    brings.add_argument("--setting", default="", choices=SETTINGS, help="where no file says it")
    brings.add_argument("--effective", default="", metavar="DAY", help="first day, 2026-07-01")
    brings.add_argument("--ending", default="", metavar="DAY", help="last day of service")
    brings.add_argument("--excerpt", action="store_true", help="the files are parts on purpose")
    brings.add_argument("--past", action="store_true", help="an older edition is wanted")
    brings.add_argument("--accept-changes", action="store_true", help="many changes are meant")
    brings.add_argument("--by", default="", metavar="NAME", help="who imports (the user)")
    brings.set_defaults(run=_later("run_import"))

    lists = commands.add_parser("editions", help="list the tables that are loaded")
    lists.set_defaults(run=_later("run_editions"))
    acts = lists.add_subparsers(dest="act", metavar="rollback")
    back = acts.add_parser("rollback", help="take back the last import of a kind")
    back.add_argument("kind", metavar="KIND", help="ptp, or ptp-hospital for one setting")
    back.set_defaults(run=_later("run_rollback"))


def _later(name: str) -> Callable[[argparse.Namespace], int]:
    """Return a function of the commands, loaded when it is called: a server needs none of it."""

    def run(chosen: argparse.Namespace) -> int:
        from plugin.imports import command  # noqa: PLC0415

        return int(getattr(command, name)(chosen))

    return run
