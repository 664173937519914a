"""Ten fingers come from a folder of real prints, or are grown when they are wanted."""

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sim.errors import SimulationError
from sim.fingers import POSITIONS, FolderFingers, GrownFingers


def folder_of(folder: Path, *names: str) -> Path:
    """PNG files, each filled with its index."""
    for index, name in enumerate(names):
        Image.new("L", (20, 30), index).save(folder / f"{name}.png")
    return folder


def shade(fingers: FolderFingers, position: int, attempt: int) -> int:
    pixels = fingers.impression(position, attempt)
    assert pixels is not None
    return int(pixels[0, 0])


def test_sorted_names_are_the_positions_and_attempts_the_impressions(tmp_path: Path) -> None:
    names = [f"{finger}_{impression}" for finger in range(101, 112) for impression in (1, 2, 10)]
    fingers = FolderFingers(folder_of(tmp_path, *reversed(names)))
    wanted = list(reversed(names))
    assert shade(fingers, 1, 1) == wanted.index("101_1")
    assert shade(fingers, 10, 2) == wanted.index("110_2")
    assert shade(fingers, 10, 3) == wanted.index("110_10")
    assert shade(fingers, 10, 4) == wanted.index("110_1")


def test_numbers_are_sorted_as_numbers(tmp_path: Path) -> None:
    names = [f"{finger}_1" for finger in range(1, 11)]
    assert shade(FolderFingers(folder_of(tmp_path, *names)), 10, 1) == names.index("10_1")


@pytest.mark.parametrize("count", [0, 9])
def test_fewer_than_ten_fingers_are_refused(tmp_path: Path, count: int) -> None:
    folder_of(tmp_path, *(f"f{finger}_1" for finger in range(count)))
    with pytest.raises(SimulationError, match=rf"{count} finger\(s\) found, ten are needed"):
        FolderFingers(tmp_path)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"nowhere: no such folder"):
        FolderFingers(tmp_path / "nowhere")


def test_a_file_that_is_no_picture_is_named(tmp_path: Path) -> None:
    folder_of(tmp_path, *(f"f{finger}_1" for finger in range(10)))
    (tmp_path / "f3_2.png").write_bytes(b"no picture")
    with pytest.raises(SimulationError, match=r"f3_2\.png: cannot be read"):
        FolderFingers(tmp_path)


def test_grown_fingers_are_ready_after_a_while_and_stay_the_same() -> None:
    fingers = GrownFingers(seed=4)
    assert fingers.impression(10, 1) is None
    for _ in range(600):
        if (little := fingers.impression(10, 1)) is not None:
            break
        threading.Event().wait(0.1)
    again = fingers.impression(10, 1)
    assert little is not None and again is not None
    assert np.array_equal(little, again)
    assert len(POSITIONS) == 10
