"""FDA, frequency domain analysis: how far one frequency stands out of a block's profile across the ridges.

ISO/IEC 29794-4:2017, clause 5.2.4: the strongest amplitude and 0.3 of its two neighbours, as a part of all amplitudes
but that of frequency 0. NFIQ 2.3 takes half of the spectrum as all, without the highest frequency, and gives 1 to a
block whose lowest frequency is its strongest.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2.bins import describe
from firmware.pipeline.nfiq2.rotation import LENGTH
from firmware.pipeline.nfiq2.spectrum import amplitudes

EDGES = (0.268, 0.304, 0.33, 0.355, 0.38, 0.407, 0.44, 0.5, 1.0)
NEIGHBOURS = 0.3


def measure(profile: NDArray[np.int32]) -> dict[str, float]:
    """The twelve measures from the profile of each block, int32 (n, 32). Raises SampleError where none is finite."""
    return describe("FDA", prominence(profile), EDGES)


def prominence(profile: NDArray[np.int32]) -> NDArray[np.float64]:
    """The local measure of each block, float64 (n), about 0.2 to 1."""
    amplitude = amplitudes(profile)
    strongest = 1 + amplitude[:, 1:].argmax(axis=1)
    at_the_end = (strongest == 1) | (strongest == LENGTH - 1)
    around = np.clip(strongest, 2, LENGTH - 2)
    peak, before, after = (np.take_along_axis(amplitude, (around + k)[:, None], axis=1)[:, 0] for k in (0, -1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = (peak + NEIGHBOURS * (before + after)) / amplitude[:, 1 : LENGTH // 2].sum(axis=1)
    return np.where(at_the_end, 1.0, part)
