"""Runs the whole recipe once over a made-up print, so that no finger has to wait for its kernels.

A kernel is compiled, or read from the cache, when it is first called: together that takes seconds, and the first score
of a day would come that much too late.
"""

import numpy as np

from firmware.pipeline import extraction
from firmware.vocabulary import Effort

SIDE = 256
PERIOD = 9.0
FORK = (128.0, 120.0)
"""Where one more ridge begins, x and y."""


def warm_up(ppi: float, effort: Effort) -> None:
    """Bring every kernel that a print of this resolution needs into memory."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    phase = 2 * np.pi * y / PERIOD + np.arctan2(y - FORK[1], x - FORK[0])
    extraction.extract(np.rint(127.5 - 100 * np.cos(phase)).astype(np.uint8), ppi, effort)
