"""Gives back the memory of the compiler, once the kernels are loaded and nothing is compiled any more."""

import ctypes
import logging
import re
from pathlib import Path

_log = logging.getLogger(__name__)

# madvise(2): the pages of a mapping are not needed now; of a file's they come back from it when they are
_MADV_DONTNEED = 4
_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ +(\S+)")
_ANONYMOUS = re.compile(r"Anonymous: +(\d+) kB")


def release() -> None:
    """Let go of what the kernel can read again from numba's LLVM: half of what a station has in memory.

    Only mappings that nobody can write and nobody ever wrote to: what the loader has put right in others is in memory
    alone. Nothing is lost where this is not possible.
    """
    try:
        for start, end in _unwritten(Path("/proc/self/smaps").read_text(encoding="ascii", errors="replace")):
            if ctypes.CDLL(None, use_errno=True).madvise(
                ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_DONTNEED
            ):
                _log.debug("the compiler stays in memory: madvise says %d", ctypes.get_errno())
    except (OSError, AttributeError) as error:
        _log.debug("the compiler stays in memory: %s", error)


def _unwritten(smaps: str) -> list[tuple[int, int]]:
    """Addresses of LLVM's mappings that are as its file has them; smaps: as proc(5) describes it."""
    found: list[tuple[int, int]] = []
    place: tuple[int, int] | None = None
    for line in smaps.splitlines():
        if head := _HEAD.match(line):
            start, end, rights, path = head.groups()
            is_ours = "llvmlite" in path and "w" not in rights and rights.endswith("p")
            place = (int(start, 16), int(end, 16)) if is_ours else None
        elif place and (told := _ANONYMOUS.match(line)) and told[1] == "0":
            found.append(place)
    return found
