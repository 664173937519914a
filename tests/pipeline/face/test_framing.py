"""The record's frame has ISO/IEC 19794-5's figures, and is clipped honestly."""

import numpy as np
import pytest

from firmware.pipeline.face import framing
from firmware.pipeline.face.landmarks import CORNERS
from firmware.portrait import Face, Rectangle


def face(left: tuple[float, float], right: tuple[float, float]) -> Face:
    landmarks = np.zeros((468, 3), np.float32)
    for corners, (x, y) in zip(CORNERS, (left, right), strict=True):
        for corner, shift in zip(corners, (-15, 15), strict=True):
            landmarks[corner] = x + shift, y, 0
    return Face(Rectangle(0, 0, 1, 1), landmarks, np.zeros((2, 16, 2), np.float32), 1.0)


def test_the_frame_is_a_token_image() -> None:
    # Clause 9 for 240 pixels of width: eyes 60 apart, on line 144, around column 120; 320 high
    assert framing.frame(face((190, 244), (250, 244))) == Rectangle(100, 100, 240, 320)


@pytest.mark.parametrize(
    ("wanted", "kept", "share"),
    [
        (Rectangle(10, 20, 30, 40), Rectangle(10, 20, 30, 40), 1.0),
        (Rectangle(-15, 0, 30, 40), Rectangle(0, 0, 15, 40), 0.5),
        (Rectangle(85, 90, 30, 40), Rectangle(85, 90, 15, 10), 0.125),
        (Rectangle(-90, -90, 30, 40), Rectangle(0, 0, 1, 1), 1 / 1200),
    ],
)
def test_a_frame_is_clipped_to_the_picture(wanted: Rectangle, kept: Rectangle, share: float) -> None:
    part, of_it = framing.clip(wanted, 100, 100)
    assert part == kept
    assert of_it == pytest.approx(share)
