"""How a grown finger looks when it is pressed on the glass: a little differently each time, or badly."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from sim.glass import Pixels
from sim.ridge_flow import smooth_noise
from sim.ridges import HEIGHT, PPI, WIDTH, Master

_PPI = 500
_ROWS, _COLUMNS = 380, 320
# How large a fingertip's contact is, thumb to little finger
_SIZES = (1.12, 1.0, 1.02, 0.98, 0.90)


def press(master: Master, *, position: int, seed: tuple[int, ...]) -> Pixels:
    """One impression at 500 ppi, uint8 (380, 320) with dark ridges; `position` 1..10 as POSITIONS."""
    rng = np.random.default_rng(seed)
    ridges = _placed(rng, master)
    rows, columns = ridges.shape
    contact = _contact(rng, rows, columns, _SIZES[(position - 1) % 5])
    pressure = rng.uniform(-0.15, 0.25) + 0.12 * smooth_noise(rng, rows, columns, 32)
    fine = 0.2 * smooth_noise(rng, rows, columns, 2) + 0.15 * smooth_noise(rng, rows, columns, 4)
    ink = _sigmoid(4 * (ridges + pressure + fine - 1.5 * (1 - contact))) * contact
    ink *= 1 - rng.uniform(0.1, 0.5) * _sigmoid(5 * (smooth_noise(rng, rows, columns, 2.5) - 1.8))
    paper = rng.uniform(215, 245) + 4 * smooth_noise(rng, rows, columns, 48) - 10 * contact
    dark = rng.uniform(35, 80) + 12 * smooth_noise(rng, rows, columns, 24)
    grey = paper * (1 - ink) + dark * ink + rng.normal(0, 4, ridges.shape)
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), np.uint8)


def slide(print_: Pixels) -> Pixels:
    """The same impression, badly made: the finger slid while only its lower part touched the glass."""
    slid = np.mean([np.roll(print_, shift, axis=0) for shift in range(-7, 8)], axis=0)
    paper = float(np.percentile(print_, 95))
    touches = _sigmoid((np.arange(print_.shape[0], dtype=np.float32) - 0.62 * print_.shape[0]) / 6)[:, None]
    return np.asarray(paper + (slid - paper) * 0.6 * touches, np.uint8)


def _placed(rng: np.random.Generator, master: Master) -> NDArray[np.float32]:
    """The ridges over the glass: turned, shifted and, as skin is soft, a little stretched."""
    turn, stretch = rng.normal(0, 0.10), math.exp(rng.normal(0, 0.015))
    shift_x, shift_y = rng.normal(0, 5), rng.normal(0, 7)
    scale = PPI / _PPI
    a, b = scale * math.cos(turn) * stretch, -scale * math.sin(turn)
    d, e = scale * math.sin(turn), scale * math.cos(turn) / stretch
    x0 = WIDTH / 2 + shift_x - a * _COLUMNS / 2 - b * _ROWS / 2
    y0 = HEIGHT / 2 + shift_y - d * _COLUMNS / 2 - e * _ROWS / 2
    placed = Image.fromarray(master.waves).transform(
        (_COLUMNS, _ROWS), Image.Transform.AFFINE, (a, b, x0, d, e, y0), Image.Resampling.BICUBIC
    )
    return np.asarray(placed, np.float32)


def _contact(rng: np.random.Generator, rows: int, columns: int, size: float) -> NDArray[np.float32]:
    """Where skin touches glass, 0..1: an ellipse with a ragged edge."""
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    width, height = size * rng.uniform(108, 126), size * rng.uniform(135, 158)
    radius = np.hypot((x - columns / 2) / width, (y - rows / 2) / height)
    ragged = 0.05 * smooth_noise(rng, rows, columns, 16) + 0.02 * smooth_noise(rng, rows, columns, 4)
    return _sigmoid(25 * (1 - radius + ragged))


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
