"""OrientationMap_ROIFilter_CoherenceSum and CoherenceRel: how far the gradients of each block lie along one line.

NIST IR 8382 (NFIQ 2); coherence after Kass and Witkin, CVGIP 37(3), 1987: the length of the sum of all squared
gradients over the sum of their lengths. Summed over the blocks of the region of interest, and as their mean. Blocks
that the image's edge cuts off count as whole ones do; one of flat grey has coherence 0.
"""

import numpy as np
from numpy.typing import NDArray


def measure(gradients: NDArray[np.float64], inside: NDArray[np.bool_]) -> dict[str, float]:
    """The two measures from the covariance over all blocks, float64 (3, rows, cols); 0 where none is inside.

    inside: bool (rows, cols), the blocks of the region of interest.
    """
    xx, yy, xy = gradients[:, inside]
    lengths = xx + yy
    along = np.hypot(xx - yy, 2 * xy)
    total = float(np.divide(along, lengths, out=np.zeros_like(along), where=lengths > 0).sum())
    return {
        "OrientationMap_ROIFilter_CoherenceRel": total / max(len(along), 1),
        "OrientationMap_ROIFilter_CoherenceSum": total,
    }
