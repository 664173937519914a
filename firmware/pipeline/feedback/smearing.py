"""Whether the finger moved: ridges along its way stay sharp, those across it are wiped out though the skin is dark."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline.blocks import level_at
from firmware.pipeline.feedback.contact import Contact

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

# The least darkness of a block, in grey levels, against which its ridges are measured, and as part of the contrast
DARKEST_NOISE = 4.0
DARK_PART = 0.1
LARGEST_MODULATION = 2.0
# Below this modulation the ridges of a block count as wiped out
WIPED = 0.4
# Ridges are sorted by their direction into so many bins, and a bin and its neighbours hold so many blocks or none
BINS = 12
LEAST_BLOCKS = 10
_AROUND = (np.arange(BINS) + np.arange(-1, 2)[:, None]) % BINS


@dataclass(frozen=True, slots=True, eq=False)
class Smear:
    """How far ridges are wiped out.

    modulation: the deviation of a block's greys as part of its mean darkness, the median over the print: about 1 where
    ridges are as wide as valleys and these are clean. spread: from the directions whose ridges have the most contrast
    to those with the least, as part of both, 0..1. evenness: the median contrast as part of that of strong ridges.
    wiped: bool (rows, cols), where little is left.
    """

    modulation: float
    spread: float
    evenness: float
    wiped: Mask


def measure(contact: Contact, flow: Floats, foreground: Mask) -> Smear:
    """Measure a print. flow: float32 (rows, cols), [0, pi). foreground: bool (rows, cols), some of it true."""
    least = np.float32(max(DARKEST_NOISE, DARK_PART * contact.contrast))
    modulation = np.minimum(contact.deviation / np.maximum(contact.paper - contact.mean, least), LARGEST_MODULATION)
    contrast = (contact.valley - contact.ridge)[foreground]
    return Smear(
        level_at(modulation[foreground], 0.5),
        _spread(contrast, flow[foreground]),
        level_at(contrast, 0.5) / contact.contrast,
        foreground & (modulation < WIPED),
    )


def _spread(contrast: Floats, flow: Floats) -> float:
    """How unlike the contrasts of ridges of different directions are, 0..1."""
    turn = np.minimum((flow * (BINS / np.pi)).astype(np.int64), BINS - 1)
    count, total = np.bincount(turn, minlength=BINS), np.bincount(turn, contrast, minlength=BINS)
    near, sums = (part[_AROUND].sum(axis=0) for part in (count, total))
    means = sums[near >= LEAST_BLOCKS] / near[near >= LEAST_BLOCKS]
    return float((means.max() - means.min()) / max(means.max() + means.min(), 1.0)) if means.size else 0.0
