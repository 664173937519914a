"""The face in a session on the bench: before which cloth, and a camera that is wrong, gone or back."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from firmware import stationwork
from firmware.config import load
from firmware.terminal import Terminal
from firmware.vocabulary import FingerPosition, Language
from firmware.workplace import workplace
from tests.test_field_faults import ENGLISH, INDONESIAN, NOTED
from tests.worlds import World, world

BORN = {2009: "1903015204090007", 2010: "1903015204100007"}
EXCUSED = {position.name.lower(): "bandaged" for position in FingerPosition}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("bench") / "world") as found:
        yield found


def kit_of(found: World, folder: Path, camera: str = "") -> Path:
    """Settings of this world's kit in a folder of their own; `camera`: lines of its section in place of the world's."""
    text = found.settings.read_text(encoding="utf-8")
    text = text.replace('announcements = "', f'announcements = "{found.settings.parent}/')
    text = text.replace('language = "en"\n', f'language = "en"\ndata = "{load(found.settings).data}"\n')
    (folder / "kit.toml").write_text(text.partition("[camera]")[0] + camera if camera else text)
    return folder / "kit.toml"


def recorded(kit: Path, born: int, language: Language) -> tuple[dict[str, Any], str]:
    """The face of a resident whose fingers are all excused, and what the operator saw; nobody can be asked."""
    shown = io.StringIO()
    desk = Terminal(Console(file=shown, soft_wrap=True), language)
    person = {"nik": BORN[born], "name": "Kala", "date_of_birth": f"{born}-04-12", "sex": "P"}
    message = {"resident": person, "roster": None, "excused": EXCUSED, "noted": NOTED}
    with workplace(load(kit).model_copy(update={"language": language})) as place:
        done = stationwork.record(place, desk, message, lambda part: None)
    return json.loads(json.dumps(done["face"])), shown.getvalue()


@pytest.mark.parametrize(
    ("born", "language", "words"),
    [
        (2009, INDONESIAN, "Lihat ke kamera, di depan kain merah (percobaan 1 dari 5)"),
        (2010, ENGLISH, "Look at the camera, before the blue cloth (try 1 of 5)"),
        (2009, ENGLISH, "Look at the camera, before the red cloth (try 1 of 5)"),
    ],
)
def test_each_resident_sits_before_the_cloth_of_the_birth_year(
    bench: World, tmp_path: Path, born: int, language: Language, words: str
) -> None:
    face, shown = recorded(kit_of(bench, tmp_path), born, language)
    assert face == {"outcome": "accepted", "attempts": 1, "feedback": []}
    assert words in shown


@pytest.mark.parametrize(
    ("camera", "language", "words"),
    [
        ('model = "bench"\nsource = "7:green"', INDONESIAN, "7:green: neither camera.sock of a world"),
        ('model = "bench"\nsource = "/nowhere/face.png"', ENGLISH, "/nowhere/face.png: neither"),
        ('model = "webcam"', ENGLISH, "camera.model: no camera 'webcam' is installed; known are"),
        ('model = "picamera2"\nsource = "front"', ENGLISH, "'front' is no number of a camera; write 0 or 1"),
        ('model = "picamera2"', INDONESIAN, "picamera2 is missing"),
    ],
)
def test_a_camera_that_cannot_be_keeps_no_resident_from_being_recorded(
    bench: World, tmp_path: Path, camera: str, language: Language, words: str
) -> None:
    kit = kit_of(bench, tmp_path, f"[camera]\n{camera}\n")
    face, shown = recorded(kit, 2010, language)
    assert face == {"outcome": "excused", "attempts": 0, "feedback": []}
    assert {INDONESIAN: "wajah: dikecualikan (kamera gagal)", ENGLISH: "face: excused (the camera failed)"}[
        language
    ] in shown
    assert words in shown
