"""FingerJetFX_MinutiaeCount and FingerJetFX_MinCount_COMMinRect200x200: how many minutiae, and how many lie together.

NIST IR 8382 (NFIQ 2): all of them, and those in a square of 200 pixels round their centre of mass. The names are those
of the reference's extractor, FingerJetFX; ours finds other minutiae, so that both counts differ from the reference's.
"""

import numpy as np
from numpy.typing import NDArray

REACH = 100
"""Pixels from the centre of mass to the square's sides, which belong to it."""


def measure(places: NDArray[np.int64]) -> dict[str, float]:
    """The two measures of minutiae at these pixels, x and y, int64 (n, 2)."""
    centre = places.sum(axis=0) // max(len(places), 1)
    near = (np.abs(places - centre) <= REACH).all(axis=1)
    return {
        "FingerJetFX_MinCount_COMMinRect200x200": float(near.sum()),
        "FingerJetFX_MinutiaeCount": float(len(places)),
    }
