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


@dataclass(frozen=True, slots=True, eq=False)
class Contact:
    """By blocks, float32 (rows, cols), greys in grey levels.

    mean, deviation: of all pixels. ridge, valley: the grey of ridges' crests and of valleys' floors around the block.
    gaps: the part of the crests that is nearer to the valleys' grey. fills: the part of the floors that is nearer to
    the ridges'. dark: the part of all pixels that is. paper: the grey of bare glass there. ink: the grey of the darkest
    ridges. contrast: between valley and ridge where the touch is strong.
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
    paper = _paper(mean, valley, ~grow(candidates | foreground), foreground)
    ink, contrast = level_at(ridge[foreground], 0.1), level_at((valley - ridge)[foreground], 0.9)
    return Contact(mean, deviation, ridge, valley, gaps, fills, dark, paper, ink, max(contrast, 1.0))


def _paper(mean: Floats, valley: Floats, bare: Mask, foreground: Mask) -> Floats:
    """The grey of bare glass at each block: a plane through what is seen of it, or else the lightest valleys' grey."""
    if float(bare.mean()) < LEAST_BARE_PART:
        return np.full(mean.shape, level_at(valley[foreground], 0.9), np.float32)
    rows, cols = mean.shape
    y, x = np.linspace(-0.5, 0.5, rows), np.linspace(-0.5, 0.5, cols)
    # Smears are bare of ridges too: the lighter part is glass
    level = level_at(mean[bare], 0.75)
    away = np.nonzero(bare & (np.abs(mean - np.float32(level)) < STEEPEST_LIGHT))
    plane = np.stack([np.ones(len(away[0])), x[away[1]], y[away[0]]])
    offset = mean[away] - level
    normal = plane @ plane.T / offset.size + np.diag([0, 0.01, 0.01])
    middle, across, down = np.linalg.solve(normal, plane @ offset / offset.size)
    slope = np.clip(across * x[None, :] + down * y[:, None], -STEEPEST_LIGHT, STEEPEST_LIGHT)
    return np.asarray(level + middle + slope, np.float32)


@kernel
def _sum_phases(image: NDArray[np.uint8], enhanced: Floats, out: Floats) -> None:
    """Sums over every other row of each block.

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
                for x in range(col * block, right):
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
                for x in range(col * block, right):
                    if enhanced[y, x] > strength:
                        out[3, row, col] += 1
                        out[4, row, col] += image[y, x]
                    elif enhanced[y, x] < -strength:
                        out[5, row, col] += 1
                        out[6, row, col] += image[y, x]


@kernel
def _count_strays(image: NDArray[np.uint8], enhanced: Floats, strength: Floats, middle: Floats, out: Floats) -> None:
    """Crests lighter than the middle, floors darker than it, and all that is darker, over every other row of a block.

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
                for x in range(col * block, min(width - 1, (col + 1) * block)):
                    near = np.int32(image[y, x]) + image[y, x + 1] + image[y + 1, x] + image[y + 1, x + 1]
                    is_dark = near < 4 * grey
                    light_crests += enhanced[y, x] > least and not is_dark
                    dark_floors += enhanced[y, x] < -least and is_dark
                    dark += is_dark
            out[0, row, col], out[1, row, col], out[2, row, col] = light_crests, dark_floors, dark
