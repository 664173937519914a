"""The seconds of each step of a recording."""

import time
from dataclasses import dataclass


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

    def lap(self, step: str) -> float:
        """End a step now; gives the monotonic time."""
        at = time.monotonic()
        self._steps.append(StepTime(step, at - self._at))
        self._at = at
        return at

    def add(self, step: str, seconds: float) -> None:
        """End a step now whose seconds somebody else has counted."""
        self._steps.append(StepTime(step, seconds))
        self._at = time.monotonic()

    def steps(self) -> tuple[StepTime, ...]:
        """All steps so far, in their order."""
        return tuple(self._steps)
