"""What the doctor finds at a sensor, its port and its glass: every fault made for real, every message read."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware import consultation, doctor, machine
from firmware.datatypes import DeviceState, Outcome
from firmware.doctor_words import WireIllness
from firmware.journal import JOURNAL, Journal
from firmware.kit import Kit
from firmware.logbook import Logbook
from firmware.machine import User
from firmware.symptoms import Facts
from firmware.vocabulary import FingerPosition
from sim.faults import AnyFault, Corrupt, NoFinger, SensorFault, Silence, Unplug, WrongBaud, WrongPassword
from sim.instructions import Instruction
from sim.line import SensorLine
from sim.people import Resident
from sim.profiles import PROFILES
from sim.sensor_faults import AnotherSensor
from sim.world import sensor_line
from tests.drivers import protocol_hang
from tests.drivers.simulated import OneFinger, simulated_sensor
from tests.patients import found, kit, only, told

W = WireIllness


def sensor(port: Path, *planned: AnyFault, model: str = "zfm20") -> SensorLine:
    """A sensor with a clear glass."""
    faults = (*planned, NoFinger())
    return sensor_line(port, PROFILES[model], Resident(OneFinger(), faults=faults), faults, pace=0)


def test_nothing_is_found_at_a_sensor_that_is_well(tmp_path: Path) -> None:
    with sensor(tmp_path / "port"):
        assert found(kit(tmp_path, tmp_path / "port")) == ()
    with sensor(tmp_path / "port", model="r503"):
        assert found(kit(tmp_path, tmp_path / "port")) == ()


def test_a_cable_that_is_out(tmp_path: Path) -> None:
    indonesian, english = only(kit(tmp_path, tmp_path / "port"), W.PORT_GONE)
    assert indonesian.what == f"Port sensor sidik jari tidak ada: {tmp_path / 'port'}"
    assert "lepas" in indonesian.causes[0] and "tekan kedua ujung kabel" in indonesian.tries[0]
    assert english.what == f"The fingerprint sensor's port is not there: {tmp_path / 'port'}"
    assert "loose or broken" in english.causes[0] and "push both ends" in english.tries[0]


@pytest.mark.parametrize(
    ("fault", "illness", "words"),
    [
        (Silence(times=0), W.SENSOR_SILENT, ("tidak menjawab pada kecepatan mana pun", "answers at no speed")),
        (Corrupt(offset=11, times=0), W.SENSOR_GARBLED, ("bukan jawaban sensor", "no whole answer of a sensor")),
        (
            WrongBaud(baud=76800),
            W.SENSOR_SPEED,
            ("disetel 76800 baud; sekarang 115200", "was set to 76800 baud"),
        ),
        (WrongPassword(password=42), W.SENSOR_REFUSES, ("menolak perintah", "refuses a command")),
        (SensorFault(code=0x21), W.SENSOR_REFUSES, ("menolak perintah", "refuses a command")),
        (
            Unplug(command=Instruction.GenImg, seconds=0.1),
            W.SENSOR_LOST,
            ("hilang di tengah percakapan", "went away in the middle"),
        ),
        (SensorFault(code=0x03), W.GLASS_UNREADABLE, ("tidak dapat mengambil gambar", "cannot take an image")),
        (SensorFault(code=0x29), W.GLASS_UNREADABLE, ("optics", "optics")),
    ],
    ids=lambda value: getattr(value, "kind", None),
)
def test_a_sensor_that_is_ill(tmp_path: Path, fault: AnyFault, illness: W, words: tuple[str, str]) -> None:
    with sensor(tmp_path / "port", fault):
        said = only(kit(tmp_path, tmp_path / "port"), illness)
    assert all(word in one.what for one, word in zip(said, words, strict=True)), said


def test_a_speed_that_was_put_right_stays_right(tmp_path: Path) -> None:
    with sensor(tmp_path / "port", WrongBaud(baud=28800)):
        only(kit(tmp_path, tmp_path / "port"), W.SENSOR_SPEED)
        assert found(kit(tmp_path, tmp_path / "port")) == ()


def test_a_driver_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.guarded._SENSOR_S", 1.0)
    protocol_hang.use()
    with sensor(tmp_path / "port"):
        (tmp_path / "port.hangs").touch()
        indonesian, english = only(kit(tmp_path, f"hang://{tmp_path / 'port'}"), W.DEVICE_STUCK)
        (tmp_path / "port.hangs").unlink()
    assert indonesian.what.startswith("Sensor sidik jari: penggeraknya (driver) macet")
    assert english.what.startswith("Fingerprint sensor: its driver hangs")


def test_a_glass_that_is_never_clear(tmp_path: Path) -> None:
    with simulated_sensor(tmp_path / "port"):
        indonesian, english = only(kit(tmp_path, tmp_path / "port"), W.GLASS_COVERED)
    assert "kaca kotor" in indonesian.causes[0] and "the glass is dirty" in english.causes[0]


def test_a_finger_that_comes_and_goes_is_no_dirt(tmp_path: Path) -> None:
    with sensor_line(tmp_path / "port", PROFILES["zfm20"], Resident(OneFinger()), pace=0):
        assert found(kit(tmp_path, tmp_path / "port")) == ()


def test_prints_that_had_to_be_repeated(tmp_path: Path) -> None:
    config = kit(tmp_path, tmp_path / "port")
    config.data.mkdir()
    log = Logbook(Journal(config.data / JOURNAL))
    with sensor(tmp_path / "port"):
        for number, position in enumerate(FingerPosition):
            log.begin("Budi-07", f"K-1-{number}", "")
            poor = Outcome.LOW_QUALITY if number % 2 else Outcome.ACCEPTED
            log.step(position.name.lower(), poor if number < 8 else Outcome.ACCEPTED, 1, 2.0)
            log.step("face", Outcome.LOW_QUALITY, 5, 2.0)
            log.cancelled("operator")
        assert found(config) == (), "four of ten are no half"
        log.step("left_little", Outcome.EXCUSED, 3, 2.0)
        log.step("left_little", Outcome.ACCEPTED, 3, 2.0)
        log.step("left_little", Outcome.ACCEPTED, 2, 2.0)
        indonesian, english = only(config, W.PRINTS_POOR)
    assert "6 dari 12 jari harus diulang" in indonesian.what and "6 of 12 fingers had to be" in english.what


def test_a_plug_that_is_loose(tmp_path: Path) -> None:
    config = kit(tmp_path, tmp_path / "port")
    config.data.mkdir()
    log = Logbook(Journal(config.data / JOURNAL))
    with sensor(tmp_path / "port"):
        for times in range(3):
            assert found(config) == (), times
            log.device("fingerprint", DeviceState.ABSENT if times else DeviceState.FAULT)
            log.device("fingerprint", DeviceState.OK)
        indonesian, english = only(config, W.DEVICE_LOOSE)
    assert indonesian.what.startswith("Sensor sidik jari: akhir-akhir ini 3 kali hilang")
    assert english.what.startswith("Fingerprint sensor: went and came back 3 times")


def test_another_sensor_than_the_kit_s_own(tmp_path: Path) -> None:
    config = kit(tmp_path, tmp_path / "port")
    with sensor(tmp_path / "port", model="r503"), Kit(config):
        pass
    with sensor(tmp_path / "port", AnotherSensor(serial="00000043"), model="r503"):
        indonesian, english = only(config, W.SENSOR_SWAPPED)
        assert "R503 00000043, yang dikenal R503 00000042" in indonesian.what
        assert "R503 00000043, the known one is R503 00000042" in english.what and "--accept-sensor" in english.tries[1]
        assert consultation.accept_sensor(config) == "R503 00000043"
        assert found(config) == ()
    with sensor(tmp_path / "port"):
        assert "?" in only(config, W.SENSOR_SWAPPED)[1].what, "an optical one tells no number"
        assert consultation.accept_sensor(config) == ""


def test_a_sensor_without_a_number_is_not_remembered(tmp_path: Path) -> None:
    config = kit(tmp_path, tmp_path / "port")
    with sensor(tmp_path / "port"), Kit(config):
        assert [path.name for path in config.data.iterdir()] == ["kit.lock"]


@contextmanager
def holding(port: Path, name: str) -> Iterator[int]:
    """A process of this name that has the port open."""
    script = 'exec 3<>"$1"; echo held; exec -a "$0" sleep 600'
    with subprocess.Popen(["bash", "-c", script, name, port], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        yield process.pid
        process.kill()


def test_a_port_that_another_program_has(tmp_path: Path) -> None:
    with sensor(tmp_path / "port"), holding(tmp_path / "port", "minicom") as pid:
        indonesian, english = only(kit(tmp_path, tmp_path / "port"), W.PORT_TAKEN)
    assert indonesian.what.endswith(f"dipakai program lain: minicom (process {pid})")
    assert english.what.endswith(f"in use by another program: minicom (process {pid})")


def test_a_getty_on_the_port(tmp_path: Path) -> None:
    with sensor(tmp_path / "port"), holding(tmp_path / "port", "/sbin/agetty") as pid:
        real = os.path.realpath(tmp_path / "port").removeprefix("/dev/")
        root = tmp_path / "root"
        process = root / "proc" / str(pid)
        process.mkdir(parents=True)
        (process / "cmdline").write_bytes(f"/sbin/agetty\0-L\0{real}\0vt220\0".encode())
        indonesian, english = only(kit(tmp_path, tmp_path / "port"), W.PORT_CONSOLE, root)
    assert f"konsol Linux (agetty (process {pid}))" in indonesian.what
    assert f"the Linux console (agetty (process {pid}))" in english.what


def test_the_kernel_s_console_on_the_port(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "proc").mkdir(parents=True)
    (root / "dev").mkdir()
    (root / "proc" / "cmdline").write_text("console=tty1 root=PARTUUID=1-02 console=serial0,115200 rootwait\n")
    with sensor(tmp_path / "port"):
        (root / "dev" / "serial0").symlink_to(os.path.realpath(tmp_path / "port"))
        indonesian, english = only(kit(tmp_path, tmp_path / "port"), W.PORT_CONSOLE, root)
    assert indonesian.tries[1].startswith("hapus console=serial0 dari /boot/firmware/cmdline.txt")
    assert english.tries[1].startswith("take console=serial0 out of /boot/firmware/cmdline.txt")


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user may enter."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_port_that_the_kit_s_user_may_not_open(shared: Path) -> None:
    config = kit(shared, shared / "port")
    config.data.mkdir(mode=0o700)
    with sensor(shared / "port"):
        real = Path(os.path.realpath(shared / "port"))
        if os.geteuid() == 0:
            os.chown(config.data, 65534, 65534)
        else:
            real.chmod(0)
        indonesian, english = only(config, W.NO_RIGHT)
        user = machine.user_of(config.data)
        assert {path.stat().st_uid for path in config.data.iterdir()} == {user.number}, "root leaves nothing of its own"
    assert indonesian.what == f"Sensor sidik jari: pengguna {user.name} tidak boleh membuka {real}"
    assert english.what == f"Fingerprint sensor: the user {user.name} may not open {real}"
    assert f"sudo adduser {user.name} " in indonesian.tries[0] and f"sudo adduser {user.name} " in english.tries[0]
    assert os.geteuid() == os.getuid()


def test_a_right_that_comes_with_the_next_login(tmp_path: Path) -> None:
    path = tmp_path / "port"
    path.touch(mode=0o060)
    path.chmod(0o060)
    before = User("kit", 4242, 4242, frozenset([4242]), frozenset([4242, path.stat().st_gid]))
    port = machine.Port(str(path), True, machine.access(path, before))
    (finding,) = doctor.judge(Facts("kit", str(path), port))
    indonesian, english = told(finding, W.NEW_LOGIN)
    assert "belum boleh dibuka, walau kit sudah anggota" in indonesian.what
    assert "may not be opened yet, though kit is in the group" in english.what
