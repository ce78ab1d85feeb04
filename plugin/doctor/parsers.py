"""The ``doctor`` command's words; what it does is loaded only when it is asked for."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def parsers(commands: "Commands") -> None:
    """Add ``doctor`` and what can be asked of it; asked nothing more, it looks at everything."""
    doctor = commands.add_parser("doctor", help="say what is wrong, and what to do about it")
    doctor.set_defaults(run=_everything)
    asked = doctor.add_subparsers(dest="about", metavar="ABOUT")

    token = asked.add_parser("token", help="explain why a client's token is refused")
    token.add_argument("file", help="a file that holds the token; - for stdin")
    token.add_argument("--tenant", help="the site it was shown to; else the one that has its iss")
    token.add_argument(
        "--at", help="when it was shown, such as 2026-03-02T16:00:00Z; else it is shown now"
    )
    token.set_defaults(run=_token)


def _token(chosen: argparse.Namespace) -> int:
    from plugin.doctor.token import explain  # noqa: PLC0415 - loads the sites and the cryptography

    return explain(chosen.file, tenant=chosen.tenant, at=chosen.at)


def _everything(_: argparse.Namespace) -> int:
    from plugin.doctor.everything import examine  # noqa: PLC0415 - loads the rules and the store

    return examine()
