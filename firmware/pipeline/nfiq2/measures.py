"""All 69 native quality measures of a print, under the names of NFIQ 2.3."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline.nfiq2 import (
    block_measures,
    coherence,
    contrast,
    cropping,
    minutiae_counts,
    minutiae_quality,
    region,
    sums,
)
from firmware.pipeline.nfiq2.gradients import covariance

_PARTS = (*(f"Bin10_{i}" for i in range(10)), "Bin10_Mean", "Bin10_StdDev")

NAMES = (
    *(f"FDA_{part}" for part in _PARTS),
    "FingerJetFX_MinCount_COMMinRect200x200",
    "FingerJetFX_MinutiaeCount",
    "FJFXPos_Mu_MinutiaeQuality_2",
    "FJFXPos_OCL_MinutiaeQuality_80",
    "ImgProcROIArea_Mean",
    *(f"LCS_{part}" for part in _PARTS),
    "MMB",
    "Mu",
    *(f"OCL_{part}" for part in _PARTS),
    *(f"OF_{part}" for part in _PARTS),
    "OrientationMap_ROIFilter_CoherenceRel",
    "OrientationMap_ROIFilter_CoherenceSum",
    *(f"RVUP_{part}" for part in _PARTS),
)
"""In the reference's order."""


def measure(pixels: NDArray[np.uint8], minutiae: Minutiae) -> dict[str, float]:
    """The 69 measures in the order of NAMES, all finite.

    pixels: uint8 (h, w), the whole image with its frame, dark ridges, 500 ppi. minutiae: ours, in the pixels of that
    image. Raises SampleError for an array that is no grey image, and where too little of a print is in it for a
    measure: the reference gives no score then.
    """
    window = cropping.window(pixels)
    cropped = pixels[window].copy()
    places = _places(minutiae, window)
    blocks = sums.over_blocks(cropped)
    gradients = covariance(cropped, 0, *blocks.shape[1:])
    patch = region.find(cropped)
    found = (
        block_measures.measure(cropped, blocks, gradients)
        | minutiae_counts.measure(places)
        | minutiae_quality.measure(cropped, blocks, places)
        | region.measure(patch)
        | contrast.measure(blocks)
        | coherence.measure(gradients, region.blocks(patch))
    )
    return {name: found[name] for name in NAMES}


def _places(minutiae: Minutiae, window: tuple[slice, slice]) -> NDArray[np.int64]:
    """The pixels nearest to the minutiae, x and y in the window, int64 (n, 2); those outside are left out."""
    rows, cols = window
    places = np.rint(np.stack([minutiae.x, minutiae.y], axis=1)).astype(np.int64) - (cols.start, rows.start)
    return np.asarray(places[((places >= 0) & (places < (cols.stop - cols.start, rows.stop - rows.start))).all(axis=1)])
