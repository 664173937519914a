"""Planes of floats that lie flat in memory with zeros round them: what the net's layers read and write.

Each row of a plane lies beside the same row of the next one: what one row of results needs is then near in memory.
"""

import copy

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import scratch
from firmware.pipeline._simd import LANES

BORDER = 2
"""Rows of zeros above a plane: as far as any tap reaches."""

BELOW = 8
"""Rows of zeros below a plane: as far as four rows, two apart, and their taps reach."""

STEP = 2 * LANES
"""Cells that one pass of a convolution writes at most."""

Floats = NDArray[np.float32]
Cells = NDArray[np.bool_]
"""Where results are wanted, (rows, cols)."""


class Planes:
    """A number of planes of height x width float32 in one flat array, zeros round each: scratch memory of this name.

    From a cell to the same in the next plane are `pitch` floats, to the one below `step`.
    """

    def __init__(self, name: str, count: int, height: int, width: int) -> None:
        self.count, self.height, self.width = count, height, width
        self.pitch = width + LANES
        self.step = count * self.pitch
        self.start = LANES + BORDER * self.step
        self.flat = scratch.zeros(name, LANES + (BORDER + height + BELOW) * self.step + 2 * STEP)

    def from_row(self, row: int) -> "Planes":
        """The same planes, their rows counted from this one on."""
        other = copy.copy(self)
        other.start += row * self.step
        return other

    def view(self) -> Floats:
        """The cells without the zeros round them, (count, height, width)."""
        rows = self.flat[LANES : LANES + (BORDER + self.height + BELOW) * self.step]
        return rows.reshape(-1, self.count, self.pitch)[BORDER:-BELOW, :, : self.width].transpose(1, 0, 2)
