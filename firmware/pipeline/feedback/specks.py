"""Specks and fibres on the glass, where no finger touches it."""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import grow, level_at, smooth
from firmware.pipeline.feedback.contact import Contact
from firmware.pipeline.feedback.outline import without_bays

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# From so many blocks beside the print on, even a soft touch has faded away
FAR_BLOCKS = 6
# A speck is darker than the glass around by this part of the print's contrast, so many times the noise, so many greys
LEAST_CONTRAST = 0.2
OVER_NOISE = 4.0
LEAST_GREYS = 12.0
PAPER_SIGMA_BLOCKS = 2.5
# A part of less glass than so many blocks is one of so many
LEAST_GLASS = 40


def find(image: NDArray[np.uint8], contact: Contact, print_: Mask) -> tuple[float, Mask]:
    """The part of the glass beside a print that is too dark, and where, bool (rows, cols).

    image: uint8 (h, w). print_: bool (rows, cols).
    """
    beside = ~grow(without_bays(print_), FAR_BLOCKS)
    noise = level_at(contact.deviation[beside], 0.5)
    least = np.float32(max(OVER_NOISE * noise, LEAST_CONTRAST * contact.contrast, LEAST_GREYS))
    dark = np.zeros(print_.shape, np.float32)
    _count_dark(image, np.where(beside, _glass_around(contact.mean, beside) - least, 0), dark)
    return float(dark.sum()) / (max(int(beside.sum()), LEAST_GLASS) * parameters.BLOCK**2), dark > 0


def _glass_around(mean: Floats, beside: Mask) -> Floats:
    """The grey of the glass around each block, float32 (rows, cols), from what is seen of it."""
    weight = beside.astype(np.float32)
    return smooth(mean * weight, PAPER_SIGMA_BLOCKS) / (smooth(weight, PAPER_SIGMA_BLOCKS) + np.float32(1e-3))


@kernel
def _count_dark(image: NDArray[np.uint8], level: Floats, out: Floats) -> None:
    """How many pixels of each block are darker than its level, in squares of four; none where that is 0.

    image: (h, w). level: (rows, cols). out: (rows, cols) of zeros.
    """
    height, width = image.shape
    block = parameters.BLOCK
    for row in range(out.shape[0]):
        for col in range(out.shape[1]):
            if level[row, col] <= 0:
                continue
            for y in range(row * block, min(height - 1, (row + 1) * block), 2):
                for x in range(col * block, min(width - 1, (col + 1) * block), 2):
                    grey = np.int32(image[y, x]) + image[y, x + 1] + image[y + 1, x] + image[y + 1, x + 1]
                    if grey < 4 * level[row, col]:
                        out[row, col] += 4
