"""Turns one figure a block into twelve measures: ten bins, the mean and the deviation.

ISO/IEC 29794-4:2017 asks for the mean and the deviation of each local measure; the bins are NFIQ 2's own.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError


def describe(name: str, values: NDArray[np.float64], edges: Sequence[float]) -> dict[str, float]:
    """`NAME_Bin10_0` to `NAME_Bin10_9`, `NAME_Bin10_Mean` and `NAME_Bin10_StdDev`, as NFIQ 2.3 names them.

    values: float64 (n), one a block, in any order. edges: nine, rising; a value on an edge belongs to the bin above,
    and the lowest and the highest bin are open. The deviation is that of a population: divided by n. Raises
    SampleError where there is no value, or one that is not finite: the reference gives no score then either.
    """
    if values.size == 0:
        raise SampleError(f"quality: {name} finds no block to measure; put more of the finger on the glass")
    if not np.isfinite(values).all():
        raise SampleError(f"quality: {name} is not finite; stripes of single pixels are no print")
    counts = np.bincount(np.searchsorted(np.asarray(edges), values, side="right"), minlength=len(edges) + 1)
    mean = float(values.sum()) / len(values)
    away = values - mean
    measures = {f"{name}_Bin10_{i}": float(count) for i, count in enumerate(counts)}
    return measures | {f"{name}_Bin10_Mean": mean, f"{name}_Bin10_StdDev": math.sqrt(float(away @ away) / len(away))}
