"""Points at the part of a print that the first advice is about, and to where an off-centre finger should go."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from firmware.datatypes import Feedback, FingerprintFeatures
from firmware.marks import Colour

POINT: Colour = (216, 0, 138)
# How much of the colour the blocks themselves take
_TINT = 0.2
_WHITE: Colour = (255, 255, 255)


def tint(canvas: Image.Image, features: FingerprintFeatures, scale: float) -> None:
    """Tint and outline the blocks that show the first advice. scale: pixels of the canvas a block."""
    place = _place(features)
    if place is None:
        return
    rows, cols = (
        np.minimum((np.arange(n) / scale).astype(np.intp), size - 1)
        for n, size in zip((canvas.height, canvas.width), place.shape, strict=True)
    )
    strength = Image.fromarray(np.where(place[np.ix_(rows, cols)], round(255 * _TINT), 0).astype(np.uint8))
    canvas.paste(Image.new("RGB", canvas.size, POINT), (0, 0), strength)
    pen, width = ImageDraw.Draw(canvas), max(1, round(scale / 6))
    for row, col in zip(*np.nonzero(np.diff(place, axis=0)), strict=True):
        pen.line((col * scale, (row + 1) * scale, (col + 1) * scale, (row + 1) * scale), fill=POINT, width=width)
    for row, col in zip(*np.nonzero(np.diff(place, axis=1)), strict=True):
        pen.line(((col + 1) * scale, row * scale, (col + 1) * scale, (row + 1) * scale), fill=POINT, width=width)


def arrow(canvas: Image.Image, features: FingerprintFeatures, scale: float) -> None:
    """Draw the way to the middle of the glass where the first advice is to move there. scale: as of `tint`."""
    place = _place(features)
    if place is None or features.quality.feedback[0] is not Feedback.OFF_CENTRE:
        return
    rows, cols = np.nonzero(place)
    x, y = (float(at.mean() + 0.5) * scale for at in (cols, rows))
    u, v = canvas.width / 2, canvas.height / 2
    pen, angle, head = ImageDraw.Draw(canvas), math.atan2(v - y, u - x), 2.5 * scale
    for colour, width in ((_WHITE, scale * 1.2), (POINT, scale * 0.6)):
        pen.line((x, y, u, v), fill=colour, width=round(width))
        for side in (-1, 1):
            turned = angle + side * math.radians(150)
            pen.line((u, v, u + head * math.cos(turned), v + head * math.sin(turned)), fill=colour, width=round(width))


def _place(features: FingerprintFeatures) -> NDArray[np.bool_] | None:
    """The blocks that the first advice is about, bool (rows, cols)."""
    first = features.quality.feedback[:1]
    return features.places.get(first[0]) if first else None
