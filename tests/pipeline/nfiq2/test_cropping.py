"""The frame goes and nothing else: to the row, and with a word when nothing is left."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import cropping


def framed(level: int = 255) -> NDArray[np.uint8]:
    """A print of 40x30 in a frame of 3 rows above, 4 below, 5 columns left, 6 right."""
    inner = np.random.default_rng(1).integers(0, 200, (40, 30)).astype(np.uint8)
    return np.pad(inner, ((3, 4), (5, 6)), constant_values=level)


def test_the_frame_goes_and_the_print_stays() -> None:
    image = framed()
    inner = image[3:-4, 5:-6]
    for given in (image, np.asfortranarray(image), image[::-1, ::-1][::-1, ::-1]):
        ours = cropping.crop(given)
        np.testing.assert_array_equal(ours, inner)
        assert ours.flags.c_contiguous
        assert ours.flags.owndata


def test_a_mean_of_250_is_no_frame_and_more_is() -> None:
    assert cropping.crop(framed(250)).shape == framed().shape
    assert cropping.crop(framed(251)).shape == (40, 30)


def test_white_inside_stays_and_so_does_what_is_read_only() -> None:
    image = framed()
    image[10:20], image[:, 15:18] = 255, 255
    image.flags.writeable = False
    np.testing.assert_array_equal(cropping.crop(image), image[3:-4, 5:-6])


def test_one_spot_in_much_white_is_not_seen() -> None:
    """A line is judged by its mean, so that a speck of dust does not keep the frame."""
    image = np.pad(framed(), 100, constant_values=255)
    image[2, 5] = 0
    assert cropping.crop(image).shape == (40, 30)


@pytest.mark.parametrize(
    ("pixels", "told"),
    [
        (np.zeros((0, 5), np.uint8), "uint8"),
        (np.zeros((5, 0), np.uint8), "uint8"),
        (np.zeros(5, np.uint8), "uint8"),
        (np.zeros((5, 5, 3), np.uint8), r"\(5, 5, 3\)"),
        (np.zeros((5, 5)), "float64"),
        (np.zeros((5, 5), bool), "bool"),
        ([[0, 1], [1, 0]], "list"),
        (np.full((50, 50), 255, np.uint8), "nothing but white"),
        (np.full((1, 1), 255, np.uint8), "nothing but white"),
        (np.zeros((1, 1), np.uint8), "1x1"),
        (np.zeros((1, 500), np.uint8), "500x1"),
        (np.zeros((500, 1), np.uint8), "1x500"),
        (np.zeros((1, 8193), np.uint8), "larger than any print"),
        (np.zeros((1001, 800), np.uint8), "800x1001"),
        (np.zeros((1000, 801), np.uint8), "801x1000"),
    ],
)
def test_what_is_no_print_is_said(pixels: Any, told: str) -> None:
    with pytest.raises(SampleError, match=told):
        cropping.crop(pixels)


def test_a_print_of_the_largest_size_in_a_frame_is_taken() -> None:
    image = np.pad(np.zeros((1000, 800), np.uint8), 40, constant_values=255)
    assert cropping.crop(image).shape == cropping.LARGEST
