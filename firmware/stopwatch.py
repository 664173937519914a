"""The seconds of each step of a recording."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from firmware.datatypes import FingerCapture


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long one step of a recording took, by the step's name as in the code of its position or part."""

    step: str
    seconds: float


class Stopwatch:
    """Each step lasts from where the one before it ended."""

    def __init__(self) -> None:
        self._steps: list[StepTime] = []
        self._at = time.monotonic()

    def lap(self, step: str, at: float | None = None) -> float:
        """End a step now, or at a monotonic time that has passed; gives that time."""
        at = time.monotonic() if at is None else at
        self._steps.append(StepTime(step, at - self._at))
        self._at = at
        return at

    def fingers(self, captures: Sequence[FingerCapture]) -> None:
        """End a step for each finger that was captured, when its kept image was there."""
        for capture in captures:
            if capture.captured_at and capture.captured_at.monotonic_s >= self._at:
                self.lap(capture.position.name.lower(), capture.captured_at.monotonic_s)

    def steps(self) -> tuple[StepTime, ...]:
        """All steps so far, in their order."""
        return tuple(self._steps)
