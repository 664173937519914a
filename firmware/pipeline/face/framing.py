"""Where the picture of the record is cut: the geometry of ISO/IEC 19794-5:2005 for a token image (clause 9).

Of a picture W wide: height W / 0.75, the middle between the eyes at 0.5 W from the left and 0.6 W from the top, the
eyes 0.25 W apart. Such a picture also satisfies the full frontal image (clause 8.3): the face is centred, the eyes lie
at 55 percent of the height from below (50 to 70 are allowed), and a head twice as wide as its eyes are apart fills half
of the width.
"""

import numpy as np

from firmware.pipeline.face.landmarks import CORNERS
from firmware.pipeline.face.models import Floats
from firmware.portrait import Face, Rectangle

EYES_APART, EYES_DOWN, WIDTH_TO_HEIGHT = 0.25, 0.6, 0.75
"""In parts of the width; width to height."""


def eyes(face: Face) -> Floats:
    """The centres of the eyes (2, 2), that on the picture's left first: the middles between their corners."""
    return np.stack([face.landmarks[list(pair), :2].mean(axis=0) for pair in CORNERS])


def eyes_apart(face: Face) -> float:
    """Pixels between the centres of the eyes."""
    left, right = eyes(face)
    return float(np.hypot(*(right - left)))


def frame(face: Face) -> Rectangle:
    """Where the record's picture lies; it may reach beyond the picture."""
    width = eyes_apart(face) / EYES_APART
    x, y = eyes(face).mean(axis=0).tolist()
    return Rectangle(round(x - width / 2), round(y - EYES_DOWN * width), round(width), round(width / WIDTH_TO_HEIGHT))


def clip(wanted: Rectangle, width: int, height: int) -> tuple[Rectangle, float]:
    """The part of a frame on a picture of that size, at least one pixel, and its share of the frame's area."""
    x0, y0 = min(max(wanted.x, 0), width - 1), min(max(wanted.y, 0), height - 1)
    x1, y1 = (
        max(start + 1, min(end, size))
        for start, end, size in (
            (x0, wanted.x + wanted.width, width),
            (y0, wanted.y + wanted.height, height),
        )
    )
    kept = Rectangle(x0, y0, x1 - x0, y1 - y0)
    return kept, kept.width * kept.height / (wanted.width * wanted.height)
