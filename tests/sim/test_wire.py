"""The wire is a serial line to the programs that open it: slow, deaf at the wrong speed, and its plug can be pulled."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from sim.wire import Wire


@contextmanager
def wire(folder: Path, baud: int = 57600, pace: float = 0) -> Iterator[Wire]:
    line = Wire(folder / "port", baud=baud, pace=pace)
    try:
        yield line
    finally:
        line.close()


def program(folder: Path, baud: int = 57600) -> serial.Serial:
    return serial.Serial(str(folder / "port"), baud, timeout=5, exclusive=True)


def received(line: Wire, count: int) -> bytes:
    """What arrives at the device, until `count` bytes are there or nothing comes for long."""
    data = b""
    for _ in range(500):
        if len(data) >= count:
            break
        line.is_newly_opened()
        data += line.receive(0.01)
    return data


def test_bytes_pass_both_ways(tmp_path: Path) -> None:
    with wire(tmp_path) as line, program(tmp_path) as port:
        port.write(bytes(range(256)))
        assert received(line, 256) == bytes(range(256))
        line.send(bytes(range(256)))
        assert port.read(256) == bytes(range(256))


def test_one_program_after_another_opens_it(tmp_path: Path) -> None:
    with wire(tmp_path) as line:
        for _ in range(3):
            assert line.receive(0) == b""
            assert not line.is_newly_opened()
            with program(tmp_path) as port:
                port.write(b"hello")
                assert line.receive(0) == b""
                assert line.is_newly_opened()
                assert not line.is_newly_opened()
                assert received(line, 5) == b"hello"
                line.send(b"answer")
                assert port.read(6) == b"answer"


def test_what_one_program_left_unread_the_next_one_never_sees(tmp_path: Path) -> None:
    with wire(tmp_path) as line:
        with program(tmp_path):
            assert line.is_newly_opened()
            line.send(bytes(9000))
        assert not line.is_newly_opened()
        with program(tmp_path) as port:
            line.send(b"new")
            assert port.read(3) == b"new"


def test_without_a_program_bytes_are_lost_and_nothing_blocks(tmp_path: Path) -> None:
    with wire(tmp_path) as line:
        line.send(bytes(100_000))
        with program(tmp_path) as port:
            line.send(b"new")
            assert port.read(3) == b"new"


@pytest.mark.parametrize("baud", [9600, 115200])
def test_at_the_wrong_speed_both_sides_hear_rubbish(tmp_path: Path, baud: int) -> None:
    text = bytes.fromhex("EF01FFFFFFFF010003010005")
    with wire(tmp_path) as line, program(tmp_path, baud) as port:
        port.write(text)
        assert text not in received(line, 1)
        line.send(text)
        port.timeout = 0.2
        assert text not in port.read(100)
        port.baudrate = 57600
        line.send(text)
        assert port.read(len(text)) == text


@pytest.mark.parametrize("baud", [57600, 115200])
def test_bytes_take_their_time(tmp_path: Path, baud: int) -> None:
    count = 2000
    with wire(tmp_path, baud, pace=1) as line, program(tmp_path, baud) as port:
        begun = time.monotonic()
        line.send(bytes(count))
        assert time.monotonic() - begun >= count * 10 / baud
        assert len(port.read(count)) == count


def test_a_large_answer_waits_for_a_slow_reader(tmp_path: Path) -> None:
    data = bytes(range(256)) * 200
    with wire(tmp_path) as line, program(tmp_path) as port:
        sending = threading.Thread(target=line.send, args=(data,))
        sending.start()
        assert port.read(len(data)) == data
        sending.join()


def test_a_pulled_plug_is_a_hang_up_and_comes_back_at_the_same_path(tmp_path: Path) -> None:
    with wire(tmp_path) as line:
        with program(tmp_path) as port:
            line.unplug()
            line.unplug()
            with pytest.raises((serial.SerialException, OSError)):
                port.write(b"x")
                port.read(1)
        with pytest.raises(serial.SerialException):
            program(tmp_path)
        assert line.receive(0) == b""
        line.send(b"nobody")
        line.plug_in()
        line.plug_in()
        with program(tmp_path) as port:
            line.send(b"back")
            assert port.read(4) == b"back"


@pytest.mark.parametrize("use", [lambda line: line.receive(60), lambda line: line.send(bytes(100_000))])
def test_waking_ends_what_another_thread_waits_for(tmp_path: Path, use: Callable[[Wire], object]) -> None:
    with wire(tmp_path, pace=10) as line, program(tmp_path):
        assert line.is_newly_opened()
        waiting = threading.Thread(target=use, args=(line,))
        waiting.start()
        line.wake()
        waiting.join(20)
        assert not waiting.is_alive()


def test_closing_takes_the_path_away(tmp_path: Path) -> None:
    with wire(tmp_path):
        assert (tmp_path / "port").is_symlink()
    assert list(tmp_path.iterdir()) == []
