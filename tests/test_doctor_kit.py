"""What the doctor finds beside the sensor: camera, panel, gauge, supply, card, identity, packets and station."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import gpiozero
import pytest

from firmware import consultation, identity
from firmware.config import KitConfig
from firmware.doctor_kit_words import KitIllness
from firmware.doctor_words import WireIllness
from firmware.identity import Identity
from firmware.machine import ROOT
from firmware.office import admission, keys
from firmware.reporting import SPOOL
from provisioning import guard
from provisioning.words import Words
from sim import fuel_gauge
from sim.battery import Battery
from sim.camera_line import CameraLine
from sim.faults import AnyFault
from sim.gauge_faults import GaugeAbsent
from sim.i2c_line import I2cLine
from sim.panel_faults import StuckButton
from tests import benches, boards, test_machine
from tests.drivers.picamera_stand_in import Picamera2
from tests.patients import found, kit, only
from tests.test_doctor_sensor import sensor, shared
from tests.test_service import answering

__all__ = ["shared"]

K = KitIllness
CAMERA = '[camera]\nmodel = "bench"\ntimeout_s = {}\nsource = "{}"\n'
PANEL = "[panel]\n"
GAUGE = '[power]\nbus = "bench:{}"\n'


@pytest.fixture
def port(tmp_path: Path) -> Iterator[Path]:
    """A sensor that is well."""
    with sensor(tmp_path / "port"):
        yield tmp_path / "port"


def words(config: KitConfig, illness: K | WireIllness, indonesian: str, english: str, root: Path = ROOT) -> None:
    said = only(config, illness, root)
    assert said[0].what.startswith(indonesian) and said[1].what.startswith(english), said


def test_a_camera_whose_cable_is_out(port: Path, tmp_path: Path) -> None:
    config = kit(tmp_path, port, CAMERA.format(30, tmp_path / "camera.sock"))
    with CameraLine(tmp_path / "camera.sock", 0) as camera:
        assert found(config) == ()
        camera.answer({"plugged": False})
        words(config, K.CAMERA_GONE, "Kamera tidak ditemukan (", "No camera is found (")


def test_a_camera_that_gives_no_picture(port: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_text("no picture")
    config = kit(tmp_path, port, CAMERA.format(1, tmp_path / "picture.png"))
    words(config, K.CAMERA_FAULT, "Kamera tidak memberi foto (", "The camera gives no picture (")


def test_a_camera_that_another_program_has(port: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys
    from types import ModuleType

    stand_in = ModuleType("picamera2")
    stand_in.Picamera2 = Picamera2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", stand_in)
    monkeypatch.setattr(Picamera2, "opened", 1)
    config = kit(tmp_path, port, "[camera]\n")
    words(config, K.CAMERA_BUSY, "Kamera dipakai program lain (", "The camera is in use by another program (")


def test_a_camera_whose_driver_hangs(port: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware.guarded._CAMERA_S", 0.5)
    os.mkfifo(tmp_path / "picture.png")
    config = kit(tmp_path, port, CAMERA.format(1, tmp_path / "picture.png"))
    words(config, WireIllness.DEVICE_STUCK, "Kamera: penggeraknya (driver) macet", "Camera: its driver hangs")


@pytest.mark.parametrize(
    ("section", "name", "indonesian", "english"),
    [
        (PANEL, "gpiochip0", "Panel: pengguna ", "Panel: the user "),
        ("[power]\n", "i2c-1", "Pengukur baterai: pengguna ", "Battery gauge: the user "),
        ("[camera]\n", "video0", "Kamera: pengguna ", "Camera: the user "),
    ],
)
def test_a_device_that_the_user_may_not_open(
    shared: Path, section: str, name: str, indonesian: str, english: str
) -> None:
    file = shared / "dev" / name
    file.parent.mkdir()
    file.touch()
    file.chmod(0)
    config = kit(shared, shared / "port", section)
    config.data.mkdir()
    with sensor(shared / "port"):
        if os.geteuid() == 0:
            os.chown(config.data, 65534, 65534)
            Path(os.path.realpath(shared / "port")).chmod(0o666)
        words(config, WireIllness.NO_RIGHT, indonesian, english, shared)


@contextmanager
def panel(folder: Path, monkeypatch: pytest.MonkeyPatch, *faults: AnyFault) -> Iterator[None]:
    with benches.bound(folder, monkeypatch), benches.panel(folder, *faults):
        yield


def test_a_button_that_is_jammed(port: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with panel(tmp_path, monkeypatch):
        assert found(kit(tmp_path, port, PANEL)) == ()
    with panel(tmp_path, monkeypatch, StuckButton(button="skip")):
        config = kit(tmp_path, port, PANEL)
        words(config, K.PANEL_FAULT, "Panel lampu dan tombol tidak dapat dipakai (stuck: skip", "The panel of lamps")


def test_a_panel_that_is_not_there(port: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "lgpio")
    config = kit(tmp_path, port, PANEL)
    words(
        config, K.PANEL_FAULT, "Panel lampu dan tombol tidak dapat dipakai (", "The panel of lamps and buttons cannot"
    )


def test_a_gauge_that_does_not_answer(port: Path, tmp_path: Path) -> None:
    battery, bus = Battery(), tmp_path / "i2c.sock"
    config = kit(tmp_path, port, GAUGE.format(bus))
    with I2cLine(bus, {fuel_gauge.ADDRESS: fuel_gauge.FuelGauge(battery)}, battery):
        assert found(config) == ()
    with I2cLine(bus, {fuel_gauge.ADDRESS: fuel_gauge.FuelGauge(battery, [GaugeAbsent()])}, battery):
        words(config, K.GAUGE_FAULT, "Pengukur baterai tidak dapat dibaca (", "The battery's gauge cannot be read (")


@pytest.mark.parametrize(
    ("bits", "illness", "indonesian", "english"),
    [
        (
            "50005",
            K.SUPPLY_LOW,
            "Tegangan listrik kit terlalu rendah sekarang",
            "The kit's supply voltage is too low now",
        ),
        ("50000", K.SUPPLY_WAS_LOW, "Tegangan listrik kit pernah terlalu", "The kit's supply voltage was too low at"),
        ("8", K.BOARD_HOT, "Papan (board) kit terlalu panas", "The kit's board is too hot"),
    ],
)
def test_supply_and_heat(port: Path, tmp_path: Path, bits: str, illness: K, indonesian: str, english: str) -> None:
    test_machine.throttled(tmp_path / "root", bits)
    said = only(kit(tmp_path, port), illness, tmp_path / "root")
    assert said[0].what.startswith(indonesian) and said[1].what.startswith(english)


@contextmanager
def small_disk(folder: Path, size: str, options: str = "") -> Iterator[None]:
    """A disk of its own at a folder."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root mounts a disk")
    try:
        if options:
            subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize(
    ("size", "illness", "indonesian", "english"),
    [
        ("100m", K.CARD_NEARLY_FULL, "Kartu memori hampir penuh (sisa 10", "The memory card is nearly full (10"),
        ("9m", K.CARD_FULL, "Kartu memori penuh (sisa 9 MB)", "The memory card is full (9 MB left)"),
    ],
)
def test_a_card_that_fills(port: Path, tmp_path: Path, size: str, illness: K, indonesian: str, english: str) -> None:
    with small_disk(tmp_path / "data", size):
        words(kit(tmp_path, port), illness, indonesian, english)


