"""A hopeless print is told, with its reason, before it is whole."""

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.datatypes import Feedback
from firmware.pipeline import arriving, parameters
from sim.impressions import Condition, impress
from sim.noise import texture
from sim.optics import Sensor
from sim.ridges import grow

HEIGHT, WIDTH = 288, 256
Pixels = NDArray[np.uint8]


@pytest.fixture(scope="module")
def good() -> Pixels:
    master, rng = grow(np.random.default_rng((3, 1))), np.random.default_rng((3, 1, 1))
    return impress(master, rng, shape=(HEIGHT, WIDTH), condition=Condition.GOOD, sensor=Sensor()).pixels


def blotched(pixels: Pixels, grey: int) -> Pixels:
    """Most of it is of one grey, in blotches as wide as a ridge."""
    noise = texture(np.random.default_rng(5), pixels.shape, 2.5)
    return np.where(noise > -0.8, np.minimum(pixels, grey) if grey < 128 else np.maximum(pixels, grey), pixels)


def only(pixels: Pixels, rows: slice, columns: slice) -> Pixels:
    out = np.full_like(pixels, 235)
    out[rows, columns] = pixels[rows, columns]
    return out


def foreseen(pixels: Pixels, come: int, minimum: int = 40) -> tuple[Feedback, ...]:
    return arriving.foresee(np.ascontiguousarray(pixels[:come]), len(pixels), 508, minimum)


def test_a_good_print_is_let_through(good: Pixels) -> None:
    assert [foreseen(good, come) for come in range(16, HEIGHT, 16)] == [()] * 17


def test_before_most_rows_have_come_nothing_is_said(good: Pixels) -> None:
    empty = np.full_like(good, 235)
    early = int(parameters.ARRIVING_FROM * HEIGHT) - 1
    assert foreseen(empty, early) == ()
    assert foreseen(empty, early + 30) == (Feedback.NO_FINGER,)


def test_whoever_asks_for_little_is_told_nothing(good: Pixels) -> None:
    assert foreseen(np.full_like(good, 235), HEIGHT - 16, minimum=1) == ()


def test_too_small_a_part_is_told(good: Pixels) -> None:
    assert foreseen(only(good, slice(100, 180), slice(90, 170)), 224) == (Feedback.TOO_SMALL,)


def test_a_very_dry_print_is_told(good: Pixels) -> None:
    assert foreseen(blotched(good, 220), 256) == (Feedback.TOO_DRY,)


def test_a_very_wet_print_is_told(good: Pixels) -> None:
    assert foreseen(blotched(good, 40), 256) == (Feedback.TOO_WET,)


def test_noise_is_unclear() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH)).astype(np.uint8)
    assert foreseen(noise, 256) == (Feedback.UNCLEAR,)
