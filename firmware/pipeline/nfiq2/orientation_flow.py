"""OF, orientation flow: how far the ridges' orientation turns from a block to its eight neighbours.

ISO/IEC 29794-4:2017, clause 5.2.6. Only turns above 4 degrees count, and only blocks whose neighbours all are
foreground. The difference of two orientations is taken as it stands, so that 89 and -89 degrees lie 178 apart: NFIQ 2.3
does so.
"""

import math

import numpy as np

from firmware.pipeline.nfiq2.bins import describe
from firmware.pipeline.nfiq2.grid import Grid

EDGES = (0.01715, 0.035, 0.0557, 0.081, 0.115, 0.1718, 0.2569, 0.4758, 0.748)

LEAST = math.radians(4)
MOST = math.radians(90)


def measure(grid: Grid) -> dict[str, float]:
    """The twelve measures of a grid. Raises SampleError where no block has eight neighbours in the foreground."""
    rows, cols = grid.foreground.shape
    middle, inside = grid.orientation[1:-1, 1:-1], grid.foreground[1:-1, 1:-1].copy()
    total = np.zeros(middle.shape)
    for row in range(3):
        for col in range(3):
            near = slice(row, rows - 2 + row), slice(col, cols - 2 + col)
            inside &= grid.foreground[near]
            total += np.abs(middle - grid.orientation[near])
    turn = total[inside] / 8
    return describe("OF", (turn[turn > LEAST] - LEAST) / (MOST - LEAST), EDGES)
