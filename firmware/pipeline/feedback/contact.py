"""How the skin touches the glass: the greys of ridges and valleys, where ridges break and where valleys fill."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import grow, level_at, smooth

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

GREYS_SIGMA_BLOCKS = 1.5
# Less of the picture than this beside the print tells nothing of the bare glass
LEAST_BARE_PART = 0.04
# Light may fall off over the glass by so many grey levels from its middle to a corner, seldom more
STEEPEST_LIGHT = 25.0
HELD_LEVEL = 1.0
# So far from the foreground the rim of a touch has faded
FADED_BLOCKS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """By blocks, float32 (rows, cols), greys in grey levels.

    mean, deviation: of all pixels. ridge, valley: the grey of ridges' crests and of valleys' floors around the block.
    gaps: the part of the crests that is nearer to the valleys' grey. fills: the part of the floors that is nearer to
    the ridges'. dark: the part of all pixels that is. paper: the grey of bare glass there. ink: the grey of the darkest
    ridges. contrast: between valley and ridge where the touch is strong. frame: bool (rows, cols),
    what is no picture of the glass.
    """

    mean: Floats
    deviation: Floats
    ridge: Floats
    valley: Floats
    gaps: Floats
    fills: Floats
    dark: Floats
    paper: Floats
    ink: float
    contrast: float
    frame: Mask


def see(image: NDArray[np.uint8], enhanced: Floats, candidates: Mask, foreground: Mask) -> Contact:
    """How the skin touches.

    image: uint8 (h, w). enhanced: float32 (h, w). candidates, foreground: bool (rows, cols), some of it true.
    """
    sums = np.zeros((8, *foreground.shape), np.float32)
    _sum_phases(image, enhanced, sums)
    count, total, squares, crests, crest_greys, floors, floor_greys, strength = sums
    mean = total / count
    deviation = np.sqrt(np.maximum(squares / count - mean * mean, 0))
    ridge, valley = (
        smooth(greys, GREYS_SIGMA_BLOCKS) / (smooth(number, GREYS_SIGMA_BLOCKS) + np.float32(1e-3))
        for greys, number in ((crest_greys, crests), (floor_greys, floors))
    )
    parts = np.zeros((3, *foreground.shape), np.float32)
    _count_strays(image, enhanced, strength, (ridge + valley) * np.float32(0.5), parts)
    gaps, fills, dark = parts / np.maximum((crests, floors, count), 1)
    frame = _frame(mean, deviation, foreground)
    paper = _paper(mean, valley, ~grow(candidates | foreground) & ~frame, foreground)
    ink, contrast = level_at(ridge[foreground], 0.1), level_at((valley - ridge)[foreground], 0.9)
    return Contact(mean, deviation, ridge, valley, gaps, fills, dark, paper, ink, max(contrast, 1.0), frame)


def _frame(mean: Floats, deviation: Floats, foreground: Mask) -> Mask:
    """The frame that some sensors' pictures have and the blocks at its edge: it is flat, and unlike the glass."""
    beside, flat = ~grow(foreground, FADED_BLOCKS), deviation == 0
    glass = beside & ~flat
    if not (beside & flat).any() or float(glass.mean()) < LEAST_BARE_PART:
        return np.zeros_like(beside)
    unlike = np.abs(mean - np.float32(level_at(mean[glass], 0.5))) > STEEPEST_LIGHT
    return grow(beside & flat & unlike)


