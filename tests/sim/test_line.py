"""A sensor at the end of its wire: it answers, changes its speed after the acknowledgement, and has its faults."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from sim.faults import (
    AnyFault,
    LoseFirstCommand,
    SensorFault,
    Sleepy,
    Stray,
    UnknownCommand,
    Unplug,
    WrongBaud,
    WrongPassword,
)
from sim.framing import Packet, Reader, frame
from sim.instructions import Instruction
from sim.panel_faults import Frozen
from sim.people import Resident
from sim.profiles import PROFILES
from sim.world import sensor_line
from tests.drivers import golden_frames
from tests.sim.test_people import Hand

GOLDEN = golden_frames.load()
DONE = GOLDEN["done"].data


@contextmanager
def sensor(folder: Path, *planned: AnyFault, model: str = "zfm20") -> Iterator[Path]:
    port = folder / "sensor"
    with sensor_line(port, PROFILES[model], Resident(Hand(), hold=True), planned, pace=0):
        yield port


def opened(port: Path, baud: int = 57600) -> serial.Serial:
    return serial.Serial(str(port), baud, timeout=5)


def test_a_change_of_speed_comes_after_its_acknowledgement_and_stays(tmp_path: Path) -> None:
    with sensor(tmp_path) as path:
        with opened(path) as port:
            port.write(GOLDEN["SetSysPara(baud rate, 115200)"].data)
            assert port.read(12) == DONE
        with opened(path, 115200) as port:
            port.write(GOLDEN["HandShake"].data)
            assert port.read(12) == DONE


def test_a_whole_image_arrives(tmp_path: Path) -> None:
    with sensor(tmp_path) as path, opened(path) as port:
        port.write(GOLDEN["GenImg"].data)
        assert port.read(12) == DONE
        port.write(GOLDEN["UpImage"].data)
        packets = Reader().feed(port.read(12 + 288 * 139))
        assert [len(packet.content) for packet in packets] == [1] + [128] * 288


def test_stray_bytes_stand_before_the_first_answer(tmp_path: Path) -> None:
    with sensor(tmp_path, Stray(line=b"\x00\x55")) as path, opened(path) as port:
        port.write(GOLDEN["HandShake"].data)
        assert port.read(14) == b"\x00\x55" + DONE


def test_the_first_command_may_go_unheard(tmp_path: Path) -> None:
    with sensor(tmp_path, LoseFirstCommand()) as path, opened(path) as port:
        port.write(GOLDEN["TemplateNum"].data + GOLDEN["HandShake"].data)
        assert port.read(12) == DONE


def test_a_pulled_plug_is_put_back_and_settings_are_kept(tmp_path: Path) -> None:
    with sensor(tmp_path, Unplug(command=Instruction.UpImage, offset=100, seconds=0.1)) as path:
        with opened(path) as port:
            port.write(GOLDEN["SetSysPara(packet size, 256)"].data + GOLDEN["GenImg"].data + GOLDEN["UpImage"].data)
            with pytest.raises((serial.SerialException, OSError)):
                for _ in range(1000):
                    port.read(1)
        while not path.exists():
            threading.Event().wait(0.02)
        with opened(path) as port:
            port.write(GOLDEN["ReadSysPara"].data)
            (packet,) = Reader().feed(port.read(28))
            assert packet.content[13:15] == b"\0\x03"


def test_a_plug_is_pulled_and_put_back_by_hand(tmp_path: Path) -> None:
    line = sensor_line(tmp_path / "sensor", PROFILES["zfm20"], Resident(Hand(), hold=True), pace=0)
    with line:
        with opened(tmp_path / "sensor") as port:
            port.write(GOLDEN["GenImg"].data)
            assert port.read(12) == DONE
            line.plug(is_in=False)
            with pytest.raises((serial.SerialException, OSError)):
                while True:
                    port.read(1)
            assert not (tmp_path / "sensor").exists()
        line.plug(is_in=True)
        while not (tmp_path / "sensor").exists():
            threading.Event().wait(0.02)
        with opened(tmp_path / "sensor") as port:
            # The image went with the power
            port.write(GOLDEN["UpImage"].data)
            assert Reader().feed(port.read(12))[0].content == b"\x0f"


@pytest.mark.parametrize(
    ("fault", "command", "answer"),
    [
        (Sleepy(), "GenImg", "verify the password first"),
        (UnknownCommand(), "ReadSysPara", "packet not received"),
        (UnknownCommand(command=Instruction.Img2Tz), "Img2Tz(1)", "packet not received"),
        (WrongPassword(), "GenImg", "verify the password first"),
        (SensorFault(code=0x02), "GenImg", "no finger"),
    ],
)
def test_a_fault_of_the_sensor_is_its_answer(tmp_path: Path, fault: AnyFault, command: str, answer: str) -> None:
    with sensor(tmp_path, fault) as path, opened(path) as port:
        port.write(GOLDEN[command].data)
        assert port.read(len(GOLDEN[answer].data)) == GOLDEN[answer].data


def test_a_sensor_may_have_been_left_at_another_speed(tmp_path: Path) -> None:
    with sensor(tmp_path, WrongBaud(baud=9600)) as path, opened(path, 9600) as port:
        port.write(GOLDEN["HandShake"].data)
        assert port.read(12) == DONE


def test_a_frozen_sensor_answers_again_once_its_supply_was_off(tmp_path: Path) -> None:
    frozen = sensor_line(
        tmp_path / "sensor", PROFILES["zfm20"], Resident(Hand(), hold=True), (Frozen(after=3),), pace=0
    )
    with frozen, opened(tmp_path / "sensor") as port:
        port.write(GOLDEN["SetSysPara(packet size, 256)"].data + GOLDEN["GenImg"].data + GOLDEN["HandShake"].data)
        assert port.read(36) == DONE * 3
        port.timeout = 0.5
        port.write(GOLDEN["HandShake"].data)
        assert port.read(12) == b""
        frozen.supply(is_on=False)
        port.write(GOLDEN["HandShake"].data)
        assert port.read(12) == b""
        frozen.supply(is_on=True)
        for _ in range(20):
            port.write(GOLDEN["HandShake"].data)
            if port.read(12) == DONE:
                break
        port.timeout = 5
        # The image is gone, the setting is not
        port.write(GOLDEN["UpImage"].data)
        assert Reader().feed(port.read(12))[0].content == b"\x0f"
        port.write(GOLDEN["ReadSysPara"].data)
        assert Reader().feed(port.read(28))[0].content[13:15] == b"\0\x03"


def test_data_that_nobody_asked_for_is_ignored(tmp_path: Path) -> None:
    with sensor(tmp_path) as path, opened(path) as port:
        port.write(frame(0xFFFFFFFF, 0x02, b"data") + frame(0xFFFFFFFF, 0x07, b"\0") + GOLDEN["HandShake"].data)
        assert port.read(12) == DONE


def test_an_r503_says_when_it_is_ready_again(tmp_path: Path) -> None:
    with sensor(tmp_path, model="r503") as path, opened(path) as port:
        port.write(GOLDEN["SoftRst"].data)
        assert port.read(13) == DONE + b"\x55"


def test_an_empty_packet_is_survived(tmp_path: Path) -> None:
    assert Packet(0, 1, b"").is_intact
    with sensor(tmp_path) as path, opened(path) as port:
        port.write(bytes.fromhex("EF01FFFFFFFF0100020003") + GOLDEN["HandShake"].data)
        assert port.read(12) == DONE
