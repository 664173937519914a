"""`python -m sim grow` as a person runs it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image


def grow(out: Path, *options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sim", "grow", str(out), *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_folder_of_prints_with_their_truth(tmp_path: Path) -> None:
    done = grow(tmp_path / "a", "--fingers", 2, "--impressions", 2, "--seed", 5)
    assert done.returncode == 0, done.stderr
    assert "growing fingers" in done.stderr
    names = ["00001_1", "00001_2", "00002_1", "00002_2"]
    assert sorted(p.stem for p in (tmp_path / "a").glob("*.png")) == names
    assert sorted(p.stem for p in (tmp_path / "a" / "truth").iterdir()) == names
    with Image.open(tmp_path / "a" / "00001_1.png") as image:
        assert round(image.info["dpi"][0]) == 500
        shape = image.size[::-1]
    for line in (tmp_path / "a" / "truth" / "00001_1.xyt").read_text().splitlines():
        x, y, angle, sight, kind = map(float, line.removeprefix("# ").split())
        assert 0 <= x < shape[1] and 0 <= y < shape[0] and 0 <= angle <= 360
        assert line.startswith("#") == (sight < 45)
        assert kind in (1, 2)
    # A finger does not depend on how many others are grown, nor in how many processes
    assert grow(tmp_path / "b", "--fingers", 1, "--impressions", 2, "--seed", 5).returncode == 0
    for name in names[:2]:
        one, other = (np.asarray(Image.open(tmp_path / folder / f"{name}.png")) for folder in "ab")
        np.testing.assert_array_equal(one, other)


def test_what_cannot_be_grown_is_refused(tmp_path: Path) -> None:
    done = grow(tmp_path, "--condition", "mouldy")
    assert done.returncode == 2
    assert "mouldy" in done.stderr
    assert "Traceback" not in done.stderr


def test_prints_with_one_fault_on_one_kind_of_sensor(tmp_path: Path) -> None:
    done = grow(tmp_path, "--fingers", 1, "--fault", "off-centre", "--sensor", "four-bit")
    assert done.returncode == 0, done.stderr
    assert len(np.unique(np.asarray(Image.open(tmp_path / "00001_1.png")))) <= 16
    both = grow(tmp_path, "--fault", "dry", "--condition", "wet")
    assert both.returncode == 2
    assert "--condition" in both.stderr
