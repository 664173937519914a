"""What the compiler needed is given back, and comes back when it is needed."""

import subprocess
import sys

import pytest

from firmware import compiler_memory
from firmware.pipeline._jit import COMPILED

SMAPS = """\
7f0000000000-7f0000400000 r--p 00000000 fe:00 11 {path}
Rss:                4096 kB
Anonymous:             0 kB
7f0000400000-7f0001000000 r-xp 00400000 fe:00 11 {path}
Anonymous:             0 kB
7f0001000000-7f0001100000 r--p 01000000 fe:00 11 {path}
Anonymous:           900 kB
7f0001100000-7f0001200000 rw-p 01100000 fe:00 11 {path}
Anonymous:             0 kB
7f0001200000-7f0001300000 r--s 00000000 fe:00 11 {path}
Anonymous:             0 kB
7f0002000000-7f0002100000 r-xp 00000000 fe:00 12 /usr/lib/libc.so.6
Anonymous:             0 kB
7ffd00000000-7ffd00100000 rw-p 00000000 00:00 0
Anonymous:             0 kB
"""

PROGRAM = """
from pathlib import Path
import numba
from firmware import compiler_memory

def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])

before = resident()
compiler_memory.release()
print(before - resident(), numba.njit(lambda x: 2 * x)(21))
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (
            "/opt/rekam/lib/llvmlite/binding/libllvmlite.so",
            [(0x7F0000000000, 0x7F0000400000), (0x7F0000400000, 0x7F0001000000)],
        ),
        ("/usr/lib/libgomp.so.1", []),
    ],
)
def test_only_what_its_file_has_is_let_go(path: str, found: list[tuple[int, int]]) -> None:
    assert compiler_memory._unwritten(SMAPS.format(path=path)) == found


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_it_is_given_back_and_still_compiles() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    pages, doubled = map(int, done.stdout.split())
    # How much is there to give back, the kernel decides, which may have taken it already
    assert pages > 0 and doubled == 42
