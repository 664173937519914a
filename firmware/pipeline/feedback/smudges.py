"""Smudges on the glass: blocks beside the print that are dark without ridges."""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.blocks import level_at, smooth
from firmware.pipeline.feedback.contact import Contact

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Darker than the glass around, and than usual glass, by this part of the print's contrast and so many greys, and that
# evenly: ridges, even the fading ones of a soft touch, vary as much as they darken
LEAST_CONTRAST = 0.15
LEAST_GREYS = 12.0
EVEN_PART = 0.5
GLASS_SIGMA_BLOCKS = 2.5
# Of all the glass that is seen, so much is darker than what counts as usual
USUAL_GLASS = 0.4


def find(contact: Contact, beside: Mask) -> Mask:
    """Where the glass is smudged, bool (rows, cols). beside: bool (rows, cols), the glass beside the print."""
    beside = beside & ~contact.frame
    usual = np.float32(level_at(contact.mean[beside], USUAL_GLASS))
    darkness = np.minimum(_glass_around(contact.mean, beside), usual) - contact.mean
    least = max(LEAST_CONTRAST * contact.contrast, LEAST_GREYS)
    return np.asarray(beside & (darkness > least) & (contact.deviation < EVEN_PART * darkness))


def _glass_around(mean: Floats, beside: Mask) -> Floats:
    """The grey of the glass around each block, float32 (rows, cols), from what is seen of it."""
    weight = beside.astype(np.float32)
    return smooth(mean * weight, GLASS_SIGMA_BLOCKS) / (smooth(weight, GLASS_SIGMA_BLOCKS) + np.float32(1e-3))
