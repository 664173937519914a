"""Calls of a driver that returns, fails, is interrupted, or hangs for ever."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from firmware.errors import DeviceBusy, DeviceStuck, LinkTimeout
from firmware.guard import MOST_STUCK, Guard


class Hanging:
    """Reads of pipes into which nobody writes, until the test is over."""

    def __init__(self) -> None:
        self._pipes: list[tuple[int, int]] = []

    def read(self) -> bytes:
        self._pipes.append(os.pipe())
        return os.read(self._pipes[-1][0], 1)

    def end(self) -> None:
        for _, writer in self._pipes:
            os.write(writer, b"x")


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    reads = Hanging()
    yield reads
    reads.end()
    while any(thread.name in ("driver: sensor", "driver: gauge") for thread in threading.enumerate()):
        time.sleep(0.01)


def test_a_call_returns_or_raises_what_the_driver_does() -> None:
    guard = Guard("sensor", 5)
    assert guard.run(lambda: threading.current_thread().name) == "driver: sensor"
    fault = LinkTimeout("sensor", "no answer")
    with pytest.raises(LinkTimeout) as told:
        guard.run(lambda: _raise(fault))
    assert told.value is fault and not guard.is_given_up


def _raise(error: BaseException) -> None:
    raise error


def test_what_the_driver_calls_back_runs_where_it_is_waited_for() -> None:
    guard, seen = Guard("sensor", 5), []

    def progressed(fraction: float, *, finger: str) -> str:
        seen.append((fraction, finger, threading.current_thread()))
        return "told"

    assert guard.run(lambda: guard.here(progressed)(0.5, finger="thumb")) == "told"
    assert seen == [(0.5, "thumb", threading.current_thread())]


def test_what_a_callback_raises_passes_through_the_driver() -> None:
    guard, unwound = Guard("sensor", 5), []

    def driver() -> None:
        try:
            guard.here(_raise)(KeyboardInterrupt())
        finally:
            unwound.append(threading.current_thread())

    with pytest.raises(KeyboardInterrupt):
        guard.run(driver)
    assert unwound and unwound != [threading.current_thread()]


def test_whoever_waits_is_alive_and_a_driver_that_looks_at_the_clock_is_too() -> None:
    beats: list[float] = []
    guard = Guard("sensor", 0.5, lambda: beats.append(0))
    until = time.monotonic() + 1.5

    def driver() -> str:
        while guard.clock() < until:
            time.sleep(0.05)
        return "done"

    assert guard.run(driver) == "done" and len(beats) > 1


def test_a_driver_that_hangs_is_given_up_and_takes_no_other_call(hanging: Hanging) -> None:
    guard = Guard("sensor", 0.3)
    with pytest.raises(DeviceStuck, match="sensor: its driver has not returned for"):
        guard.run(hanging.read)
    assert guard.is_given_up
    with pytest.raises(DeviceStuck, match="was given up"):
        guard.run(lambda: None)
    assert Guard("sensor", 5).run(lambda: "another driver works") == "another driver works"


def test_a_driver_that_comes_back_too_late_goes_no_further() -> None:
    guard, later, ends = Guard("sensor", 0.2), threading.Event(), list[str]()

    def driver() -> None:
        later.wait()
        try:
            guard.clock()
            ends.append("went on")
        finally:
            ends.append("ended")

    with pytest.raises(DeviceStuck):
        guard.run(driver)
    later.set()
    while not ends:
        time.sleep(0.01)
    assert ends == ["ended"]


def test_a_device_that_hangs_again_and_again_costs_a_few_threads_only(hanging: Hanging) -> None:
    for _ in range(MOST_STUCK):
        with pytest.raises(DeviceStuck):
            Guard("gauge", 0.1).run(hanging.read)
    with pytest.raises(DeviceBusy, match="switch the kit off and on"):
        Guard("gauge", 0.1).run(lambda: None)
    assert Guard("sensor", 5).run(lambda: "the others go on") == "the others go on"


@pytest.mark.parametrize("looks", [True, False])
def test_an_interruption_ends_the_driver_s_call(looks: bool, hanging: Hanging) -> None:
    guard = Guard("sensor", 0.5)
    ended = threading.Event()

    def driver() -> None:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            while looks:
                guard.clock()
                time.sleep(0.01)
            hanging.read()
        finally:
            ended.set()

    with pytest.raises(KeyboardInterrupt):
        guard.run(driver)
    assert ended.is_set() == looks and guard.is_given_up != looks


def test_a_close_that_hangs_holds_nobody(hanging: Hanging) -> None:
    closed: list[str] = []
    guard = Guard("sensor", 0.2)
    guard.end(lambda: closed.append("at once"))
    assert closed == ["at once"]
    guard.end(lambda: closed.append(str(hanging.read())))
    assert guard.is_given_up and len(closed) == 1
