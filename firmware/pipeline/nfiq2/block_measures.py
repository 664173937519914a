"""The sixty measures of NFIQ 2.3 that are told block by block: FDA, LCS, OCL, OF and RVUP."""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import (
    cropping,
    frequency_domain,
    grid,
    local_clarity,
    orientation_certainty,
    orientation_flow,
    ridge_valley,
    rotation,
)


def measure(pixels: NDArray[np.uint8]) -> dict[str, float]:
    """Each as mean, deviation and ten bins, under NFIQ 2.3's names.

    pixels: uint8 (h, w) from `cropping.crop`, dark ridges, 500 ppi. Raises SampleError for an array that is no grey
    image, and where too little of a print is in it for a measure: the reference gives no score then.
    """
    cropping.check(pixels)
    pixels = np.require(pixels, requirements=["C", "W"])
    laid = grid.lay(pixels)
    along = rotation.turn(pixels, laid, quarter=True, padding=rotation.PADDING)
    uniform = rotation.turn(pixels, laid, quarter=False, padding=rotation.PADDING)
    clear = rotation.turn(pixels, laid, quarter=False, padding=0)
    return (
        frequency_domain.measure(along.profile)
        | local_clarity.measure(clear)
        | orientation_certainty.measure(pixels)
        | orientation_flow.measure(laid)
        | ridge_valley.measure(uniform.profile)
    )
