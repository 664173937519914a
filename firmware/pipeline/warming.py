"""Runs the whole recipe and a comparison once over made-up prints, so that no finger has to wait for its kernels.

A kernel is compiled, or read from the cache, when it is first called: together that takes seconds, and the first score
of a day would come that much too late.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.pipeline import extraction, matching
from firmware.vocabulary import Effort

SIDE = 256
PERIOD = 9.0
FORK = (128.0, 120.0)
"""Where one more ridge begins, x and y."""


def warm_up(ppi: float, effort: Effort) -> None:
    """Bring every kernel that a print of this resolution needs into memory."""
    extraction.extract(made_up_print(), ppi, effort)


def made_up_print() -> NDArray[np.uint8]:
    """Straight ridges and one more that begins among them, uint8 (SIDE, SIDE)."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    phase = 2 * np.pi * y / PERIOD + np.arctan2(y - FORK[1], x - FORK[0])
    return np.asarray(np.rint(127.5 - 100 * np.cos(phase)), np.uint8)


def warm_up_matching() -> None:
    """Bring every kernel that a comparison of two prints needs into memory."""
    spot = np.arange(2 * matching.FEWEST, dtype=np.float32)
    kind, quality = np.ones((2, len(spot)), np.uint8)
    template = matching.describe(Minutiae(30 * spot, spot * spot, spot % 6, kind, quality))
    matching.compare(template, template)
