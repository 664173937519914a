"""RVUP, ridge-valley uniformity: the width of each ridge over that of the valley beside it.

ISO/IEC 29794-4:2017, clause 5.2.5. What a block's edge cuts off is left out. NFIQ 2.3 also leaves out the first whole
ridge or valley, does not see a change in the last column, and counts from the far end while it tells ridge from valley
by the near one: with an even number of whole ones it has valley over ridge.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.bins import describe
from firmware.pipeline.nfiq2.profiles import divide

EDGES = (0.5, 0.667, 0.8, 1.0, 1.25, 1.5, 2.0, 24.0, 30.0)


def measure(profile: NDArray[np.int32]) -> dict[str, float]:
    """The twelve measures from the profile of each block, int32 (n, 32). Raises SampleError where no ridge is whole."""
    ridge = divide(profile).ridge
    ratios = np.empty(ridge.size)
    count = _ratios(ridge, ratios)
    return describe("RVUP", ratios[:count], EDGES)


@kernel(exact=True)
def _ratios(ridge: NDArray[np.bool_], out: NDArray[np.float64]) -> int:
    """The ratios of all blocks, one after the other; how many there are.

    ridge: (n, 32). out: (n * 32), filled that far.
    """
    found = 0
    changes = np.empty(ridge.shape[1], np.int64)
    for n in range(len(ridge)):
        count = 0
        for i in range(1, ridge.shape[1] - 1):
            if ridge[n, i] != ridge[n, i - 1]:
                changes[count] = i - 1
                count += 1
        if count < 4:
            continue
        flipped = not ridge[n, changes[0] + 1]
        for m in range(count - 1, 2, -1):
            ratio = (changes[m] - changes[m - 1]) / (changes[m - 1] - changes[m - 2])
            out[found] = 1.0 / ratio if flipped else ratio
            flipped = not flipped
            found += 1
    return found
