"""The whole of NFIQ 2.3 in one call: the measures of a print and the score that its forest makes of them."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import forest, measures


def assess(pixels: NDArray[np.uint8], minutiae: Minutiae) -> tuple[int, dict[str, float]]:
    """The score 0..100 and the 69 native measures; 0 and none where too little of a print is there to be measured.

    pixels: uint8 (h, w), dark ridges, 500 ppi. minutiae: in its pixels. The measures of minutiae are those of our own
    extractor, so that the score differs a little from the reference's.
    """
    try:
        found = measures.measure(pixels, minutiae)
    except SampleError:
        return 0, {}
    return forest.score(found), found
