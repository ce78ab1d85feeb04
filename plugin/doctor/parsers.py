"""The ``doctor`` command's words; what it does is loaded only when it is asked for."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def parsers(commands: "Commands") -> None:
    """Add ``doctor`` and what can be asked of it; asked nothing more, it looks at everything."""
    doctor = commands.add_parser("doctor", help="say what is wrong, and what to do about it")
    doctor.set_defaults(run=_everything)
    doctor.add_subparsers(dest="about", metavar="ABOUT")


def _everything(_: argparse.Namespace) -> int:
    from plugin.doctor.everything import examine  # noqa: PLC0415 - loads the rules and the store

    return examine()