def _paper(mean: Floats, valley: Floats, bare: Mask, foreground: Mask) -> Floats:
    """The grey of bare glass at each block: a plane through what is seen of it, or else the lightest valleys' grey."""
    if float(bare.mean()) < LEAST_BARE_PART:
        return np.full(mean.shape, level_at(valley[foreground], 0.9), np.float32)
    # Every other block of every other row says enough. Smears are bare of ridges too: the lighter part is glass
    some, seen = mean[::2, ::2], bare[::2, ::2]
    level = np.float32(level_at(some[seen], 0.75))
    rows, cols = np.nonzero(seen & (np.abs(some - level) < STEEPEST_LIGHT))
    grey, y, x = some[rows, cols], 2 * rows / mean.shape[0] - 0.5, 2 * cols / mean.shape[1] - 0.5
    middle = float(grey.mean()), float(y.mean()), float(x.mean())
    grey, y, x = grey - middle[0], y - middle[1], x - middle[2]
    # Least squares of a plane, held level where little is seen
    yy, xx, xy = y @ y + HELD_LEVEL, x @ x + HELD_LEVEL, x @ y
    down, across = (
        np.clip(slope / (xx * yy - xy * xy), -2 * STEEPEST_LIGHT, 2 * STEEPEST_LIGHT)
        for slope in (xx * (y @ grey) - xy * (x @ grey), yy * (x @ grey) - xy * (y @ grey))
    )
    places = np.arange(mean.shape[0]) / mean.shape[0] - 0.5, np.arange(mean.shape[1]) / mean.shape[1] - 0.5
    plane = down * (places[0] - middle[1])[:, None] + across * (places[1] - middle[2])[None, :]
    return np.asarray(middle[0] + plane, np.float32)


@kernel
def _sum_phases(image: NDArray[np.uint8], enhanced: Floats, out: Floats) -> None:
    """Sums over every other pixel of every other row of each block.

    image, enhanced: (h, w). out: (8, rows, cols) of zeros: pixels, their greys and the squares of these; crests of
    ridges and their greys; floors of valleys and their greys; the enhanced image's root mean square, from which on a
    pixel is crest or floor.
    """
    height, width = image.shape
    block = parameters.BLOCK
    for row in range(out.shape[1]):
        for col in range(out.shape[2]):
            down, right = min(height, (row + 1) * block), min(width, (col + 1) * block)
            count, total, squares, energy = 0, np.int32(0), np.int32(0), np.float32(0)
            for y in range(row * block, down, 2):
                for x in range(col * block, right, 2):
                    grey = np.int32(image[y, x])
                    count += 1
                    total += grey
                    squares += grey * grey
                    energy += enhanced[y, x] * enhanced[y, x]
            strength = np.sqrt(energy / np.float32(count))
            out[0, row, col], out[1, row, col], out[2, row, col] = count, total, squares
            out[7, row, col] = strength
            if strength == 0:
                continue
            for y in range(row * block, down, 2):
                for x in range(col * block, right, 2):
                    if enhanced[y, x] > strength:
                        out[3, row, col] += 1
                        out[4, row, col] += image[y, x]
                    elif enhanced[y, x] < -strength:
                        out[5, row, col] += 1
                        out[6, row, col] += image[y, x]


@kernel
def _count_strays(image: NDArray[np.uint8], enhanced: Floats, strength: Floats, middle: Floats, out: Floats) -> None:
    """Crests lighter than the middle, floors darker than it, and all that is darker, among the same pixels.

    image, enhanced: (h, w). strength, middle: (rows, cols). out: (3, rows, cols) of zeros.
    """
    height, width = image.shape
    block = parameters.BLOCK
    for row in range(out.shape[1]):
        for col in range(out.shape[2]):
            least, grey = strength[row, col], middle[row, col]
            if least == 0:
                continue
            light_crests, dark_floors, dark = 0, 0, 0
            for y in range(row * block, min(height - 1, (row + 1) * block), 2):
                for x in range(col * block, min(width - 1, (col + 1) * block), 2):
                    near = np.int32(image[y, x]) + image[y, x + 1] + image[y + 1, x] + image[y + 1, x + 1]
                    is_dark = near < 4 * grey
                    light_crests += enhanced[y, x] > least and not is_dark
                    dark_floors += enhanced[y, x] < -least and is_dark
                    dark += is_dark
            out[0, row, col], out[1, row, col], out[2, row, col] = light_crests, dark_floors, dark
