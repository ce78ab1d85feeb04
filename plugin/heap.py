"""The heap of the C library, told how this process uses it."""

import ctypes
import sys

M_ARENA_MAX = -8
"""glibc's ``<malloc.h>``."""
ARENAS = 2
"""With one, the interpreter and the server's own threads wait for each other."""


def few_arenas() -> None:
    """Have threads share arenas; where the C library knows no such wish, nothing.

    One interpreter allocates at a time: an arena for each thread would only hold memory back.
    Threads that run already keep theirs, so this comes first. A setting in the environment would
    come too late, as workers are forked.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_ARENA_MAX, ARENAS)
