"""A lithium cell that empties or fills at a steady rate."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

# Percent of charge and volts at rest, as a cell of cobalt or manganese oxide has them, roughly
_CURVE = ((0.0, 3.0), (5.0, 3.45), (10.0, 3.6), (20.0, 3.68), (50.0, 3.8), (80.0, 4.0), (100.0, 4.18))
_SAG_V = 0.05


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at one moment: percent of its charge, volts, and percent an hour, below 0 when it empties."""

    charge: float
    voltage: float
    rate: float


class Battery:
    """A cell whose charge changes by `rate` percent an hour until it is set anew; seconds come from `clock`."""

    def __init__(self, charge: float = 80.0, rate: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._since, self._charge, self._rate = clock(), charge, rate

    def set(self, charge: float, rate: float) -> None:
        """Put it at a level, changing from there."""
        with self._lock:
            self._since, self._charge, self._rate = self._clock(), charge, rate

    def look(self) -> Cell:
        """The cell now; a full or an empty one changes no more."""
        with self._lock:
            charge = self._charge + self._rate * (self._clock() - self._since) / 3600
            rate = self._rate
        if (charge <= 0 and rate < 0) or (charge >= 100 and rate > 0):
            rate = 0.0
        charge = min(100.0, max(0.0, charge))
        return Cell(charge, _at_rest(charge) + _SAG_V * ((rate > 0) - (rate < 0)), rate)


def _at_rest(charge: float) -> float:
    for (low, low_v), (high, high_v) in pairwise(_CURVE):
        if charge <= high:
            return low_v + (high_v - low_v) * (charge - low) / (high - low)
    return _CURVE[-1][1]
