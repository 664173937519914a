"""Bare Debian machines become kit and office, without a network, and are bare again: the scripts beside this file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST_S = 2400

pytestmark = [
    pytest.mark.timeout(LONGEST_S + 120),
    pytest.mark.skipif(not os.environ.get("REKAM_BOOT"), reason="takes a quarter of an hour: REKAM_BOOT=1 asks for it"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot a machine: see README, Development"),
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the bare machine is a Debian 12 with Python 3.11"),
]


def may_mount() -> bool:
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode == 0


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What both begin with: the bare tree, and the wheels of others."""
    if not may_mount():
        pytest.skip("this machine lets nobody mount, so it boots no other; run the scripts on one that does")
    return tmp_path_factory.mktemp("bare")


@pytest.mark.parametrize("script", ["nspawn.sh", "nspawn_office.sh"])
def test_bare_machines_do_their_work_and_are_bare_again(script: str, kept: Path) -> None:
    # Asked to end, a script takes its machines with it
    command = ["timeout", "--kill-after=60", str(LONGEST_S), str(HERE / script), "--folder", str(kept)]
    told = subprocess.run(
        command,
        env=os.environ | {"PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert told.returncode == 0 and told.stdout.endswith("== all of it holds\n"), told.stdout[-8000:]
