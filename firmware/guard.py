"""A driver's calls in threads of their own: one that never returns costs the device, not the kit."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar, cast

from firmware.errors import DeviceBusy, DeviceStuck

_log = logging.getLogger(__name__)

Asked = ParamSpec("Asked")
Result = TypeVar("Result")

MOST_STUCK = 3
"""So many calls to one device may hang at a time: each holds a thread, until the kernel lets it go."""

_SLICE_S = 0.2
_FAREWELL_S = 1.0


class Guard:
    """The calls of one driver. Whoever makes one waits for it as long as it shows signs of life.

    device: its name in errors. patience_s: a call without a sign of life for so long is given up, and the driver with
    it. A sign of life is a look at `clock`, which the driver takes for the monotonic one. alive: called a few times a
    second by whoever waits, while the driver is alive.
    """

    def __init__(self, device: str, patience_s: float, alive: Callable[[], None] = lambda: None) -> None:
        self._device = device
        self._patience_s = patience_s
        self._alive = alive
        self._is_interrupted = False
        self._sign_s = 0.0
        self._questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self.is_given_up = False
        """Whether a call was given up; this driver takes no other, and is to be made anew."""

    def clock(self) -> float:
        """Monotonic seconds, for the driver; ends its call where nobody waits for that any more."""
        if self._is_unwanted():
            raise _Unwanted
        self._sign_s = time.monotonic()
        return self._sign_s

    def run(self, call: Callable[[], Result]) -> Result:
        """What the call returns or raises. An interruption of whoever waits ends the call too.

        Raises DeviceStuck when it is given up, or one was before; DeviceBusy when too many hang to risk another.
        """
        if self.is_given_up:
            raise DeviceStuck(self._device, "its driver hangs and was given up; it is opened anew")
        if _stuck(self._device) >= MOST_STUCK:
            raise DeviceBusy(self._device, "its driver hangs again and again; switch the kit off and on")
        going = self._prepared(call)
        try:
            going.start()
            while (question := self._next_question(going)) is not None:
                question.settle()
                self._sign_s = time.monotonic()
        except DeviceStuck:
            raise
        except BaseException:
            self._is_interrupted = True
            self._wait_for(going)
            raise
        return going.outcome()

    def here(self, function: Callable[Asked, Result]) -> Callable[Asked, Result]:
        """The function as the driver may call it: it runs in the thread that waits for the driver."""

        def ask(*arguments: Asked.args, **named: Asked.kwargs) -> Result:
            question = _Question(partial(function, *arguments, **named))
            self._questions.put(question)
            return cast("Result", question.answer(self._is_unwanted))

        return ask

    def end(self, close: Callable[[], None]) -> None:
        """Let the driver go; waits for that as for a call, but hardly for a driver that was given up."""
        going = self._prepared(close)
        going.start()
        going.join(_FAREWELL_S if self.is_given_up else self._patience_s)
        if going.is_alive():
            self._give_up(going)

    def _prepared(self, call: Callable[[], Result]) -> "_Call[Result]":
        self._is_interrupted = False
        questions: queue.SimpleQueue[_Question | None] = queue.SimpleQueue()
        self._questions = questions
        self._sign_s = time.monotonic()
        return _Call(self._device, call, lambda: questions.put(None))

    def _wait_for(self, going: "_Call[Any]") -> None:
        """Wait for a call that was interrupted, and give it up where it does not end."""
        if going.ident is not None:
            going.join(self._patience_s)
        if going.is_alive():
            self._give_up(going)

    def _next_question(self, going: "_Call[Any]") -> "_Question | None":
        """What the driver asks next; None when the call is over. Raises DeviceStuck."""
        while True:
            self._alive()
            try:
                return self._questions.get(timeout=_SLICE_S)
            except queue.Empty:
                silent_s = time.monotonic() - self._sign_s
            if silent_s >= self._patience_s:
                self._give_up(going)
                raise DeviceStuck(
                    self._device, f"its driver has not returned for {silent_s:.0f} s and is given up; it is opened anew"
                )

    def _give_up(self, going: "_Call[Any]") -> None:
        self.is_given_up = going.is_given_up = True
        _log.warning("%s: its driver hangs and is given up", self._device)

    def _is_unwanted(self) -> bool:
        return self.is_given_up or self._is_interrupted


class _Unwanted(BaseException):
    """Ends a call that nobody waits for; no driver's business, so no Exception."""


class _Question:
    """A function that one thread wants another to run."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._answers: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def settle(self) -> None:
        """Run it; what it raises is the asker's."""
        try:
            self._answers.put((self._function(), None))
        except BaseException as error:  # noqa: BLE001 (an interruption too: it ends the driver's call, and comes back from there)
            self._answers.put((None, error))

    def answer(self, is_unwanted: Callable[[], bool]) -> Any:
        """What it returned or raised."""
        while True:
            try:
                value, error = self._answers.get(timeout=_SLICE_S)
            except queue.Empty:
                if is_unwanted():
                    raise _Unwanted from None
                continue
            if error is not None:
                raise error
            return value


class _Call(threading.Thread, Generic[Result]):
    """One call on its way."""

    def __init__(self, device: str, call: Callable[[], Result], on_end: Callable[[], None]) -> None:
        super().__init__(name=f"driver: {device}", daemon=True)
        self.device = device
        self.is_given_up = False
        self._call = call
        self._on_end = on_end
        self._result: list[Result] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        """Make the call."""
        try:
            self._result.append(self._call())
        except BaseException as error:  # noqa: BLE001 (it is raised again by whoever waits)
            self._error = error
        finally:
            self._on_end()

    def outcome(self) -> Result:
        """What came of it."""
        if self._error is not None:
            raise self._error
        return self._result[0]


def _stuck(device: str) -> int:
    threads = threading.enumerate()
    return sum(isinstance(thread, _Call) and thread.is_given_up and thread.device == device for thread in threads)
