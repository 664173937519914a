"""A face brought upright and to one size, so that what is measured on it does not depend on the camera."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.face import framing, models
from firmware.pipeline.face.models import Floats, Pixels
from firmware.portrait import Face

EYES_PX = 96.0
"""Between the eyes of a patch."""
_HEIGHT, _WIDTH = 320, 256
_EYES_Y = 112.0
_OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip


@dataclass(frozen=True)
class Patch:
    """pixels: uint8 (320, 256, 3), the face with its eyes level and 96 pixels apart; points: (468, 2) on it."""

    pixels: Pixels
    points: Floats

    @cached_property
    def light(self) -> Floats:
        """Linear light (320, 256, 3), 0..1, IEC 61966-2-1."""
        value = self.pixels.astype(np.float32) / 255
        return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)

    @cached_property
    def grey(self) -> Floats:
        """Luma (320, 256), 0..255, ITU-R BT.601."""
        return self.pixels.astype(np.float32) @ np.asarray((0.299, 0.587, 0.114), np.float32)

    @cached_property
    def face(self) -> NDArray[np.bool_]:
        """Where the face is, from forehead to chin."""
        return self.inside(_OVAL)

    def inside(self, ring: tuple[int, ...]) -> NDArray[np.bool_]:
        """Where the polygon of these landmarks is."""
        cv2: Any = models.opencv()
        mask = np.zeros(self.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round(self.points[list(ring)]).astype(np.int32)], 1)
        return mask.astype(np.bool_)

    def zone(self, landmark: int) -> NDArray[np.bool_]:
        """A square around a landmark, its side 0.3 of the distance between the eyes."""
        x, y = self.points[landmark]
        half = 0.15 * EYES_PX
        rows, cols = np.ogrid[: self.pixels.shape[0], : self.pixels.shape[1]]
        return np.asarray((abs(rows - y) <= half) & (abs(cols - x) <= half))


def lift(pixels: Pixels, face: Face) -> Patch:
    """The patch of a face in a picture (h, w, 3); what lies outside of the picture repeats its edge."""
    cv2 = models.opencv()
    left, right = framing.eyes(face)
    across = (right - left) / EYES_PX
    scale = float(np.hypot(*across))
    turn = np.column_stack((across, (-across[1], across[0])))
    offset = (left + right) / 2 - turn @ ((_WIDTH - 1) / 2, _EYES_Y)
    points = (face.landmarks[:, :2] - offset) @ np.linalg.inv(turn).T
    kept, _ = framing.clip(framing.frame(face), pixels.shape[1], pixels.shape[0])
    part = np.ascontiguousarray(pixels[kept.y : kept.y + kept.height, kept.x : kept.x + kept.width])
    # A finer picture is averaged first: otherwise its noise would pass for sharpness
    shrink = max(1.0, scale)
    size = max(1, round(kept.width / shrink)), max(1, round(kept.height / shrink))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA) if shrink > 1 else part
    factor = np.asarray(size) / (kept.width, kept.height)
    matrix = np.column_stack((turn * factor[:, None], (offset - (kept.x, kept.y) + 0.5) * factor - 0.5))
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(small, matrix, (_WIDTH, _HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return Patch(np.asarray(shown, np.uint8), points.astype(np.float32))
