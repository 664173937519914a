"""The part of the finger that touches: how large, how long, where on the glass, and which way its ridges run."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import fill_holes, grow, keep_parts
from firmware.pipeline.feedback.contact import Contact

Floats = NDArray[np.float32]
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


def own_part(contact: Contact, foreground: Mask, contrast: float = OWN_CONTRAST) -> Mask:
    """The part of the foreground that is surely this finger's, for it has this part of the print's contrast.

    All of the foreground where that leaves nothing.
    """
    strong = foreground & (contact.valley - contact.ridge > contrast * contact.contrast)
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
    rows, cols = print_.any(axis=1), print_.any(axis=0)
    height, width = (int(np.ptp(np.flatnonzero(side))) + 1 for side in (rows, cols))
    total = float(print_.sum())
    below, right = (
        float(np.arange(side.size) @ counts) / total + 0.5 - side.size / 2
        for side, counts in ((rows, print_.sum(axis=1)), (cols, print_.sum(axis=0)))
    )
    views = print_, print_[:, ::-1], print_.T, print_[::-1].T
    return Outline(
        area=total * BLOCK_MM**2,
        glass_part=total / print_.size,
        height_to_width=height / width,
        level_ridges=float(np.cos(2 * flow[print_]).mean()),
        off_x=right * BLOCK_MM,
        off_y=below * BLOCK_MM,
        lost=max(_lost_at_left(view) for view in views),
    )


def _lost_at_left(print_: Mask) -> float:
    """How much of the print the left edge cuts, or how much room there is at the right one, whichever is less."""
    cut = int(print_[:, :RIM].any(axis=1).sum())
    if not cut:
        return 0.0
    touched = print_[print_.any(axis=1)]
    return BLOCK_MM * min(cut, float(touched[:, ::-1].argmax(axis=1).mean()))
