"""Angles in the steps of the standards, where a whole turn is a whole number of steps."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firmware.vocabulary import TemplateFormat

STEPS = {TemplateFormat.ISO: 256, TemplateFormat.ANSI: 180}
"""A turn of ISO/IEC 19794-2:2005 and of INCITS 378-2004."""


def to_steps(radians: ArrayLike, steps: int) -> NDArray[np.int64]:
    """The nearest steps, 0..steps - 1, of angles in radians; `steps` make a turn."""
    turns = np.asarray(radians, np.float64) / (2 * np.pi)
    return np.asarray(np.rint(turns * steps) % steps, np.int64)


def from_steps(codes: ArrayLike, steps: int) -> NDArray[np.float32]:
    """Angles in radians, [0, 2 pi), of whole steps."""
    return np.asarray(np.asarray(codes, np.float64) * (2 * np.pi / steps), np.float32)
