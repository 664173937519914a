"""FJFXPos_Mu_MinutiaeQuality_2 and FJFXPos_OCL_MinutiaeQuality_80: which part of the minutiae lie in a good block.

NIST IR 8382 (NFIQ 2). Mu: the block round a minutia is darker than the print, by at most half of the print's deviation.
OCL: its orientation certainty (ISO/IEC 29794-4:2017, clause 5.2.2) is above 80 of 100. At the image's edges the block
for Mu is moved in at the top and left and cut off at the bottom and right; the block for OCL is moved in everywhere.

The reference asks at the places of FingerJetFX's minutiae, which gave the names; ours lie elsewhere, so that both
measures differ from the reference's. Without a minutia both are 0, where the reference divides by zero.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import sums
from firmware.pipeline.nfiq2.gradients import BLOCK, covariance_at
from firmware.pipeline.nfiq2.orientation_certainty import certainty

DARKER = 0.5
"""Deviations of the print by which a block may be darker than the print."""

CERTAIN = 80
"""Hundredths, rounded to whole ones, that the orientation certainty must exceed."""


def measure(pixels: NDArray[np.uint8], blocks: NDArray[np.int64], places: NDArray[np.int64]) -> dict[str, float]:
    """The two measures, 0..1, of minutiae at these pixels, x and y, int64 (n, 2), all in the image.

    pixels: uint8 (h, w), at least a block high and wide. blocks: int64 (3, rows, cols), the sums over its blocks.
    """
    count = max(len(places), 1)
    corners = places[:, ::-1] - BLOCK // 2
    light = sums.mean(sums.at(pixels, np.maximum(corners, 0)))
    image = sums.of_image(blocks)
    darker = (sums.mean(image) - light) / np.sqrt(sums.variance(image))
    gradients = covariance_at(pixels, np.clip(corners, 0, np.array(pixels.shape) - BLOCK))
    certain = np.zeros(len(places))
    alive = gradients[0] + gradients[1] > 0
    certain[alive] = np.floor(100 * certainty(gradients[:, alive]) + 0.5)
    return {
        "FJFXPos_Mu_MinutiaeQuality_2": float(((darker > 0) & (darker <= DARKER)).sum()) / count,
        "FJFXPos_OCL_MinutiaeQuality_80": float((certain > CERTAIN).sum()) / count,
    }
