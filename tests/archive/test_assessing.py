"""`rekam assess --run` and `--cluster` as a person uses them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from firmware.archive import keeping
from tests.archive import campaign
from tests.archive.campaign import cluster
from tests.brokers import free_port
from tests.pipeline.planted import plant
from tests.test_assessment import assess, save

PRINT = plant(192, 160, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
MANY = 150
RUN = "from firmware.cli import run; run()"
LIMIT = 30_000
"""Bytes that a file may have, far less than the rows of all prints."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many prints and one spoiled file."""
    folder = tmp_path_factory.mktemp("archive")
    first = save(folder / "000.png", PRINT)
    for number in range(1, MANY):
        (folder / f"{number:03}.png").hardlink_to(first)
    (folder / "spoiled.png").write_bytes(first.read_bytes()[:300])
    return folder


@pytest.fixture(scope="module")
def expected(archive: Path) -> str:
    """The rows without a run."""
    return assess(archive, "--json").stdout


def test_a_killed_call_is_taken_up_again(archive: Path, expected: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "firmware", "assess", str(archive), "--json", "--run", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as killed:
        assert killed.stdout
        for _ in range(20):
            killed.stdout.readline()
        killed.kill()
    kept = (tmp_path / keeping.ROWS).read_bytes()
    assert 20 <= kept.count(b"\n") < MANY
    done = assess(archive, "--json", "--run", tmp_path, "--csv", tmp_path / "table.csv", "--jobs", 2)
    assert done.returncode == 1
    assert "1 of 151 could not be read" in done.stderr
    assert done.stdout == expected
    assert (tmp_path / keeping.ROWS).read_bytes().startswith(kept[: kept.rindex(b"\n")])
    again = assess(archive, "--json", "--run", tmp_path)
    assert (again.returncode, again.stdout) == (1, expected)
    table = (tmp_path / "table.csv").read_text().splitlines()
    assert len(table) == MANY + 2


def test_a_full_disk_ends_the_call_and_not_the_run(archive: Path, expected: str, tmp_path: Path) -> None:
    # The limit tears a row as a full disk does
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({LIMIT}, {LIMIT})); {RUN}"
    command = [sys.executable, "-c", limited, "assess", str(archive), "--run", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"{tmp_path / keeping.ROWS}: cannot be written (File too large)" in done.stderr
    assert "Traceback" not in done.stderr
    kept = (tmp_path / keeping.ROWS).read_bytes()
    assert len(kept) == LIMIT
    assert not kept.endswith(b"\n")
    again = assess(archive, "--run", tmp_path, "--json")
    assert again.stdout == expected
    assert "are cut off; their files are assessed again" in again.stderr


def test_a_process_that_is_killed_is_named_and_the_run_goes_on(archive: Path, expected: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "firmware", "assess", str(archive), "--jobs", "2", "--run", str(tmp_path)]
    with subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as assessing:
        assert assessing.stdout
        assessing.stdout.readline()
        children = [child for child in campaign.children(assessing.pid) if b"spawn_main" in command_line(child)]
        os.kill(children[-1], signal.SIGKILL)
        _, words = assessing.communicate(timeout=60)
    assert assessing.returncode == 1
    assert "was ended from outside" in words
    assert "Traceback" not in words
    assert assess(archive, "--run", tmp_path, "--json").stdout == expected


def command_line(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_other_wishes_are_refused_before_anything_is_made(archive: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert assess(archive / "000.png", "--run", run).returncode == 0
    refused = assess(archive / "000.png", "--run", run, "--template", tmp_path / "templates")
    assert refused.returncode == 1
    assert f"{run}: was begun with templates None, not {tmp_path / 'templates'}" in refused.stderr
    assert not (tmp_path / "templates").exists()


def test_a_person_is_told_where_the_rows_are(archive: Path, tmp_path: Path) -> None:
    done = assess(archive / "000.png", "--run", tmp_path)
    assert done.stdout.strip() == f"1 rows in {tmp_path}; what they tell together: rekam summary {tmp_path}"


def test_a_cluster_that_is_not_there_is_named(archive: Path) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    done = assess(archive / "000.png", "--cluster", address)
    assert done.returncode == 1
    assert f"--cluster {address}: no scheduler answers" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_dask_the_extra_is_named(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError('no distributed')")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {RUN}"]
    arguments = ["assess", str(archive / "000.png"), "--cluster", "tcp://127.0.0.1:1"]
    done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'rekam[cluster]'" in done.stderr


def test_a_cluster_writes_what_is_wished_and_tells_what_it_cannot_read(
    archive: Path, expected: str, tmp_path: Path
) -> None:
    with cluster(tmp_path) as (address, processes):
        done = assess(archive, "--json", "--template", tmp_path / "templates", "--cluster", address)
        assert done.stdout == expected, done.stderr
        assert len(list((tmp_path / "templates").glob("*.xyt"))) == MANY
        for name in ("worker_1", "worker_2"):
            processes[name].terminate()
        # Rows of a scheduler that goes away are kept
        command = [sys.executable, "-m", "firmware", "assess", str(archive), "--run", str(tmp_path / "run")]
        with subprocess.Popen([*command, "--cluster", address], stderr=subprocess.PIPE, text=True) as assessing:
            _, words = assessing.communicate(timeout=100)
    assert assessing.returncode == 1
    assert "it has no worker; start some: dask worker" in words


def test_a_scheduler_that_goes_away_ends_the_call_and_not_the_run(archive: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with cluster(tmp_path) as (address, processes):
        command = [sys.executable, "-m", "firmware", "assess", str(archive), "--run", str(run), "--cluster", address]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as assessing:
            while not (run / keeping.ROWS).exists() or not (run / keeping.ROWS).stat().st_size:
                time.sleep(0.05)
            processes["scheduler"].kill()
            _, words = assessing.communicate(timeout=100)
    assert assessing.returncode == 1, words
    assert "scheduler has gone" in words
    assert "Traceback" not in words, words
    rows = [json.loads(line) for line in (run / keeping.ROWS).read_text().splitlines()]
    assert 0 < len(rows) <= MANY
