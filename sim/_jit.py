"""The simulator's one door to numba: `kernel` compiles a loop on its first call.

Why nothing is cached on disk: the world has one kernel, which compiles in a second beside everything else, and a cache
would have to survive read-only homes, torn files and other machines. NUMBA_DISABLE_JIT=1 runs it as plain Python.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a function; it runs beside other threads, so that the wires keep their time."""
    return cast(F, numba.njit(nogil=True, error_model="numpy", fastmath={"contract", "reassoc", "nsz"})(function))
