"""`python -m tests.archive.campaign FOLDER`: a large archive by one machine, and by a cluster that loses a part.

Prints are grown, then assessed twice into runs: by processes of this machine, and by a Dask cluster of two workers of
which one is killed when half of the rows are done. Both must have the same rows, bit for bit, each file once.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from firmware.archive import keeping
from tests.conftest import ROOT

_PYTHON = sys.executable
_LOOK_S = 0.1
_START_S = 60


@dataclass
class Part:
    """How one of the two ways went."""

    rows: int
    seconds: float
    peak_mb: dict[str, int]

    @property
    def rate(self) -> float:
        """Prints in a second, the start of the processes included."""
        return self.rows / self.seconds


class Memory:
    """Watches how much memory processes and their children ever had."""

    def __init__(self, **processes: int) -> None:
        self._processes, self._ended = processes, threading.Event()
        self.peak_mb: dict[str, int] = {}
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_S):
            for name, process in self._processes.items():
                self._note(name, process)
                for child in children(process):
                    self._note(f"{name}'s child", child)

    def _note(self, name: str, process: int) -> None:
        self.peak_mb[name] = max(self.peak_mb.get(name, 0), _peak_mb(process))


def children(process: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def _peak_mb(process: int) -> int:
    """The most resident memory that a process ever had; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def grow(folder: Path, fingers: int, impressions: int, copies: int) -> Path:
    """The archive: grown prints, each under so many names; those of a call before are taken as they are."""
    grown, archive = folder / "grown", folder / "archive"
    if len(list(grown.glob("*.png"))) != fingers * impressions:
        options = ("--fingers", fingers, "--impressions", impressions, "--seed", 5150, "--jobs", os.cpu_count() or 1)
        subprocess.run([_PYTHON, "-m", "sim", "grow", *map(str, (grown, *options))], cwd=ROOT, check=True)
    for copy in range(1, copies + 1):
        (archive / f"box-{copy}").mkdir(parents=True, exist_ok=True)
        for path in grown.glob("*.png"):
            if not (link := archive / f"box-{copy}" / path.name).exists():
                link.hardlink_to(path)
    return archive


def assess(archive: Path, run: Path, *options: str) -> "subprocess.Popen[bytes]":
    command = [_PYTHON, "-m", "firmware", "assess", str(archive), "--run", str(run), *options]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)


def alone(archive: Path, run: Path, jobs: int) -> Part:
    """Assess with processes of this machine."""
    begun = time.monotonic()
    process = assess(archive, run, "--jobs", str(jobs))
    with Memory(rekam=process.pid) as memory:
        assert process.wait() == 0, "assessing failed; see above"
    return Part(_lines(run), time.monotonic() - begun, memory.peak_mb)


def together(archive: Path, run: Path, total: int) -> tuple[Part, dict[str, int]]:
    """Assess with a cluster of two workers; one is killed while it works, when half is done."""
    from distributed import Client

    with cluster(run.parent) as (address, processes), Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=_START_S)
        doomed = processes["worker_2"]
        begun = time.monotonic()
        process = assess(archive, run, "--cluster", address)
        pids = {name: part.pid for name, part in processes.items()}
        with Memory(rekam=process.pid, **pids) as memory:
            held = 0
            while process.poll() is None and not held:
                time.sleep(_LOOK_S)
                if _lines(run) >= total // 2:
                    held = _held(client, doomed.pid)
            doomed.kill()
            killed = {"after_rows": _lines(run), "tasks_it_held": held}
            assert process.wait() == 0, "assessing failed; see above"
        seconds = time.monotonic() - begun
        assert doomed.wait() == -signal.SIGKILL
    return Part(_lines(run), seconds, memory.peak_mb), killed


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, dict[str, "subprocess.Popen[bytes]"]]]:
    """A scheduler and two workers of one thread, without nannies: one that is killed stays dead."""
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("ab"))

        def start(name: str, *command: str) -> None:
            process = subprocess.Popen([_PYTHON, "-m", "dask", *command], cwd=ROOT, stdout=log, stderr=log)
            processes[name] = process
            stack.callback(process.wait, 30)
            stack.callback(process.terminate)

        start(
            "scheduler",
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(told),
        )
        for _ in range(int(_START_S / _LOOK_S)):
            if told.exists():
                break
            time.sleep(_LOOK_S)
        address = str(json.loads(told.read_text())["address"])
        for name in ("worker_1", "worker_2"):
            local = ("--local-directory", str(folder / "dask"), "--name", name)
            start(name, "worker", address, "--no-nanny", "--nthreads", "1", "--no-dashboard", *local)
        yield address, processes


def _held(client: Any, pid: int) -> int:
    """How many tasks the worker of this process works at or has waiting."""
    workers, tasks = client.run(os.getpid), client.processing()
    return sum(len(tasks.get(worker, ())) for worker, found in workers.items() if found == pid)


def _lines(run: Path) -> int:
    try:
        return (run / keeping.ROWS).read_bytes().count(b"\n")
    except OSError:
        return 0


def main(
    folder: Annotated[Path, typer.Argument(help="a folder for the prints and the two runs")],
    fingers: Annotated[int, typer.Option(help="how many fingers are grown")] = 4000,
    impressions: Annotated[int, typer.Option(help="how many touches of each")] = 5,
    copies: Annotated[int, typer.Option(help="under how many names each print stands")] = 1,
    jobs: Annotated[int, typer.Option(help="how many processes assess without the cluster")] = 2,
) -> None:
    """Grow an archive, assess it twice, compare, and print one JSON object."""
    folder = folder.absolute()
    archive = grow(folder, fingers, impressions, copies)
    total = fingers * impressions * copies
    first, second = folder / "alone", folder / "together"
    one = alone(archive, first, jobs)
    many, killed = together(archive, second, total)
    names = [row["file"] for row in keeping.read(second)[1]]
    report = {
        "files": total,
        "grown": fingers * impressions,
        "rows_equal": (first / keeping.ROWS).read_bytes() == (second / keeping.ROWS).read_bytes(),
        "each_once": len(names) == len(set(names)) == total,
        "killed": killed,
    }
    for way, part in (("alone", one), ("together", many)):
        report[way] = {
            "seconds": round(part.seconds, 1),
            "per_second": round(part.rate, 1),
            "peak_mb": part.peak_mb,
        }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")
    if not (report["rows_equal"] and report["each_once"]):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
