"""Buttons that go down and up become presses, in the order in which they were pressed."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from firmware.signals import PanelButton, Press

# A button that is down for so long is not held by a person
_STUCK_S = 20.0


class Presses:
    """What the buttons' callbacks tell, in any thread, as presses in `queue`; `clock` is monotonic, seconds.

    Accept and repeat count when they go down. The third button is decided when it is let go or was down for `hold_s`,
    and what is pressed meanwhile waits behind it.
    """

    def __init__(self, queue: "SimpleQueue[Press]", hold_s: float, clock: Callable[[], float]) -> None:
        self._queue = queue
        self._hold_s = hold_s
        self._clock = clock
        self._lock = threading.Lock()
        self._down: dict[PanelButton, float] = {}
        self._undecided: float | None = None
        self._timer: threading.Timer | None = None
        self._behind: list[Press] = []

    @property
    def stuck(self) -> frozenset[PanelButton]:
        """The buttons that were down from the start, or have been for 20 s."""
        with self._lock:
            now = self._clock()
            return frozenset(button for button, since in self._down.items() if now - since >= _STUCK_S)

    def begin(self, button: PanelButton, *, is_down: Callable[[], bool]) -> None:
        """Take a button in that may be down already; such a press counts for nothing."""
        # With the lock, so that its release cannot be told before it is known to be down
        with self._lock:
            if button not in self._down and is_down():
                self._down[button] = float("-inf")

    def down(self, button: PanelButton) -> None:
        """A button went down."""
        with self._lock:
            now = self._down[button] = self._clock()
            if button is PanelButton.SKIP:
                self._undecided = now
                self._timer = threading.Timer(self._hold_s, self._held, (now,))
                self._timer.daemon = True
                self._timer.start()
            elif self._undecided is None:
                self._queue.put(Press(button, held=False, at=now))
            else:
                self._behind.append(Press(button, held=False, at=now))

    def up(self, button: PanelButton) -> None:
        """A button was let go."""
        with self._lock:
            self._down.pop(button, None)
            if button is PanelButton.SKIP:
                self._decide(held=False)

    def clear(self) -> None:
        """Forget what is under way; what is in the queue stays."""
        with self._lock:
            self._down.clear()
            self._stop_timer()
            self._undecided = None
            self._behind.clear()

    def _held(self, since: float) -> None:
        with self._lock:
            if self._undecided == since:
                self._decide(held=True)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _decide(self, *, held: bool) -> None:
        self._stop_timer()
        if self._undecided is None:
            return
        self._queue.put(Press(PanelButton.SKIP, held, self._undecided))
        self._undecided = None
        while self._behind:
            self._queue.put(self._behind.pop(0))
