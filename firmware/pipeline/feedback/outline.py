"""The part of the finger that touches: how large, how long, where on the glass, and which way its ridges run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import fill_holes, grow, keep_parts
from firmware.pipeline.feedback.contact import Contact

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Mask = NDArray[np.bool_]

BLOCK_MM = parameters.BLOCK / parameters.PPI * 25.4
# The print's own part has this part of its contrast, and neither crumbs nor holes of so many blocks
OWN_CONTRAST = 0.45
OWN_CRUMB = 20
OWN_HOLE = 30
NEAR_BLOCKS = 3
FAR_BLOCKS = 6
# Rows of blocks at the picture's edge that count as its edge: the last may reach past the image
RIM = 2


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Where the print lies. Lengths in millimetres.

    area: in square millimetres. glass_part: of the picture that it covers. height_to_width: of the box around it.
    level_ridges: the mean of cos 2 theta, 1 where all ridges run along x. off_x, off_y: of its centre from the
    picture's, y down. lost: of the print that one edge cuts off or of the room at the other, whichever is less.
    """

    area: float
    glass_part: float
    height_to_width: float
    level_ridges: float
    off_x: float
    off_y: float
    lost: float


def own_part(contact: Contact, foreground: Mask) -> Mask:
    """The part of the foreground that is surely this finger's, for it has this part of the print's contrast.

    All of the foreground where that leaves nothing.
    """
    strong = foreground & (contact.valley - contact.ridge > OWN_CONTRAST * contact.contrast)
    own = keep_parts(fill_holes(strong, OWN_HOLE), OWN_CRUMB)
    return own if own.any() else foreground


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The glass beside a print, bool (rows, cols): from next to it on, and from where even a soft touch has faded."""

    near: Mask
    far: Mask


def beside(print_: Mask) -> Beside:
    """The glass beside a print. print_: bool (rows, cols)."""
    whole = without_bays(print_)
    return Beside(~grow(whole, NEAR_BLOCKS), ~grow(whole, FAR_BLOCKS))


def without_bays(print_: Mask) -> Mask:
    """The print and all that lies between two blocks of it along a row or a column, bool (rows, cols)."""
    out = print_.copy()
    _fill_bays(print_, out)
    return out


@kernel
def _fill_bays(print_: Mask, out: Mask) -> None:
    """Make true whatever lies between the first and the last true block of its row or column.

    print_, out: (rows, cols).
    """
    rows, cols = print_.shape
    for row in range(rows):
        first, last = cols, -1
        for col in range(cols):
            if print_[row, col]:
                first, last = min(first, col), col
        out[row, first : last + 1] = True
    for col in range(cols):
        first, last = rows, -1
        for row in range(rows):
            if print_[row, col]:
                first, last = min(first, row), row
        out[first : last + 1, col] = True


def measure(print_: Mask, flow: Floats) -> Outline:
    """Measure a print. print_: bool (rows, cols), some of it true. flow: float32 (rows, cols), [0, pi)."""
    box, sums, lost = np.empty(4, np.int64), np.zeros(3), np.zeros(4)
    _trace(print_, box, sums, lost)
    top, left, bottom, right = box
    rows, cols = print_.shape
    total = float(sums[0])
    return Outline(
        area=total * BLOCK_MM**2,
        glass_part=total / print_.size,
        height_to_width=float((bottom - top + 1) / (right - left + 1)),
        level_ridges=float(np.cos(2 * flow[print_]).mean()),
        off_x=float(sums[2] / total + 0.5 - cols / 2) * BLOCK_MM,
        off_y=float(sums[1] / total + 0.5 - rows / 2) * BLOCK_MM,
        lost=float(lost.max()) * BLOCK_MM,
    )


@kernel
def _trace(print_: Mask, box: NDArray[np.int64], sums: Doubles, lost: Doubles) -> None:
    """The box around a print, its sums and what its edges cut off.

    print_: (rows, cols). box: (4), filled: first row and column, last row and column. sums: (3) of zeros: blocks, their
    rows, their columns. lost: (4), filled, for the left, right, upper and lower edge: how many lines run into it, or
    the mean room at their other end over all lines of the print, whichever is less.
    """
    rows, cols = print_.shape
    box[:2], box[2:] = max(rows, cols), -1
    for row in range(rows):
        for col in range(cols):
            if print_[row, col]:
                box[0], box[1] = min(box[0], row), min(box[1], col)
                box[2], box[3] = max(box[2], row), max(box[3], col)
                sums[0] += 1
                sums[1] += row
                sums[2] += col
    _lose(print_, lost[:2])
    _lose(print_.T, lost[2:])


@kernel
def _lose(print_: Mask, lost: Doubles) -> None:
    """What the left and the right edge cut off.

    print_: (rows, cols). lost: (2), filled, as `_trace` tells.
    """
    rows, cols = print_.shape
    lines, cut_left, cut_right, room_left, room_right = 0, 0, 0, 0, 0
    for row in range(rows):
        first, last = cols, -1
        for col in range(cols):
            if print_[row, col]:
                first, last = min(first, col), col
        if last >= 0:
            lines += 1
            cut_left += first < RIM
            cut_right += last >= cols - RIM
            room_left += first
            room_right += cols - 1 - last
    lost[0], lost[1] = min(cut_left, room_right / lines), min(cut_right, room_left / lines)
