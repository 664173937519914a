"""An old print on the glass: its ridges beside the print, paler and running another way."""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.blocks import grow, smooth
from firmware.pipeline.feedback.contact import Contact
from firmware.pipeline.feedback.outline import Beside, without_bays
from firmware.pipeline.feedback.waves import DIRECTIONS, Waves

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# A wave counts when it stands out of the weakest directions by this factor
OVER_REST = 2.4
# Near: from so many blocks beside what has this part of the print's contrast on, with this part of its amplitude, and
# running another way than the print would go on, by so many radians
NEAR_CONTRAST = 0.6
NEAR_BLOCKS = 3
NEAR_AMPLITUDE = 0.2
ANOTHER_WAY = 0.55
RUNS_ON_SIGMA_BLOCKS = 3.0
# Far: where no touch, however soft, fades so slowly
FAR_AMPLITUDE = 0.13


def find(contact: Contact, waves: Waves, flow: Floats, print_: Mask, beside: Beside) -> Mask:
    """Where an old print's ridges are seen, bool (rows, cols).

    flow: float32 (rows, cols). print_: bool (rows, cols).
    """
    strong = print_ & (contact.valley - contact.ridge > NEAR_CONTRAST * contact.contrast)
    near = ~grow(without_bays(strong), NEAR_BLOCKS) & ~_runs_on(waves, flow, strong)
    # Rows and columns of a sensor's cells are no ridges
    ridged = (waves.rest * OVER_REST < 1) & (waves.direction % (DIRECTIONS // 2) != 0)
    part = np.where(ridged, 2 * waves.amplitude / contact.contrast, 0)
    found = waves.by_blocks(part)
    return np.asarray(near & (found > NEAR_AMPLITUDE) | beside.far & (found > FAR_AMPLITUDE))


def _runs_on(waves: Waves, flow: Floats, print_: Mask) -> Mask:
    """Where a wave runs as the nearest ridges of the print do, bool (rows, cols)."""
    weight = print_.astype(np.float32)
    cosine, sine = (smooth(weight * part, RUNS_ON_SIGMA_BLOCKS) for part in (np.cos(2 * flow), np.sin(2 * flow)))
    turns = (np.arange(DIRECTIONS) * (2 * math.pi / DIRECTIONS)).astype(np.float32)
    own_cosine, own_sine = (waves.by_blocks(table[waves.direction]) for table in (np.cos(turns), np.sin(turns)))
    alike = own_cosine * cosine + own_sine * sine
    return np.asarray(alike > math.cos(2 * ANOTHER_WAY) * np.hypot(cosine, sine))
