"""A quick look at a print: about the score that it will have, in a small part of the time.

Of the 69 measures of NFIQ 2 the 62 that look at blocks alone take little time. The seven others rest on minutiae or on
the exact region of interest: a linear map from the 62 and three rough stand-ins foretells them, and NIST's forest
scores them all. The map was fitted on grown prints by `firmware.training.previewing`.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import parameters, resolution, weights
from firmware.pipeline.nfiq2 import block_measures, coherence, contrast, cropping, forest, grid, sums
from firmware.pipeline.nfiq2.gradients import covariance

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Foresight:
    """The linear map: known measures within their limits, times the weight, and the bias, within the wanted's limits.

    known, wanted: names. low, high: float64 (known). weight: float64 (wanted, known). bias, least, most: float64
    (wanted).
    """

    known: tuple[str, ...]
    wanted: tuple[str, ...]
    low: Floats
    high: Floats
    weight: Floats
    bias: Floats
    least: Floats
    most: Floats

    def foretell(self, measures: Mapping[str, float]) -> dict[str, float]:
        """The wanted measures from the known ones."""
        known = np.clip([measures[name] for name in self.known], self.low, self.high)
        wanted = np.clip(self.weight @ known + self.bias, self.least, self.most)
        return dict(zip(self.wanted, wanted.tolist(), strict=True))


@cache
def load() -> Foresight:
    """The map that is shipped. Raises SampleError when its file is not that one."""
    with np.load(io.BytesIO(weights.shipped("preview.npz"))) as arrays:
        figures = (arrays[name] for name in ("low", "high", "weight", "bias", "least", "most"))
        return Foresight(tuple(map(str, arrays["known"])), tuple(map(str, arrays["wanted"])), *figures)


def look(pixels: NDArray[np.uint8], ppi: float) -> int:
    """About the score 0..100 that the whole assessment would give; 0 where too little of a print is seen.

    pixels: uint8 (h, w), dark ridges. Within 2 percent of 500 ppi they are taken as they are. Raises SampleError for an
    array that is no grey image, for an impossible resolution, and for more than one finger.
    """
    image, _ = resolution.to_500ppi(pixels, ppi, parameters.PREVIEW_PPI_TOLERANCE)
    try:
        known = measure(image)
    except SampleError:
        if image.shape[0] > cropping.LARGEST[0] or image.shape[1] > cropping.LARGEST[1]:
            raise
        return 0
    return max(1, forest.score(known | load().foretell(known)))


def measure(image: NDArray[np.uint8]) -> dict[str, float]:
    """The 62 exact measures, rough ones of the same names as three of the others, and `lively_pixels`.

    image: uint8 (h, w), 500 ppi. Raises SampleError as the measures do.
    """
    print_ = cropping.crop(image)
    blocks = sums.over_blocks(print_)
    gradients = covariance(print_, 0, *blocks.shape[1:])
    lively = sums.variance(blocks) > grid.FOREGROUND**2 * sums.variance(sums.of_image(blocks))
    pixels, total, _ = blocks[:, lively].sum(axis=1).tolist()
    rough = {"ImgProcROIArea_Mean": total / max(pixels, 1), "lively_pixels": float(pixels)}
    exact = block_measures.measure(print_, blocks, gradients) | contrast.measure(blocks)
    return exact | coherence.measure(gradients, lively) | rough
