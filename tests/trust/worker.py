"""Another worker: ``python -m tests.trust.worker HOME ROOT``, or ``... spend ADDRESS COUNT``.

The first shows the token on its standard input to a service of its own and prints the status; the
second spends the same names as every other process that does, and prints how many were new.
"""

import sys
from pathlib import Path

from plugin import tenants
from plugin.parts import parts
from plugin.store.spent import Spent
from tests.hooks import bad
from tests.hooks.service import equip, start
from tests.trust.making import HERE

UNTIL = 1 << 40


def show(home: str, root: str) -> None:
    """Show a token to a service."""
    app = start(Path(home))
    equip(app, tenants=tenants.load(Path(root)))
    headers = {"Authorization": f"Bearer {sys.stdin.readline().strip()}"}
    answer = app.test_client().post(HERE, json=bad.good(), headers=headers)
    parts(app).store.close()
    sys.stdout.write(f"{answer.status_code}\n")


def spend(url: str, count: str) -> None:
    """Spend names, once told to begin."""
    spent = Spent(url)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    sys.stdin.readline()
    new = sum(spent.spend(number.to_bytes(16), UNTIL) for number in range(int(count)))
    spent.close()
    sys.stdout.write(f"{new}\n")


if __name__ == "__main__":
    spend(*sys.argv[2:]) if sys.argv[1] == "spend" else show(*sys.argv[1:])
