"""Tells ridges from valleys along a turned block's profile: what is darker than the profile's straight line is ridge.

ISO/IEC 29794-4:2017, clause 5.2.3: the line is fitted by least squares. NFIQ 2.3 rounds its two coefficients to ten
decimals, which decides where a column lies on the line itself.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.nfiq2.rotation import LENGTH, LINES

DECIMALS = 1e10
_PLACES = np.arange(1, LENGTH + 1)
_SPREAD = int(((2 * _PLACES - (LENGTH + 1)) ** 2).sum())


@dataclass(frozen=True, slots=True)
class Structure:
    """ridge: bool (n, 32), of each column. line: float64 (n, 32), the grey level that divides ridge from valley."""

    ridge: NDArray[np.bool_]
    line: NDArray[np.float64]


def divide(profile: NDArray[np.int32]) -> Structure:
    """Ridges and valleys of each profile, int32 (n, 32), sums over the 16 lines of a block."""
    # Whole numbers up to the one division: a rounded coefficient is then never one step off
    slope = profile @ (2 * _PLACES - (LENGTH + 1)) * 2 / (LINES * _SPREAD)
    middle = profile.sum(axis=1) / (LINES * LENGTH)
    slope, start = _rounded(slope), _rounded(middle - slope * (LENGTH + 1) / 2)
    line = _PLACES * slope[:, None] + start[:, None]
    return Structure(profile / LINES < line, line)


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Neither coefficient can come nearer to half of the last decimal than a thousandth of it: any solver will do."""
    return np.rint(values * DECIMALS) / DECIMALS
