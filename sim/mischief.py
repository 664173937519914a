"""Applies faults to what a sensor hears and answers, and counts how often each may still happen."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sim.faults import (
    AnyFault,
    Corrupt,
    Delay,
    Drop,
    Duplicate,
    Fault,
    LoseFirstCommand,
    SensorFault,
    Silence,
    Sleepy,
    Stray,
    Truncate,
    Unplug,
)

_F = TypeVar("_F", bound=Fault)


@dataclass(frozen=True, slots=True)
class Pause:
    """The answer waits."""

    seconds: float


@dataclass(frozen=True, slots=True)
class PulledPlug:
    """The port is away; what would have followed is never sent."""

    seconds: float


Step = bytes | Pause | PulledPlug


class Mischief:
    """The faults of one device, with what is left of each; by chance means by `seed`."""

    def __init__(self, faults: Iterable[AnyFault], seed: int = 0) -> None:
        self._left = [(fault, fault.times or float("inf")) for fault in faults if isinstance(fault, Fault)]
        self._random = random.Random(seed)

    def at_opening(self) -> bytes:
        """Bytes that stand on the line when a program opens the port."""
        return b"".join(fault.line for fault in self._take(None, Stray))

    def loses_first(self) -> bool:
        """Whether the first command after opening goes unheard."""
        return bool(self._take(None, LoseFirstCommand))

    def falls_asleep(self, instruction: int) -> bool:
        """Whether the sensor wants its password before this command."""
        return bool(self._take(instruction, Sleepy))

    def failure(self, instruction: int) -> int | None:
        """The confirmation code with which this command fails, if it does."""
        found = self._take(instruction, SensorFault)
        return found[0].code if found else None

    def disturb(self, instruction: int, frames: Sequence[bytes]) -> list[Step]:
        """What really happens on the wire when these frames are the answer to this instruction."""
        if self._take(instruction, Silence):
            return []
        if self._take(instruction, Duplicate):
            frames = [frames[0], *frames]
        answer = bytearray(b"".join(frames))
        for corrupt in self._take(instruction, Corrupt, len(answer)):
            for place in self._places(corrupt.probability, corrupt.offset, 1, len(answer)):
                answer[place] ^= corrupt.mask
        lost = {
            place
            for drop in self._take(instruction, Drop, len(answer))
            for place in self._places(drop.probability, drop.offset, drop.count, len(answer))
        }
        cuts: list[tuple[int, Step | None]] = [
            (cut.offset, None) for cut in self._take(instruction, Truncate, len(answer))
        ]
        cuts += [(plug.offset, PulledPlug(plug.seconds)) for plug in self._take(instruction, Unplug, len(answer))]
        cuts += [(delay.offset, Pause(delay.seconds)) for delay in self._take(instruction, Delay, len(answer))]
        return _cut(answer, lost, sorted(cuts, key=lambda cut: cut[0]))

    def _places(self, probability: float, offset: int, count: int, length: int) -> list[int]:
        if probability:
            return [place for place in range(length) if self._random.random() < probability]
        return [place for place in range(offset, offset + count) if place < length]

    def _take(self, instruction: int | None, kind: type[_F], length: int | None = None) -> list[_F]:
        """The faults of this kind that happen now; with a length, only those that reach into such an answer."""
        taken: list[_F] = []
        for index, (fault, left) in enumerate(self._left):
            if not isinstance(fault, kind) or not left:
                continue
            command = getattr(fault, "command", None)
            if command is not None and command != instruction:
                continue
            if length is not None and getattr(fault, "offset", 0) >= length:
                continue
            self._left[index] = (fault, left - 1)
            taken.append(fault)
        return taken


def _cut(answer: bytearray, lost: set[int], cuts: Sequence[tuple[int, Step | None]]) -> list[Step]:
    steps: list[Step] = []
    begun = 0
    for offset, step in cuts:
        steps.append(bytes(answer[place] for place in range(begun, offset) if place not in lost))
        begun = offset
        if step is None:
            return steps
        steps.append(step)
        if isinstance(step, PulledPlug):
            return steps
    steps.append(bytes(answer[place] for place in range(begun, len(answer)) if place not in lost))
    return steps
