"""The kit is switched off by a command of its settings, here one that leaves a trace."""

import sys
from pathlib import Path

import pytest

from firmware.errors import DeviceRefused
from firmware.power_off import power_off


def test_the_command_runs(tmp_path: Path) -> None:
    assert power_off(["touch", str(tmp_path / "off")])
    assert (tmp_path / "off").exists()


def test_a_kit_without_a_command_stays_on() -> None:
    assert not power_off(())


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["/nowhere/poweroff", "-f"], "`/nowhere/poweroff -f` does not run"),
        (
            [sys.executable, "-c", "import sys; sys.exit('not allowed')"],
            r"failed \(not allowed\); the kit's user needs",
        ),
        ([sys.executable, "-c", "raise SystemExit(3)"], r"failed \(exit status 3\)"),
    ],
)
def test_a_command_that_fails_is_named(command: list[str], words: str) -> None:
    with pytest.raises(DeviceRefused, match=words):
        power_off(command)
