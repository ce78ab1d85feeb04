"""Threads of the service share the arenas of the C library's heap."""

import platform
import subprocess
import sys

import pytest

from plugin import heap

ARENAS = """
import ctypes, sys, threading
from plugin.heap import few_arenas

if sys.argv[1:]:
    few_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
meet = threading.Barrier(8)

def allocate():
    meet.wait()
    libc.malloc(ctypes.c_size_t(5000))
    meet.wait()

threads = [threading.Thread(target=allocate) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
"""


def arenas(*wished: str) -> int:
    """Return how many arenas a process with eight threads comes to."""
    ran = subprocess.run(
        [sys.executable, "-c", ARENAS, *wished], capture_output=True, text=True, check=True
    )
    return ran.stdout.count("<heap nr=")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="of glibc alone")
def test_threads_share_few_arenas() -> None:
    assert arenas() > heap.ARENAS
    assert arenas("few") == heap.ARENAS
