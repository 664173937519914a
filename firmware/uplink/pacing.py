"""How fast the kit delivers, and how long it waits after a failure."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Holds what is sent to a rate, bytes a second; 0 for no limit."""

    rate: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    _due_s: float = 0.0

    def take(self, size: int) -> None:
        """Return once so many bytes may have been sent."""
        if not self.rate:
            return
        now = self.now()
        # What was not used while nothing was sent is not saved up
        self._due_s = max(self._due_s, now) + size / self.rate
        self.sleep(self._due_s - now)


@dataclass
class Backoff:
    """Waits that double up to a longest one, each drawn from its upper half: kits don't call all at once."""

    first_s: float = 5.0
    longest_s: float = 900.0
    chance: random.Random = field(default_factory=random.Random)
    _next_s: float = 0.0

    def failed(self) -> float:
        """How long to wait now, seconds."""
        self._next_s = min(self.longest_s, 2 * self._next_s or self.first_s)
        return self.chance.uniform(self._next_s / 2, self._next_s)

    def went_on(self) -> None:
        """Something came through: the next wait is short again."""
        self._next_s = 0.0
