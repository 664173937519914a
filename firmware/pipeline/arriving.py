"""Judges a print while its rows still arrive, so that a hopeless one is told before it is whole."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback


def foresee(rows: NDArray[np.uint8], height: int, ppi: float, minimum: int) -> tuple[Feedback, ...]:
    """Why a print can no longer reach the score `minimum`; nothing while it can.

    rows: uint8 (n, w), the upper rows of a print of `height` rows, dark ridges.
    """
    return ()
