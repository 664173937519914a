"""Light kits in as many processes as they need: paho waits with select(2), which knows no file beyond the 1024th."""

import math
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from firmware.benchmarks import light_kits
from firmware.benchmarks.light_kits import Field
from firmware.telemetry import access

EACH = 250
"""Kits a process; each has three files open."""

SETTLE_S = 5.0
"""So long nothing befalls anybody before the truth is told."""

_STOP_S, _LOOK_S = 30.0, 0.1


@dataclass(frozen=True, slots=True)
class Truth:
    """How the kits are: their states by id; what befell them, and by how much it came late at most; memory in bytes."""

    states: dict[str, str]
    befell: Counter[str]
    late_s: float
    memory: int


class Crowd:
    """All of them, from the moment when they are switched on. names: their ids."""

    def __init__(self, names: list[str], pipes: list[Pipe]) -> None:
        self.names = names
        self._pipes = pipes

    def trouble(self, seconds: float) -> Truth:
        """Let things befall them for so long, then tell how they are; from then on they only speak."""
        for pipe in self._pipes:
            pipe.send(seconds)
        told: list[Truth] = [pipe.recv() for pipe in self._pipes]
        states = {kit: state for truth in told for kit, state in truth.states.items()}
        befell = sum((truth.befell for truth in told), Counter[str]())
        return Truth(states, befell, max(truth.late_s for truth in told), sum(truth.memory for truth in told))


@contextmanager
def of(address: str, count: int, seed: int) -> Iterator[Crowd]:
    """So many kits, switched on; at the end all are switched off, and nothing of them stays at the broker."""
    spawn = multiprocessing.get_context("spawn")
    names = [f"bench-{number:04}" for number in range(1, count + 1)]
    with ExitStack() as stack:
        pipes, processes = [], []
        for first in range(0, count, EACH):
            ours, theirs = spawn.Pipe()
            arguments = address, names[first : first + EACH], seed + first, theirs
            process = spawn.Process(target=_live, args=arguments, daemon=True)
            process.start()
            theirs.close()
            pipes.append(stack.enter_context(ours))
            processes.append(process)
        for pipe in pipes:
            pipe.recv()
        for pipe in pipes:
            pipe.send("on")
        try:
            yield Crowd(names, pipes)
        finally:
            for pipe in pipes:
                with suppress(OSError):
                    pipe.send("end")
            for process in processes:
                process.join(_STOP_S)


def most_memory(process: int) -> int:
    """The most that a process ever had in memory, bytes: VmHWM, proc(5)."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _live(address: str, names: list[str], seed: int, pipe: Pipe) -> None:
    """Be one of the processes. It ends when told to, and when the one that started it has gone."""
    with (
        suppress(EOFError, BrokenPipeError, KeyboardInterrupt),
        light_kits.of(access.of_options(address, ""), names, seed) as field,
    ):
        pipe.send("ready")
        pipe.recv()
        field.start()
        _live_until_told(field, pipe)
        seconds = float(pipe.recv())
        field.trouble()
        _live_until_told(field, pipe, seconds - SETTLE_S)
        field.calm()
        _live_until_told(field, pipe, SETTLE_S)
        states = {kit.kit_id: kit.state.value for kit in field.kits}
        pipe.send(Truth(states, field.befell, field.late_s, most_memory(os.getpid())))
        _live_until_told(field, pipe)


def _live_until_told(field: Field, pipe: Pipe, seconds: float = math.inf) -> None:
    """Live for so long at most; a word, or the end of whoever started us, ends it."""
    until = time.monotonic() + seconds
    while not pipe.poll() and (left := until - time.monotonic()) > 0:
        field.live(min(left, _LOOK_S))
