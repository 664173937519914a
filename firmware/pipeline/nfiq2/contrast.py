"""Mu and MMB, contrast: the mean grey level of the print, and the mean of its blocks' means.

NIST IR 8382 (NFIQ 2). Blocks that the image's edge cuts off weigh as much as whole ones.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2 import sums


def measure(blocks: NDArray[np.int64]) -> dict[str, float]:
    """The two measures from the sums over the blocks of a cropped print, int64 (3, rows, cols)."""
    return {"MMB": float(sums.mean(blocks).mean()), "Mu": float(sums.mean(sums.of_image(blocks)))}
