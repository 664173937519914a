"""OCL, orientation certainty level: how much stronger a block's gradients are across the ridges than along them.

ISO/IEC 29794-4:2017, clause 5.2.2: 1 less the smaller eigenvalue of the gradients' covariance over the larger one. The
whole image is measured, in blocks from its corner on, but those that are one flat grey.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2.bins import describe
from firmware.pipeline.nfiq2.gradients import BLOCK, covariance

EDGES = (0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898)


def measure(pixels: NDArray[np.uint8]) -> dict[str, float]:
    """The twelve measures of a cropped print, uint8 (h, w). Raises SampleError where no block can be measured."""
    xx, yy, xy = covariance(pixels, 0, pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK)
    middle, spread = (xx + yy) / 2, np.sqrt((xx - yy) ** 2 + 4 * xy**2) / 2
    largest, smallest = middle + spread, middle - spread
    measured = largest != 0
    return describe("OCL", 1 - smallest[measured] / largest[measured], EDGES)
