import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.drivers.link import SerialLink
from firmware.errors import DeviceAbsent, DeviceBusy, LinkLost, LinkTimeout


class MovedClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def line() -> Iterator[tuple[int, str]]:
    near, far = os.openpty()
    yield near, os.ttyname(far)
    for end in (near, far):
        os.close(end)


@pytest.fixture
def link(line: tuple[int, str]) -> Iterator[SerialLink]:
    link = SerialLink("sensor", line[1], time.monotonic)
    link.open(57600)
    yield link
    link.close()


@pytest.mark.parametrize(
    ("port", "reason"),
    [
        ("/dev/rekam-nowhere", "no such port"),
        ("/dev/null", "no serial port"),
        ("/", "no serial port"),
        ("nowhere://x", "nowhere"),
    ],
)
def test_a_port_that_is_none_is_absent(port: str, reason: str) -> None:
    with pytest.raises(DeviceAbsent, match=reason):
        SerialLink("sensor", port, time.monotonic).open(57600)


def test_a_plain_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeviceAbsent, match="no serial port"):
        SerialLink("sensor", str(tmp_path / "file"), time.monotonic).open(57600)


def test_a_port_of_another_process_is_busy_until_it_ends(line: tuple[int, str]) -> None:
    code = "import serial, sys; port = serial.Serial(sys.argv[1], exclusive=True); print('held', flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, line[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        link = SerialLink("sensor", line[1], time.monotonic)
        with pytest.raises(DeviceBusy, match="owned by another process; end that process"):
            link.open(57600)
        assert not link.is_open
        holder.communicate("\n")
    link.open(57600)
    link.close()


def test_read_waits_for_all_that_is_asked(line: tuple[int, str], link: SerialLink) -> None:
    os.write(line[0], b"first")
    late = threading.Timer(0.15, os.write, [line[0], b"second"])
    late.start()
    assert link.read(11, time.monotonic() + 30) == b"firstsecond"
    late.join()


def test_read_takes_all_that_is_there(line: tuple[int, str], link: SerialLink) -> None:
    os.write(line[0], b"more than asked")
    assert link.read(15, time.monotonic() + 30) == b"more than asked"
    os.write(line[0], b"more than asked")
    got = link.read(1, time.monotonic() + 30)
    assert got == b"more than asked"[: len(got)]


def test_read_gives_what_came_when_the_deadline_passed(line: tuple[int, str]) -> None:
    clock = MovedClock()
    link = SerialLink("sensor", line[1], clock)
    link.open(57600)
    os.write(line[0], b"short")
    clock.now = 7.0
    assert link.read(100, deadline=7.0) == b"short"
    link.close()


def test_discard_throws_away_what_arrived(line: tuple[int, str], link: SerialLink) -> None:
    os.write(line[0], b"stale")
    assert link.read(1, time.monotonic() + 30)
    os.write(line[0], b"stale")
    link.discard()
    os.write(line[0], b"fresh")
    assert link.read(5, time.monotonic() + 30) == b"fresh"


def test_drain_ends_when_the_line_is_quiet(line: tuple[int, str], link: SerialLink) -> None:
    os.write(line[0], bytes(3000))
    link.drain(quiet_s=0.05, limit_s=30)
    assert link.read(1, time.monotonic()) == b""


def test_drain_gives_up_a_line_that_is_never_quiet(line: tuple[int, str], link: SerialLink) -> None:
    stop = threading.Event()

    def babble() -> None:
        while not stop.wait(0.01):
            os.write(line[0], b"\x55")

    babbler = threading.Thread(target=babble)
    babbler.start()
    with pytest.raises(LinkTimeout, match="does not fall silent"):
        link.drain(quiet_s=1.0, limit_s=0.2)
    stop.set()
    babbler.join()


def test_a_line_that_takes_no_bytes_is_told(link: SerialLink) -> None:
    with pytest.raises(LinkTimeout, match="takes no bytes"):
        link.write(bytes(100_000))


def test_speed_is_set_on_the_line(link: SerialLink) -> None:
    link.baud_rate = 115200
    assert link.baud_rate == 115200


@pytest.mark.parametrize("operation", ["read", "write", "discard", "speed"])
def test_an_unplugged_port_is_lost_and_closed(operation: str) -> None:
    near, far = os.openpty()
    link = SerialLink("sensor", os.ttyname(far), time.monotonic)
    link.open(57600)
    os.close(far)
    os.close(near)
    operations: dict[str, Callable[[], object]] = {
        "read": lambda: link.read(1, time.monotonic() + 30),
        "write": lambda: link.write(b"x"),
        "discard": link.discard,
        "speed": lambda: setattr(link, "baud_rate", 9600),
    }
    with pytest.raises(LinkLost, match="went away"):
        operations[operation]()
    assert not link.is_open
    with pytest.raises(LinkLost, match="is closed"):
        link.read(1, time.monotonic())


def test_closing_twice_is_no_fault(link: SerialLink) -> None:
    link.close()
    link.close()
    assert not link.is_open


def test_other_ports_of_pyserial_open_too() -> None:
    link = SerialLink("sensor", "loop://", time.monotonic)
    link.open(57600)
    link.write(b"echo")
    assert link.read(4, time.monotonic() + 30) == b"echo"
    link.close()
