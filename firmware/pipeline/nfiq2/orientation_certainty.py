"""OCL, orientation certainty level: how much stronger a block's gradients are across the ridges than along them.

ISO/IEC 29794-4:2017, clause 5.2.2: 1 less the smaller eigenvalue of the gradients' covariance over the larger one. The
whole image is measured, in blocks from its corner on, but those that are one flat grey.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2.bins import describe

EDGES = (0.337, 0.479, 0.579, 0.655, 0.716, 0.766, 0.81, 0.852, 0.898)


def measure(gradients: NDArray[np.float64]) -> dict[str, float]:
    """The twelve measures from the covariance over the image's whole blocks, float64 (3, rows, cols).

    Raises SampleError where no block can be measured.
    """
    xx, yy, _ = gradients
    return describe("OCL", certainty(gradients[:, xx + yy > 0]), EDGES)


def certainty(gradients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The local measure, 0 to 1, of the covariance over blocks that are not one flat grey, float64 (3, n)."""
    xx, yy, xy = gradients
    middle, spread = (xx + yy) / 2, np.sqrt((xx - yy) ** 2 + 4 * xy**2) / 2
    return np.asarray(1 - (middle - spread) / (middle + spread))
