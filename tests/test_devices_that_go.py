"""Each device unplugged in the middle of a session and plugged in again: what is told, kept and written down."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.config import load
from firmware.journal import JOURNAL
from firmware.journal_check import lines
from firmware.journal_lines import Kind, Line
from firmware.vocabulary import Language
from sim.panel_client import press, watch
from sim.plug_verbs import Device, set_plugged
from tests.benches import until
from tests.programs import running
from tests.test_field_faults import ENGLISH, INDONESIAN, NO_FINGER, cancelled, client, spooled, told
from tests.worlds import World, without_camera, world

EMPTY_ASK = {INDONESIAN: "Letakkan ibu jari kanan di kaca", ENGLISH: "Put the right thumb on the glass"}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose resident never puts a finger on the glass, so that a session waits until a button is pressed."""
    with world(tmp_path_factory.mktemp("bench") / "world", faults=NO_FINGER) as found:
        yield found


@pytest.fixture
def folder(bench: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The world's folder, whose panel the kit finds, with all its plugs in."""
    found = bench.settings.parent
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
    monkeypatch.setenv("REKAM_BENCH_PINS", str(found / "pins.sock"))
    yield found
    for device in Device:
        set_plugged(found, device, is_in=True)


def kit_of(found: World, folder: Path, language: Language, *, with_camera: bool = False) -> Path:
    text = found.settings.read_text(encoding="utf-8")
    text = text.replace('language = "en"\n', f'language = "{language.value}"\ndata = "{load(found.settings).data}"\n')
    (folder / "kit.toml").write_text(text if with_camera else without_camera(text), encoding="utf-8")
    (load(found.settings).data / JOURNAL).unlink(missing_ok=True)
    return folder / "kit.toml"


def written(kit: Path, device: str) -> list[object]:
    """How this device was, line after line of the journal."""
    said = [line for _, line in lines(load(kit).data / JOURNAL) if isinstance(line, Line)]
    return [line.facts["outcome"] for line in said if line.kind is Kind.DEVICE and line.facts["device"] == device]


def parts(folder: Path) -> dict[str, bool]:
    """The lamps, the buzzer and the supply of a world, and whether each is on."""
    return dict(itertools.islice(watch(folder), 6))


@pytest.mark.parametrize(
    ("language", "gone", "back"),
    [
        (INDONESIAN, "Panel tidak dapat dipakai: periksa kabelnya dan pakai layar", "Panel dapat dipakai lagi"),
        (ENGLISH, "The panel cannot be used: check its cable, and use the screen", "The panel can be used again"),
    ],
)
def test_the_panel(bench: World, folder: Path, tmp_path: Path, language: Language, gone: str, back: str) -> None:
    kit = kit_of(bench, tmp_path, language)
    before = len(spooled(kit))
    with running(kit) as station:
        asked = client(kit)
        asked.wait_until_shown(EMPTY_ASK[language])
        set_plugged(folder, Device.PANEL, is_in=False)
        asked.wait_until_shown(gone)
        assert not any(is_on for part, is_on in parts(folder).items() if part != "supply")
        press(folder, "skip", 0.1)
        set_plugged(folder, Device.PANEL, is_in=True)
        asked.wait_until_shown(back)
        until(lambda: parts(folder)["white"], "the lamp beside the glass")
        press(folder, "skip", 0.1)
        asked.wait_until_shown({INDONESIAN: "dikecualikan (dilewati", ENGLISH: "excused (skipped"}[language])
        set_plugged(folder, Device.PANEL, is_in=False)
        until(lambda: written(kit, "panel") == ["absent", "ok", "absent"], "the panel's second going")
        set_plugged(folder, Device.PANEL, is_in=True)
        press(folder, "accept", 0.1)
        status, shown = told(asked)
        assert status == 0, shown
        assert station.process.is_alive()
    assert (shown.count(gone), len(spooled(kit)) - before) == (2, 1)
    assert written(kit, "panel") == ["absent", "ok", "absent", "ok"]


@pytest.mark.parametrize(
    ("language", "gone", "back"),
    [
        (INDONESIAN, "Pengukur baterai tidak dapat dibaca", "Pengukur baterai dapat dibaca lagi"),
        (ENGLISH, "The battery's gauge cannot be read", "The battery's gauge can be read again"),
    ],
)
def test_the_gauge(bench: World, folder: Path, tmp_path: Path, language: Language, gone: str, back: str) -> None:
    kit = kit_of(bench, tmp_path, language)
    with running(kit):
        asked = client(kit)
        asked.wait_until_shown(EMPTY_ASK[language])
        set_plugged(folder, Device.BATTERY, is_in=False)
        asked.wait_until_shown(gone)
        set_plugged(folder, Device.BATTERY, is_in=True)
        asked.wait_until_shown(back)
        press(folder, "skip", 0.1)
        asked.wait_until_shown({INDONESIAN: "dikecualikan (dilewati", ENGLISH: "excused (skipped"}[language])
        press(folder, "accept", 0.1)
        status, shown = told(asked)
        assert status == 0, shown
    assert written(kit, "battery") == ["fault", "ok"]


CAMERA_GONE = {INDONESIAN: "Kamera tidak dapat dipakai", ENGLISH: "The camera cannot be used"}
CAMERA_BACK = {INDONESIAN: "Kamera dapat dipakai lagi", ENGLISH: "The camera can be used again"}
ASKED = {INDONESIAN: "wajah: kamera gagal (", ENGLISH: "face: the camera failed ("}
RETRIED = {INDONESIAN: "Sambungan terputus (camera:", ENGLISH: "The connection failed (camera:"}
FACE = {
    True: {INDONESIAN: "wajah: diterima", ENGLISH: "face: accepted"},
    False: {
        INDONESIAN: "wajah: dikecualikan (dilewati di panel)",
        ENGLISH: "face: excused (skipped at the panel)",
    },
}


@pytest.mark.parametrize("language", [INDONESIAN, ENGLISH])
@pytest.mark.parametrize("when", ["at once", "when asked", "never"])
def test_the_camera(bench: World, folder: Path, tmp_path: Path, language: Language, when: str) -> None:
    kit = kit_of(bench, tmp_path, language, with_camera=True)
    before = len(spooled(kit))
    with running(kit):
        asked = client(kit)
        asked.wait_until_shown(EMPTY_ASK[language])
        set_plugged(folder, Device.CAMERA, is_in=False)
        press(folder, "skip", 0.1)
        asked.wait_until_shown(RETRIED[language])
        if when != "at once":
            asked.wait_until_shown(ASKED[language])
        if when != "never":
            set_plugged(folder, Device.CAMERA, is_in=True)
        if when != "at once":
            press(folder, "skip" if when == "never" else "repeat", 0.1)
        asked.wait_until_shown(FACE[when != "never"][language])
        press(folder, "accept", 0.1)
        status, shown = told(asked)
        assert status == 0, shown
    assert shown.count(CAMERA_GONE[language]) == 1
    assert shown.count(CAMERA_BACK[language]) == (when != "never")
    assert len(spooled(kit)) - before == 1 and cancelled(kit) == []
    assert written(kit, "camera") == (["absent"] if when == "never" else ["absent", "ok"])
