"""Bare Debian machines become office and kit, without a network, and are bare again: nspawn.sh beside this file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("nspawn.sh")
LONGEST_S = 1800

pytestmark = [
    pytest.mark.timeout(LONGEST_S + 120),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can boot a machine: see README, Work on it"),
    pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the bare machine is a Debian 12 with Python 3.11"),
]


def may_mount() -> bool:
    return subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], check=False).returncode == 0


def test_bare_machines_do_their_work_and_are_bare_again() -> None:
    if not may_mount():
        pytest.skip("this machine lets nobody mount, so it boots no other; run the script on one that does")
    # Asked to end, the script takes its machines with it
    command = ["timeout", "--kill-after=60", str(LONGEST_S), str(SCRIPT), "--short"]
    told = subprocess.run(
        command,
        env=os.environ | {"PYTHON": sys.executable},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert told.returncode == 0 and told.stdout.endswith(": all of it holds\n"), told.stdout[-8000:]
