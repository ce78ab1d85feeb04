"""A process that writes to a store: ``python -m tests.store.writer ADDRESS NAME COUNT``."""

import sys
from dataclasses import replace

from plugin.store.store import Store
from tests.store.test_store import EVENT, decided


def main(url: str, name: str, count: str) -> None:
    """Write decisions and feedback, once told to begin, as fast as they are taken."""
    store = Store(url)
    sys.stdout.write("open\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for number in range(int(count)):
        facts = f"{name} {number}".encode()
        store.record(decided(number, facts))
        store.add_feedback([replace(EVENT, card=f"{name}-{number}"), EVENT])
    store.close()
    sys.stdout.write(f"gave up {store.given_up}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
