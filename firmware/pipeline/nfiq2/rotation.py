"""Turns blocks upright: 16 lines of 32 pixels across the ridges, so that the sum of the lines is the ridges' profile.

The window of 32x16 is that of ISO/IEC 29794-4:2017, clause 5.2.3. NFIQ 2.3 fills it by OpenCV's affine warp, each pixel
the nearest one. For two of three measures it first lays two more pixels round the block, real ones where the image has
them, but leaves the window where it was: two pixels off the centre, so that a corner may reach past the block, where
all is black.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.gradients import BLOCK
from firmware.pipeline.nfiq2.grid import MARGIN, Grid

LINES, LENGTH = 16, 32
"""Size of the window along the ridges and across them."""

SIDE = BLOCK + 2 * MARGIN
"""Side of what is turned."""

PADDING = 2
"""Pixels that NFIQ 2.3 lays round it for two of three measures."""

SLACK = 4
"""Pixels that the window may reach past it, at most."""

SHIFT = 10
"""OpenCV counts places in parts of 1 / 2 ** SHIFT of a pixel, rounded half to even."""

HALF = 1 << (SHIFT - 1)


@dataclass(frozen=True, slots=True)
class Turned:
    """Foreground blocks, each turned.

    pixels: uint8 (n, 16, 32), the last axis across the ridges. profile: int32 (n, 32), sums over the 16 lines.
    """

    pixels: NDArray[np.uint8]
    profile: NDArray[np.int32]


def turn(pixels: NDArray[np.uint8], grid: Grid, *, quarter: bool, padding: int) -> Turned:
    """Every foreground block of the grid, row by row, turned so that its ridges run along the lines.

    pixels: uint8 (h, w). quarter: turned by another right angle and the window laid over, which is nearly the same
    place. padding: PADDING or 0.
    """
    places = np.argwhere(grid.foreground) * BLOCK
    angles = grid.orientation[grid.foreground]
    turned = np.empty((len(places), LINES, LENGTH), np.uint8)
    profile = np.zeros((len(places), LENGTH), np.int32)
    _turn_blocks(pixels, places, angles, (quarter, padding), turned, profile)
    return Turned(turned, profile)


@kernel(exact=True)
def _turn_blocks(
    pixels: NDArray[np.uint8],
    places: NDArray[np.int64],
    angles: NDArray[np.float64],
    how: tuple[bool, int],
    out: NDArray[np.uint8],
    profile: NDArray[np.int32],
) -> None:
    """Each block's window of nearest pixels, and the sum of its lines.

    pixels: (h, w). places: (n, 2), top and left of what is turned. angles: (n). how: quarter and padding. out: (n, 16,
    32), filled. profile: (n, 32) of zeros, filled.
    """
    quarter, padding = how
    width = SIDE + 2 * SLACK
    block, where = np.empty((width, width), np.uint8), np.empty(LENGTH, np.uint32)
    flat = block.ravel()
    across, along = np.empty((2, LENGTH), np.int32), np.empty((2, LINES), np.int32)
    for n in range(len(places)):
        _lay_out(pixels, places[n], padding, block)
        _step(angles[n], quarter, padding, across, along)
        for j in range(LINES):
            from_x, from_y, line = along[0, j], along[1, j], out[n, j]
            for i in range(LENGTH):
                x, y = (from_x + across[0, i]) >> SHIFT, (from_y + across[1, i]) >> SHIFT
                where[i] = (y - padding + SLACK) * width + x - padding + SLACK
            for i in range(LENGTH):
                line[i] = flat[where[i]]
            for i in range(LENGTH):
                profile[n, i] += line[i]


@kernel
def _lay_out(pixels: NDArray[np.uint8], place: NDArray[np.int64], padding: int, out: NDArray[np.uint8]) -> None:
    """A block and so many of its neighbours at each side; what lies beyond them or outside the image is black.

    pixels: (h, w). place: (2), top and left of the block. out: (SIDE + 2 * SLACK, SIDE + 2 * SLACK), filled.
    """
    out[:] = 0
    top, left = place[0], place[1]
    first, last = max(left - padding, 0), min(left + SIDE + padding, pixels.shape[1])
    for y in range(max(top - padding, 0), min(top + SIDE + padding, pixels.shape[0])):
        source, target = pixels[y, first:last], out[y - top + SLACK, first - left + SLACK :]
        for x in range(source.size):
            target[x] = source[x]


@kernel(exact=True)
def _step(angle: float, quarter: bool, padding: int, across: NDArray[np.int32], along: NDArray[np.int32]) -> None:
    """Where the window's pixels come from, x and y: the sum of one part for its place on a line and one for its line.

    angle: radians. across: (2, 32), along: (2, 16), filled, in parts of 1 / 2 ** SHIFT of a pixel.
    """
    turned = (angle + (math.pi / 2 if quarter else 0.0)) * (180.0 / math.pi) * (math.pi / 180.0)
    cosine, sine = math.cos(turned), math.sin(turned)
    centre = float(SIDE // 2 + padding)
    move_x, move_y = (1.0 - cosine) * centre - sine * centre, sine * centre + (1.0 - cosine) * centre
    scale = 1.0 / (cosine * cosine + sine * sine)
    cosine, sine = cosine * scale, sine * scale
    back_x, back_y = sine * move_y - cosine * move_x, -sine * move_x - cosine * move_y
    # A column's part and a row's are rounded apart; the row's holds what moves the centre back to its place
    columns, rows = (along, across) if quarter else (across, along)
    for i in range(columns.shape[1]):
        x = SIDE // 2 - columns.shape[1] // 2 + i
        columns[0, i], columns[1, i] = np.rint(cosine * x * (1 << SHIFT)), np.rint(sine * x * (1 << SHIFT))
    for i in range(rows.shape[1]):
        y = SIDE // 2 - rows.shape[1] // 2 + i
        rows[0, i] = np.rint((-sine * y + back_x) * (1 << SHIFT)) + HALF
        rows[1, i] = np.rint((cosine * y + back_y) * (1 << SHIFT)) + HALF
