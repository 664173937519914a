"""What is behind a head: whether it is red or blue, and even.

Looked at is the record's frame beside the head: two bands along its sides down to the mouth, and its upper corners.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.face import framing, limits, models
from firmware.pipeline.face.models import Pixels
from firmware.portrait import BackdropColour, Face, Rectangle

_LONGER_SIDE = 480
"""Pixels of the frame: colours need no more."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What is behind a head, held against one colour; all is 0 where nothing has it.

    right: percent of the poorer side that has the colour. spread: how far its lightness goes apart, percent of its
    middle. light: the median of the strongest channel there, 0..255.
    """

    right: float
    spread: float
    light: float


def wanted(birth_year: int | None) -> tuple[BackdropColour, ...]:
    """The colours that may be behind a resident born in this year; either one where the year is not known."""
    return tuple(BackdropColour) if birth_year is None else (of_year(birth_year),)


def of_year(birth_year: int) -> BackdropColour:
    """The colour that has to be behind a resident born in this year."""
    return BackdropColour.RED if birth_year % 2 else BackdropColour.BLUE


def measure(pixels: Pixels, face: Face, colour: BackdropColour) -> Backdrop:
    """What is behind a face in a picture (h, w, 3), held against one colour."""
    cv2 = models.opencv()
    kept, _ = framing.clip(framing.frame(face), pixels.shape[1], pixels.shape[0])
    part = np.ascontiguousarray(pixels[kept.y : kept.y + kept.height, kept.x : kept.x + kept.width])
    scale = max(1.0, max(kept.width, kept.height) / _LONGER_SIDE)
    size = max(1, round(kept.width / scale)), max(1, round(kept.height / scale))
    part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(cv2.GaussianBlur(part, (0, 0), 1.0), cv2.COLOR_RGB2HSV)
    hue, saturation, value = (hsv[..., k].astype(np.int32) for k in range(3))
    first, last = limits.HUES[colour.value]
    # OpenCV counts hues in two degrees
    fits = ((2 * hue - first) % 360 <= last - first) & (saturation >= limits.SATURATION * 2.55)
    fits &= value >= limits.BACKDROP_VALUE
    left, right = _sides(kept, face, size)
    shares = [float(fits[side].mean()) if side.any() else 0.0 for side in (left, right)]
    shown = value[(left | right) & fits]
    if not len(shown):
        return Backdrop(0.0, 0.0, 0.0)
    low, middle, high = np.percentile(shown, (5, 50, 95))
    return Backdrop(100 * min(shares), float(100 * (high - low) / middle), float(middle))


def _sides(kept: Rectangle, face: Face, size: tuple[int, int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks over a part of the picture, brought to that width and height: what is looked at left and right."""
    unit = framing.eyes_apart(face)
    x0, y0 = framing.eyes(face).mean(axis=0)
    x = ((kept.x + (np.arange(size[0]) + 0.5) * kept.width / size[0] - x0) / unit)[None, :]
    y = ((kept.y + (np.arange(size[1]) + 0.5) * kept.height / size[1] - y0) / unit)[:, None]
    beside = (np.abs(x) > limits.BESIDE) & (y < limits.DOWN)
    above = (np.abs(x) > limits.CORNER) & (y < -limits.UP)
    return np.asarray((beside | above) & (x < 0)), np.asarray((beside | above) & (x > 0))
