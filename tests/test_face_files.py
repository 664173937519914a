"""`rekam assess --face` as a person runs it."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware import face_advice
from firmware.portrait import FaceFeedback
from firmware.vocabulary import Language
from sim.face_looks import grow
from sim.faces import GREY, Person, Scene, picture
from tests.programs import finished

KEYS = ["file", "faces", "accepted", "feedback", "crop", "findings", "measures", "error"]


def assess(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("assess", "--face", *arguments)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    good = picture([Person(grow(9201))])
    Image.fromarray(good).save(folder / "good.jpg", quality=95)
    lying = Image.fromarray(np.rot90(good))
    exif = lying.getexif()
    exif[274] = 6
    lying.save(folder / "lying.jpg", quality=95, exif=exif)
    Image.fromarray(picture([], Scene(backdrop=GREY))).save(folder / "none.png")
    return folder


def test_json_lines_hold_every_picture(folder: Path, tmp_path: Path) -> None:
    done = assess(folder, "--json", "--overlay", tmp_path / "o", "--birth-year", 2009)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [list(row) for row in rows] == [KEYS] * 3
    good, lying, none = rows
    assert (good["file"], good["faces"], good["accepted"], good["feedback"]) == ("good.jpg", 1, True, [])
    x, y, width, height = good["crop"]
    assert x >= 0 and y >= 0 and width >= 360
    assert abs(width / height - 0.75) < 0.01
    assert lying["accepted"] and np.abs(np.subtract(lying["crop"], good["crop"])).max() <= 4, "held sideways"
    assert (none["faces"], none["accepted"], none["feedback"], none["crop"]) == (0, False, ["no_face"], None)
    with Image.open(tmp_path / "o" / "good.png") as shown:
        assert shown.height > 640, "words stand below the picture"


def test_the_wrong_year_is_a_result(folder: Path) -> None:
    done = assess(folder / "good.jpg", "--json", "--birth-year", 2008)
    assert done.returncode == 0
    assert json.loads(done.stdout)["feedback"] == ["background"]


def test_a_person_gets_a_table_in_the_language(folder: Path) -> None:
    done = assess(folder, "--language", "id")
    assert "Wajah diterima." in done.stdout
    assert "Wajah tidak terlihat" in " ".join(done.stdout.split())


def test_what_cannot_be_read_is_an_error_of_that_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes((folder / "good.jpg").read_bytes()[:900])
    done = assess(tmp_path / "bad.jpg", tmp_path / "missing.png", folder / "none.png", "--json")
    assert done.returncode == 1
    assert [bool(json.loads(line)["error"]) for line in done.stdout.splitlines()] == [True, True, False]
    assert "Traceback" not in done.stderr


def test_a_wish_of_prints_is_refused(folder: Path, tmp_path: Path) -> None:
    done = assess(folder, "--template", tmp_path)
    assert done.returncode == 1
    assert "--template" in done.stderr


@pytest.mark.parametrize("language", list(Language))
def test_every_code_has_its_own_words(language: Language) -> None:
    told = [face_advice.say(code, language) for code in FaceFeedback]
    assert len(set(told)) == len(FaceFeedback)
