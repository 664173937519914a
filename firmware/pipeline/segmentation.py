"""Tells the print from everything else: first by contrast, then, when the ridges are filtered, by their clarity.

The first step keeps what varies about as much as the strongest part of the image; the second drops what varies
without being a wave of one direction: texture of the glass, writing, blotches, noise.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline.blocks import fill_holes, grow, keep_parts, shrink, smooth


def by_contrast(deviation: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Blocks whose deviation, in grey levels, is near enough to that of the strongest ones.

    deviation: float32 (rows, cols). Returns bool of the same shape, generous: it only spares later stages the empty
    part.
    """
    level = smooth(deviation, parameters.FOREGROUND_SIGMA_BLOCKS)
    threshold = max(parameters.FOREGROUND_DEVIATION_FLOOR, parameters.FOREGROUND_DEVIATION_PART * _strong(level))
    candidates = level > threshold
    trace.offer("contrast_mask", candidates)
    return np.asarray(candidates)


def by_clarity(candidates: NDArray[np.bool_], clarity: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The candidate blocks whose ridges are clear, as whole patches without small holes or crumbs.

    candidates: bool (rows, cols). clarity: float32 (rows, cols), 0..1.
    """
    clear = candidates & (smooth(clarity, parameters.FOREGROUND_SIGMA_BLOCKS) > parameters.CLARITY_FOREGROUND)
    closed = shrink(grow(np.pad(clear, 3), 2), 2)[3:-3, 3:-3] & candidates
    opened = grow(shrink(np.pad(closed, 3), 2), 2)[3:-3, 3:-3] & closed
    foreground = fill_holes(opened, parameters.FOREGROUND_SMALLEST_BLOCKS // 2)
    foreground = keep_parts(foreground, parameters.FOREGROUND_SMALLEST_BLOCKS)
    trace.offer("foreground", foreground)
    return foreground


def around(foreground: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The candidate blocks in the foreground or near it: ridges at its edge are too faint to be called clear."""
    return grow(foreground, parameters.FOREGROUND_EDGE_BLOCKS) & candidates


def _strong(level: NDArray[np.float32]) -> float:
    """The level of the strong part of the image, however small a part of the image that is."""
    strong = np.sort(level[level > parameters.FOREGROUND_DEVIATION_FLOOR])
    return float(np.interp(0.8 * (strong.size - 1), np.arange(strong.size), strong)) if strong.size else 0.0
