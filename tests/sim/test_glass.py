"""A print on the glass becomes the sensor's image: around the print's centre, in sixteen greys."""

import numpy as np
import pytest

from sim.glass import Pixels, expose, pack, unpack


def print_at(row: int, column: int, shape: tuple[int, int]) -> Pixels:
    """Stripes in a patch of 100 x 100 about (row, column), on white paper."""
    picture = np.full(shape, 250, np.uint8)
    picture[row - 50 : row + 50, column - 50 : column + 50] = np.where(np.arange(100) % 8 < 4, 20, 240)
    return picture


@pytest.mark.parametrize("centre", [(200, 200), (120, 300), (290, 110)])
def test_the_print_comes_to_the_middle(centre: tuple[int, int]) -> None:
    seen = expose(print_at(*centre, (400, 400)), 192, 192)
    dark = np.argwhere(seen < 8)
    assert seen.max() <= 15
    assert np.abs(dark.mean(0) - 96).max() < 5


def test_the_window_stays_inside_the_picture() -> None:
    picture = print_at(60, 60, (400, 400))
    assert np.array_equal(expose(picture, 192, 192), picture[:192, :192] >> 4)


def test_a_small_picture_is_framed_by_its_paper() -> None:
    seen = expose(print_at(50, 50, (100, 110)), 288, 256)
    assert seen.shape == (288, 256)
    assert set(np.unique(seen[:90])) == {15}
    assert (seen == 1).any()


def test_an_empty_picture_stays_empty() -> None:
    assert set(np.unique(expose(np.full((300, 200), 128, np.uint8), 192, 192))) == {8}


def test_packing_is_undone_by_unpacking() -> None:
    greys = np.random.default_rng(1).integers(0, 16, (4, 6), np.uint8)
    assert np.array_equal(unpack(pack(greys), 4, 6), greys)
    assert pack(np.array([[1, 2]], np.uint8)) == b"\x12"


def test_what_is_missing_of_a_packed_image_is_white() -> None:
    assert unpack(b"\x12", 2, 2).tolist() == [[1, 2], [15, 15]]
