"""The command line: ``countersign serve``, ``check``, ``import``, ``tenant``, ``doctor`` ..."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from plugin import __version__, settings
from plugin.doctor.parsers import parsers as doctor
from plugin.impact.parsers import parsers as impact
from plugin.imports.parsers import parsers as editions
from plugin.onboarding.parsers import parsers as tenant

if TYPE_CHECKING:
    from flask import Flask


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; exit status 2 means that what was asked could not be done."""
    parser = argparse.ArgumentParser(
        prog="countersign", description="The second signature on a therapy visit."
    )
    parser.add_argument("--version", action="version", version=f"countersign {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="start the service")
    serve.add_argument("--host", help="address to listen on (COUNTERSIGN_HOST)")
    serve.add_argument("--port", type=int, help="port to listen on (COUNTERSIGN_PORT)")
    serve.add_argument("--workers", type=int, help="worker processes (COUNTERSIGN_WORKERS)")
    serve.set_defaults(run=_serve)

    check = commands.add_parser("check", help="check one visit and print its bill")
    check.add_argument("file", help="a CDS Hooks request or FHIR Bundle, as JSON; - for stdin")
    check.add_argument("--json", action="store_true", help="print what POST /check answers")
    check.add_argument("--tenant", default="demo", help="the site whose settings apply (demo)")
    check.add_argument("--strict", action="store_true", help="hold all to the full FHIR models")
    check.set_defaults(run=_check)

    editions(commands)
    impact(commands)
    tenant(commands)
    doctor(commands)

    chosen = parser.parse_args(arguments)
    sys.exit(chosen.run(chosen))


def _serve(chosen: argparse.Namespace) -> int:
    """Start the WSGI server; the application itself is loaded in its workers."""
    for name in ("host", "port", "workers"):
        if getattr(chosen, name) is not None:
            os.environ[f"{settings.PREFIX}{name.upper()}"] = str(getattr(chosen, name))
    try:
        how = settings.load()
    except settings.SettingsError as error:
        return _fail(error)
    if _taken(how.host, how.port):
        return _fail(f"port {how.port} of {how.host} is in use; choose another with --port")
    from granian import Granian  # noqa: PLC0415 - only a server needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    if how.demo:
        print(f"Simulated EHR:   {how.public_url}/", flush=True)
    print(f"CDS Hooks:       {how.public_url}/cds-services", flush=True)
    Granian(
        "plugin.app:serve",
        address=str(socket.getaddrinfo(how.host, how.port)[0][4][0]),
        port=how.port,
        interface=Interfaces.WSGI,
        workers=how.workers,
        blocking_threads=settings.THREADS,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
    ).serve(target_loader=_application, wrap_loader=False)
    return 0


def _application() -> "Flask":
    """Load the application in a worker.

    Granian's own loader looks in the current folder first, where anything may be named ``rules``.
    """
    from plugin.app import serve  # noqa: PLC0415 - the parent serves nothing

    return serve()


def _check(chosen: argparse.Namespace) -> int:
    """Print the bill of one visit, what was found, and the arithmetic."""
    from plugin.offline import check_file  # noqa: PLC0415 - loads the rules

    return check_file(chosen.file, as_json=chosen.json, tenant=chosen.tenant, strict=chosen.strict)


def _taken(host: str, port: int) -> bool:
    """Tell whether another server has the port; the workers would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def _fail(error: Exception | str) -> int:
    print(f"countersign: {error}", file=sys.stderr)
    return 2
