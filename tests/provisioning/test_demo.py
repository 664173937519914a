"""The demonstration: from one command to a page of text, and an end to everything when it is stopped."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import nistitl
import pytest

from tests.conftest import ROOT

DEMO: list[str | Path] = [sys.executable, str(ROOT / "provisioning/demo.py")]


def processes_that_name(folder: Path) -> list[str]:
    """The command lines of all processes that have this folder on theirs."""
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended meanwhile
        if str(folder) in line:
            lines.append(line)
    return lines


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder and the words of one demonstration that ended well."""
    folder = tmp_path_factory.mktemp("demo") / "run"
    done = subprocess.run([*DEMO, "--pace", "0", "--folder", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout


def test_the_page_tells_all_ten_fingers_and_every_place(shown: tuple[Path, str]) -> None:
    folder, words = shown
    page = words[words.index("WHAT WAS CAPTURED") :]
    assert len(re.findall(r"^  (?:right|left) \w+ +\d+ +\d+ +(?:accepted|low quality) ", page, re.MULTILINE)) == 10
    assert "rekam/v1/" in page
    for place in re.findall(rf"{re.escape(str(folder))}\S*", page):
        assert Path(place).exists(), place


def test_the_stock_commands_that_it_prints_open_the_packet(shown: tuple[Path, str]) -> None:
    page = shown[1][shown[1].index("WHAT WAS CAPTURED") :]
    commands = [line for line in page.splitlines() if line.startswith(("age ", "openssl ", "tar "))]
    assert len(commands) == 3
    record = Path(shlex.split(commands[2])[-1]) / "transaction.an2"
    record.unlink()
    for command in commands:
        subprocess.run(command, shell=True, check=True, capture_output=True)
    message = nistitl.Message()
    message.parse(record.read_bytes())
    assert [len(list(message.iter(record_type))) for record_type in (1, 2, 14, 9)] == [1, 1, 10, 10]


def test_nothing_is_left_running(shown: tuple[Path, str]) -> None:
    assert processes_that_name(shown[0]) == []


def test_a_world_that_cannot_start_is_told_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "prints").mkdir()
    (tmp_path / "prints" / "1_1.png").write_bytes(b"no picture")
    command = [*DEMO, "--folder", tmp_path / "run", "--fingers", tmp_path / "prints"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "the world did not come up" in done.stderr
    assert "1_1.png" in done.stderr
    assert "Traceback" not in done.stderr
    assert processes_that_name(tmp_path / "run") == []


def test_a_folder_without_prints_is_refused_at_once(tmp_path: Path) -> None:
    done = subprocess.run([*DEMO, "--fingers", tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"--fingers {tmp_path}: no PNG files there" in done.stderr


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_stopped_in_the_middle_it_ends_all_that_it_started(tmp_path: Path, sent: signal.Signals, status: int) -> None:
    command = [*DEMO, "--folder", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as demo:
        assert demo.stdout
        for line in demo.stdout:
            if line.startswith("[6/"):
                break
        time.sleep(1)  # into the recording
        os.killpg(demo.pid, sent) if sent == signal.SIGINT else demo.send_signal(sent)
        demo.stdout.read()
        assert demo.wait() == status
    assert processes_that_name(tmp_path / "run") == []
