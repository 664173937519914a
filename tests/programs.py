"""The command line in processes that are there at once, because they are forked from one that has loaded all of it."""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from firmware.__main__ import main

FORKS = multiprocessing.get_context("forkserver")
LOADED = (
    "tests.programs",
    "tests.warmed",
    "tests.worlds",
    "sim.world",
    "firmware.client",
    "firmware.fleet_table",
    "firmware.telemetry.listening",
    "firmware.service",
    "firmware.station_verbs",
    "firmware.stationwork",
)
PATIENCE_S = 60.0


def forked(function: Callable[..., None], *arguments: object) -> ForkServerProcess:
    """A process that runs a function, with all in memory that is slow to load."""
    FORKS.set_forkserver_preload(list(LOADED))
    process = FORKS.Process(target=function, args=arguments)
    process.start()
    return process


class Program:
    """`rekam WORDS` in a process of its own, forked from one that has loaded what it needs; perhaps at a terminal."""

    def __init__(self, path: Path, *words: str | Path, terminal: str = "") -> None:
        self._paths = path.with_suffix(".out"), path.with_suffix(".err")
        for written in self._paths:
            written.write_bytes(b"")
        self.process = forked(run_program, tuple(map(str, words)), self._paths, dict(os.environ), terminal)

    def words(self) -> str:
        """What it said on its standard error so far."""
        return self._paths[1].read_text()

    def wait_until_shown(self, words: str) -> None:
        """Until it has said this on its standard output."""
        until = time.monotonic() + PATIENCE_S
        while words not in (shown := self._paths[0].read_text()):
            assert self.process.is_alive() and time.monotonic() < until, f"never {words!r}: {shown}{self.words()}"
            time.sleep(0.01)

    def shown(self) -> str:
        """All that it said so far."""
        return "".join(path.read_text() for path in self._paths)

    def end(self, by: signal.Signals) -> None:
        assert self.process.pid
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, by)
        self.process.join(PATIENCE_S)

    def outcome(self) -> tuple[int, str]:
        """Its exit status, and what it said on its standard output, once it has ended."""
        self.process.join(PATIENCE_S)
        assert self.process.exitcode is not None, f"it does not end: {self.words()}"
        return self.process.exitcode, self._paths[0].read_text()


def finished(*words: object) -> "subprocess.CompletedProcess[str]":
    """`rekam WORDS`, run to its end, with what it said."""
    told = list(map(str, words))
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(folder) / "program", *told)
        status, said = program.outcome()
        return subprocess.CompletedProcess(told, status, said, program.words())


@contextmanager
def running(settings: Path) -> Iterator[Program]:
    """A station, from its word that it is ready to its end."""
    station = started(settings)
    try:
        yield station
    finally:
        if station.process.is_alive():
            station.end(signal.SIGTERM)


def started(settings: Path) -> Program:
    """A station that has said that it is ready."""
    station = Program(settings.with_name("station"), "run", "-c", settings)
    until = time.monotonic() + PATIENCE_S
    while "Ctrl-C" not in station.words():
        assert station.process.is_alive() and time.monotonic() < until, station.words()
        time.sleep(0.005)
    return station


def run_program(words: tuple[str, ...], paths: tuple[Path, Path], environment: dict[str, str], terminal: str) -> None:
    """Be that process, in the environment of whoever starts it now."""
    os.environ.clear()
    os.environ.update(environment)
    if terminal:
        os.login_tty(os.open(terminal, os.O_RDWR))
        sys.stdin = os.fdopen(0)
    for number, path in enumerate(() if terminal else paths, start=1):
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.dup2(file, number)
        os.close(file)
    sys.argv[1:] = words
    main()
