"""`rekam bench accuracy` compares prints all with all, beside MINDTCT, and with what is known."""

import json
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from firmware.benchmarks import ablation, accuracy
from firmware.errors import InputError
from firmware.pipeline import extraction
from firmware.records import templates
from firmware.vocabulary import Effort
from tests.pipeline.planted import plant
from tests.programs import finished

PLANTED = {
    "1": plant(200, 180, [(70.0, 60.0, 1), (90.0, 130.0, -1), (130.0, 60.0, 1), (60.0, 140.0, 1), (120.0, 110.0, -1)]),
    "2": plant(200, 180, [(50.0, 50.0, -1), (100.0, 120.0, 1), (140.0, 90.0, -1), (90.0, 60.0, 1), (150.0, 150.0, -1)]),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prints")
    (folder / "truth").mkdir()
    for finger, planted in PLANTED.items():
        for impression in (1, 2):
            shifted = np.roll(planted.pixels, impression, axis=1)
            Image.fromarray(shifted).save(folder / f"{finger}_{impression}.png", dpi=(500, 500))
    (folder / "truth" / "1_1.xyt").write_text("3 3 0 90 1\n# 9 9 0 20 1\n")
    (folder / "notes_1.txt").write_text("no image")
    return folder


def bench(*arguments: object) -> subprocess.CompletedProcess[str]:
    return finished("bench", "accuracy", *arguments)


def test_one_json_object_with_a_row_an_extractor(folder: Path) -> None:
    done = bench(folder, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert [row["extractor"] for row in report["scores"]] == ["Rekam", "MINDTCT"]
    ours = report["scores"][0]
    assert (ours["set"], ours["prints"], report["effort"]) == (str(folder), 4, "standard")
    assert ours["recall"] == 0
    assert report["mean"]["Rekam"] == {name: ours[name] for name in ("eer", "fmr100", "fmr1000")}


def test_a_table_for_a_person(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one_1.png").write_bytes((folder / "1_1.png").read_bytes())
    done = bench(folder, tmp_path)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line.strip()]
    assert [line[1] for line in lines if line[0] == folder.name] == ["Rekam", "MINDTCT"] * 2
    alone = next(line for line in lines if line[0] == tmp_path.name[:21])
    assert alone[2] == "1"
    assert alone[4:] == ["-", "-", "-"]
    assert [line[1] for line in lines if line[0] == "mean"] == ["Rekam", "MINDTCT"]
    assert "extracting" in done.stderr


def test_known_minutiae_are_found_by_both(folder: Path) -> None:
    (prints,) = accuracy.collect([folder])
    extractors = accuracy.extractors(Effort.STANDARD)
    pixels = PLANTED["1"].pixels
    found = {name: extract(pixels, 500) for name, extract in extractors.items()}
    planted = templates.read_xyt("".join(f"{x} {y} 0 9 1\n" for x, y in ((70, 60), (90, 130))))
    for minutiae in found.values():
        distance = np.hypot(planted.x[:, None] - minutiae.x, planted.y[:, None] - minutiae.y)
        assert distance.min(axis=1).max() < 8
    assert [file.name for file in prints.files] == ["1_1.png", "1_2.png", "2_1.png", "2_2.png"]


def test_a_folder_without_prints_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FINGER_IMPRESSION"):
        accuracy.collect([tmp_path])
    with pytest.raises(InputError, match="FINGER_IMPRESSION"):
        accuracy.collect([tmp_path / "missing"])


def test_two_images_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("1_1.png", "1_1.bmp"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="same impression"):
        accuracy.collect([tmp_path])


def test_parts_are_left_out_one_at_a_time() -> None:
    pixels = plant(200, 180, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
    rng = np.random.default_rng(1)
    noisy = np.where(rng.random(pixels.shape) < 0.2, rng.integers(0, 256, pixels.shape), pixels).astype(np.uint8)
    found = {name: extract(noisy, 500) for name, extract in ablation.variants(Effort.STANDARD).items()}
    whole = extraction.extract(noisy, 500).minutiae
    np.testing.assert_array_equal(found["whole"].x, whole.x)
    np.testing.assert_array_equal(found["whole"].quality, whole.quality)
    assert list(found) == ["whole", "one judge", "no judge", "no mask"]
    for name in ("one judge", "no judge"):
        assert list(found[name].x) != list(whole.x)


def test_other_weights_are_taken_or_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"minutiae-standard\.npz and judges"):
        ablation.variants(Effort.STANDARD, tmp_path)
    package = resources.files("firmware.pipeline")
    for name in ("minutiae", "judges"):
        data = (package / f"{name}-standard.npz").read_bytes()
        (tmp_path / f"{name}-standard.npz").write_bytes(data)
    pixels = plant(200, 180, [(70.0, 60.0, 1), (90.0, 130.0, -1)]).pixels
    found = accuracy.extractors(Effort.STANDARD, tmp_path)["Rekam"](pixels, 500)
    np.testing.assert_array_equal(found.quality, extraction.extract(pixels, 500).minutiae.quality)
