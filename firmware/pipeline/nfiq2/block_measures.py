"""The sixty measures of NFIQ 2.3 that are told block by block: FDA, LCS, OCL, OF and RVUP."""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import (
    frequency_domain,
    grid,
    local_clarity,
    orientation_certainty,
    orientation_flow,
    ridge_valley,
    rotation,
)
from firmware.pipeline.nfiq2.gradients import BLOCK


def measure(pixels: NDArray[np.uint8], blocks: NDArray[np.int64], gradients: NDArray[np.float64]) -> dict[str, float]:
    """Each as mean, deviation and ten bins, under NFIQ 2.3's names.

    pixels: uint8 (h, w) from `cropping.crop`, dark ridges, 500 ppi. blocks: int64 (3, rows, cols), the sums over its
    blocks. gradients: float64 (3, rows, cols), their covariance. Raises SampleError where too little of a print is
    there for a measure: the reference gives no score then.
    """
    laid = grid.lay(pixels, blocks)
    along = rotation.turn(pixels, laid, quarter=True, padding=rotation.PADDING)
    uniform = rotation.turn(pixels, laid, quarter=False, padding=rotation.PADDING)
    clear = rotation.turn(pixels, laid, quarter=False, padding=0)
    return (
        frequency_domain.measure(along.profile)
        | local_clarity.measure(clear)
        | orientation_certainty.measure(gradients[:, : pixels.shape[0] // BLOCK, : pixels.shape[1] // BLOCK])
        | orientation_flow.measure(laid)
        | ridge_valley.measure(uniform.profile)
    )
