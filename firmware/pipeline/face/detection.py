"""Where faces may be in a picture: MediaPipe's short-range detector (BlazeFace, arXiv:1907.05047)."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.face import limits, models
from firmware.pipeline.face.models import Floats, Pixels

_SIDE = 128
_LONGER_SIDE = 640
"""Pixels: a finer picture is made smaller first, for the net sees no more than 128 of a square."""
_STRIDES = ((8, 2), (16, 6))
"""Of the grids over the net's input, with how many anchors stand in each cell."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that looks like a face: centre and side of a square in pixels of the picture, and how sure the net is.

    points: (6, 2) as x, y: both eyes, that on the picture's left first, nose, mouth, both ears.
    """

    x: float
    y: float
    side: float
    points: Floats
    confidence: float

    def enlarged(self, scale: float) -> "Candidate":
        """The same in a picture so many times as large."""
        return Candidate(self.x * scale, self.y * scale, self.side * scale, self.points * scale, self.confidence)

    @property
    def eyes(self) -> Floats:
        """That on the picture's left and that on its right, (2, 2)."""
        return self.points[:2]

    @property
    def is_profile(self) -> bool:
        """Whether the points lie as those of a head that looks to the side, so far that the mesh knows it no more.

        All along the line between the eyes, in parts of the way from there to the mouth.
        """
        eye, other, nose, mouth, ear, far_ear = self.points
        middle = (eye + other) / 2
        down = mouth - middle
        length = float(np.hypot(*down)) or 1.0
        across = np.asarray((down[1], -down[0])) / length**2
        return bool(
            self.side <= limits.PROFILE_SIDE * length
            and abs((nose - (ear + far_ear) / 2) @ across) >= limits.PROFILE_NOSE
            and (other - eye) @ across <= limits.PROFILE_EYES
        )


def detect(pixels: Pixels) -> list[Candidate]:
    """Candidates of a picture (h, w, 3), RGB, the surest first, each place once.

    The net sees a face that fills about an eighth of its square at least: squares of half the size are looked at too.
    """
    cv2 = models.opencv()
    scale = max(1.0, max(pixels.shape[:2]) / _LONGER_SIDE)
    if scale > 1:
        size = tuple(max(1, round(side / scale)) for side in pixels.shape[1::-1])
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    found = [c.enlarged(scale) for square in _squares(*pixels.shape[:2]) for c in _look(pixels, *square)]
    kept: list[Candidate] = []
    for candidate in sorted(found, key=lambda c: -c.confidence):
        if not any(_overlap(candidate, other) > limits.SAME_FACE for other in kept):
            kept.append(candidate)
    return kept


def _squares(height: int, width: int) -> Iterator[tuple[int, int, int]]:
    """Left, top and side of the squares that are looked at; the first holds the whole picture."""
    longer, half = max(height, width), (min(height, width) + 1) // 2
    yield (width - longer) // 2, (height - longer) // 2, longer
    side = max(half, longer // 2)
    for y in _starts(height, side):
        for x in _starts(width, side):
            yield x, y, side


def _starts(length: int, side: int) -> list[int]:
    """Where squares begin along an axis so that neighbours share half of their length."""
    if length <= side:
        return [(length - side) // 2]
    steps = -(-(length - side) * 2 // side)
    return [round(k * (length - side) / steps) for k in range(steps + 1)]


def cut(pixels: Pixels, left: int, top: int, width: int, height: int) -> Pixels:
    """A part of a picture; what lies outside of it is black."""
    rows, cols = pixels.shape[:2]
    part = np.zeros((height, width, 3), np.uint8)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + width, cols), min(top + height, rows)
    if x0 < x1 and y0 < y1:
        part[y0 - top : y1 - top, x0 - left : x1 - left] = pixels[y0:y1, x0:x1]
    return part


def _look(pixels: Pixels, left: int, top: int, side: int) -> Iterator[Candidate]:
    cv2 = models.opencv()
    shown = cv2.resize(cut(pixels, left, top, side, side), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    inputs = shown.astype(np.float32)[None] / 127.5 - 1
    boxes, odds = models.run("detector.tflite", inputs, ("regressors", "classificators"))
    confidence = 1 / (1 + np.exp(-np.clip(odds.ravel(), -80, 80)))
    sure = confidence >= limits.CANDIDATE
    # x, y, width, height, then x, y of six points; the width and height have no place to be added to
    values = boxes.reshape(-1, 16)[sure] / _SIDE
    values[:, 0::2] += np.where(np.arange(8) == 1, 0, _anchors()[sure, :1])
    values[:, 1::2] += np.where(np.arange(8) == 1, 0, _anchors()[sure, 1:])
    for row, odd in zip(values * side, confidence[sure], strict=True):
        points = (row[4:].reshape(6, 2) + np.asarray((left, top))).astype(np.float32)
        yield Candidate(float(row[0]) + left, float(row[1]) + top, float(max(row[2], row[3])), points, float(odd))


@cache
def _anchors() -> NDArray[np.float32]:
    """The anchors (896, 2) as x, y in parts of the input's side, in the order of the net's outputs."""
    rows = []
    for stride, each in _STRIDES:
        centres = (np.arange(_SIDE // stride) + 0.5) * stride / _SIDE
        y, x = np.meshgrid(centres, centres, indexing="ij")
        rows.append(np.repeat(np.stack((x.ravel(), y.ravel()), axis=1), each, axis=0))
    return np.concatenate(rows).astype(np.float32)


def _overlap(a: Candidate, b: Candidate) -> float:
    """The shared area of two squares as a part of the smaller one."""
    wide, high = ((a.side + b.side) / 2 - abs(d) for d in (a.x - b.x, a.y - b.y))
    smaller = min(a.side, b.side)
    return min(max(wide, 0), smaller) * min(max(high, 0), smaller) / smaller**2
