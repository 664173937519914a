"""What a setup asks of Rekam: which sensor is at a port, and kernels that are compiled."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.worlds import rekam, world


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(rekam(*words), capture_output=True, text=True, check=False)


def test_a_port_tells_its_sensor_and_a_silent_one_what_to_look_at(tmp_path: Path) -> None:
    with world(tmp_path / "world"):
        told = run("probe", tmp_path / "world/fingerprint")
    assert told.returncode == 0, told.stderr
    answer = json.loads(told.stdout)
    # As it was shipped: the speed is not raised by a question
    assert answer["baud_rate"] == 57600
    assert answer["device"]
    gone = run("probe", tmp_path / "world/fingerprint")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "no such port; check the cable" in gone.stderr


@pytest.mark.timeout(600)
def test_the_kernels_of_a_kit_are_brought_into_the_cache(tmp_path: Path) -> None:
    settings = tmp_path / "kit.toml"
    settings.write_text('kit_id = "KTP-1"\n[fingerprint]\nport = "/dev/null"\n')
    # In the cache of all tests, where most of them lie already; no kernel is compiled without a word of a fault
    warmed = run("warm", "--config", settings)
    assert (warmed.returncode, warmed.stderr) == (0, "")
    bad = run("warm", "--config", tmp_path / "nowhere.toml")
    assert "no such file" in bad.stderr