def test_a_card_that_is_locked(port: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", "900m"):
        (tmp_path / "data" / "kit.lock").touch()
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "data")], check=True)
        words(kit(tmp_path, port), K.CARD_READ_ONLY, "Kartu memori tidak dapat ditulis: ", "The memory card cannot be")


@pytest.mark.parametrize(
    ("valid", "illness", "indonesian", "english"),
    [
        (
            timedelta(days=-2),
            K.CERTIFICATE_ENDED,
            "Sertifikat kit sudah habis pada ",
            "The kit's certificate ended on ",
        ),
        (
            timedelta(days=10),
            K.CERTIFICATE_ENDS,
            "Sertifikat kit habis dalam sebulan",
            "The kit's certificate ends within",
        ),
        (timedelta(days=60), None, "", ""),
    ],
)
def test_a_certificate_that_ends(
    port: Path,
    tmp_path: Path,
    valid: timedelta,
    illness: K | None,
    indonesian: str,
    english: str,
) -> None:
    config = kit(tmp_path, port)
    office = keys.init(tmp_path / "office")
    request = identity.write_request(config.data, config.kit_id, tmp_path / "stick")
    answer = admission.admit(request, office, valid=valid).answer
    identity.accept_answer(config.data, config.kit_id, answer)
    if illness is None:
        assert found(config) == ()
    else:
        words(config, illness, indonesian, english)


def test_a_kit_that_no_office_has_admitted(port: Path, tmp_path: Path) -> None:
    config = kit(tmp_path, port)
    alone = config.model_copy(update={"office": config.office.model_copy(update={"recipients": ()})})
    words(alone, K.NOT_ADMITTED, "Belum ada kantor yang dapat", "No office could open what this kit records yet")


def test_a_key_that_is_damaged(port: Path, tmp_path: Path) -> None:
    config = kit(tmp_path, port)
    (config.data / "identity").mkdir(parents=True)
    (config.data / "identity" / "kit.key").write_text("no key")
    words(config, K.IDENTITY_SPOILED, "Identitas kit rusak", "The kit's identity is damaged")


def test_a_card_of_another_board(port: Path, tmp_path: Path) -> None:
    config = kit(tmp_path, port)
    Identity.load_or_create(config.data, config.kit_id, boards.pi(tmp_path / "one", "10000000aaaaaaaa"))
    other = boards.pi(tmp_path / "other", "10000000bbbbbbbb")
    assert found(config, tmp_path / "one") == ()
    words(config, K.OTHER_BOARD, "Kartu memori ini dari kit lain", "This memory card is another kit's", other)


def test_packets_that_are_damaged(port: Path, tmp_path: Path) -> None:
    config = kit(tmp_path, port)
    config.data.mkdir()
    (config.data / SPOOL).write_bytes(b"no database at all " * 500)
    words(config, K.PACKETS_DAMAGED, "Simpanan paket rusak: ", "The store of packets is damaged: ")


def test_a_station_that_does_not_answer(port: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consultation, "ANSWER_S", 0.3)
    config = kit(tmp_path, port)
    with answering(config.data) as taken:
        words(config, K.STATION_MUTE, "Stasiun berjalan, tetapi tidak menjawab", "The station runs, but does not")
        for line in taken:
            line.close()


def test_an_update_that_was_taken_back(port: Path, tmp_path: Path) -> None:
    trial = guard.Trial("2.0", "1.9", 60.0, 3)
    (tmp_path / "opt/rekam").mkdir(parents=True)
    for why in (Words("layanannya berhenti", "its service ended"), None):
        trial.store(tmp_path)
        guard.end(tmp_path, trial, why)
        if why:
            words(
                kit(tmp_path, port),
                K.UPDATE_TAKEN_BACK,
                "Pembaruan ke versi 2.0 dibatalkan: layanannya berhenti; kit memakai versi 1.9 lagi",
                "The update to version 2.0 was taken back: its service ended; the kit uses version 1.9 again",
                tmp_path,
            )
        else:
            assert found(kit(tmp_path, port), tmp_path) == ()
