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
    ridges. contrast: between valley and ridge where the touch is strong. frame: bool (rows, cols), what is no picture
    of the glass.
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
    """Sums over every other row of each block.

    image, enhanced: (h, w). out: (8, rows, cols) of zeros: pixels, their greys and the squares of these; crests of
    ridges and their greys; floors of valleys and their greys; the enhanced image's root mean square, from which on a
    pixel is crest or floor.
    """
    height, width = image.shape
    block = parameters.BLOCK
    lines, least = np.empty((7, width), np.float32), np.empty(width, np.float32)
    for row in range(out.shape[1]):
        lines[:] = 0
        top, down = row * block, min(height, (row + 1) * block)
        for y in range(top, down, 2):
            _add_pixels(image[y], enhanced[y], lines)
        for col in range(out.shape[2]):
            left, right = col * block, min(width, (col + 1) * block)
            count = (down - top + 1) // 2 * (right - left)
            out[0, row, col] = count
            out[7, row, col] = np.sqrt(lines[2, left:right].sum() / np.float32(count))
            least[left:right] = out[7, row, col]
        for y in range(top, down, 2):
            _add_phases(image[y], enhanced[y], least, lines[3:])
        for col in range(out.shape[2]):
            left, right = col * block, min(width, (col + 1) * block)
            for i in (0, 1, 3, 4, 5, 6):
                out[i + (i < 2), row, col] = lines[i, left:right].sum()


@kernel
def _add_pixels(greys: NDArray[np.uint8], waves: Floats, sums: Floats) -> None:
    """Add a row's greys, their squares and the squares of its waves to the sums of its columns.

    greys, waves: (w). sums: (3 and more, w).
    """
    total, squares, energy = sums[0], sums[1], sums[2]
    for x in range(greys.size):
        grey = np.float32(greys[x])
        total[x] += grey
        squares[x] += grey * grey
        energy[x] += waves[x] * waves[x]


@kernel
def _add_phases(greys: NDArray[np.uint8], waves: Floats, least: Floats, sums: Floats) -> None:
    """Add a row's crests and their greys, its floors and their greys to the sums of its columns.

    greys, waves, least: (w). sums: (4, w).
    """
    crests, crest_greys, floors, floor_greys = sums[0], sums[1], sums[2], sums[3]
    for x in range(greys.size):
        grey = np.float32(greys[x])
        crest = np.float32(1) if waves[x] > least[x] else np.float32(0)
        floor = np.float32(1) if waves[x] < -least[x] else np.float32(0)
        crests[x] += crest
        crest_greys[x] += crest * grey
        floors[x] += floor
        floor_greys[x] += floor * grey


@kernel
def _count_strays(image: NDArray[np.uint8], enhanced: Floats, strength: Floats, middle: Floats, out: Floats) -> None:
    """Crests lighter than the middle, floors darker than it, and all that is darker, over every other row of a block.

    A pixel is the mean of it and its neighbours to the right and below, so the last row and column tell nothing. image,
    enhanced: (h, w). strength, middle: (rows, cols). out: (3, rows, cols) of zeros.
    """
    height, width = image.shape
    block = parameters.BLOCK
    lines, bounds = np.empty((3, width), np.float32), np.empty((2, width), np.float32)
    for row in range(out.shape[1]):
        lines[:] = 0
        for x in range(width):
            bounds[0, x], bounds[1, x] = strength[row, x // block], 4 * middle[row, x // block]
        for y in range(row * block, min(height - 1, (row + 1) * block), 2):
            _add_strays(image[y], image[y + 1], enhanced[y], bounds, lines)
        for col in range(out.shape[2]):
            if strength[row, col] > 0:
                for i in range(3):
                    out[i, row, col] = lines[i, col * block : min(width, (col + 1) * block)].sum()


@kernel
def _add_strays(
    greys: NDArray[np.uint8], below: NDArray[np.uint8], waves: Floats, bounds: Floats, sums: Floats
) -> None:
    """Add a row's light crests, its dark floors and all its dark pixels to the sums of its columns.

    greys, below, waves: (w). bounds: (2, w), from which wave on a pixel is crest or floor, and four times the middle
    grey. sums: (3, w).
    """
    light_crests, dark_floors, dark = sums[0], sums[1], sums[2]
    least, middle = bounds[0], bounds[1]
    for x in range(greys.size - 1):
        near = np.float32(np.int32(greys[x]) + greys[x + 1] + below[x] + below[x + 1])
        is_dark = np.float32(1) if near < middle[x] else np.float32(0)
        crest = np.float32(1) if waves[x] > least[x] else np.float32(0)
        floor = np.float32(1) if waves[x] < -least[x] else np.float32(0)
        light_crests[x] += crest * (np.float32(1) - is_dark)
        dark_floors[x] += floor * is_dark
        dark[x] += is_dark
