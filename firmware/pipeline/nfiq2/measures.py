"""All 69 native quality measures of a print, under the names of NFIQ 2.3."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae

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
    raise NotImplementedError
