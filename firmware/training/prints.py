"""Grown prints as a net learns from them: crops, turned, scaled and mirrored, with the target of each cell."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track

from firmware.errors import InputError
from firmware.pipeline import normalisation
from firmware.training.nets import CELL

CROP = 192
HEAT_SIGMA_CELLS = 1.0
IGNORED_CELLS = 2.5
SCALED = 0.09
"""Deviation of the logarithm of the factor by which a crop is scaled."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Print:
    """One normalised print, float16 (h, w), and its minutiae as rows of x, y, dx, dy (y down), seen (1 or 0)."""

    image: NDArray[np.float16]
    minutiae: Floats


def load(folder: Path) -> list[Print]:
    """Every print of a folder that `python -m sim grow` wrote. Raises InputError when there is none."""
    files = sorted(folder.glob("*_*.png"))
    if not files:
        raise InputError(f"{folder}: no FINGER_IMPRESSION.png here; grow some with `python -m sim grow`")
    return [_load(path) for path in track(files, "reading grown prints")]


def _load(path: Path) -> Print:
    pixels = np.asarray(Image.open(path).convert("L"), np.uint8)
    image, _ = normalisation.normalise(pixels.copy())
    rows = []
    for line in (path.parent / "truth" / f"{path.stem}.xyt").read_text().splitlines():
        x, y, angle = (float(word) for word in line.removeprefix("# ").split()[:3])
        turn = np.radians(angle)
        rows.append((x, y, np.cos(turn), -np.sin(turn), float(not line.startswith("#"))))
    return Print(image.astype(np.float16), np.array(rows, np.float32).reshape(-1, 5))


def crop(print_: Print, rng: np.random.Generator, *, straight: bool = False) -> tuple[Floats, Floats]:
    """A random square of a print, mirrored and turned, with its target float32 (6, cells, cells).

    Unless straight, half of them are turned by any angle and scaled: more periods and orientations are seen than were
    grown.
    """
    turned = not straight and rng.random() < 0.5
    image, rows = _turned(print_, rng) if turned else _straight(print_, rng)
    if rng.random() < 0.5:
        image = image[:, ::-1]
        rows = np.asarray(rows * [-1, 1, -1, 1, 1] + [CROP - 1, 0, 0, 0, 0], np.float32)
    for _ in range(int(rng.integers(4))):
        image = np.rot90(image)
        x, y, dx, dy = rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3]
        rows = np.stack([y, CROP - 1 - x, dy, -dx, rows[:, 4]], axis=1)
    if rng.random() < 0.3:
        image = image * rng.uniform(0.7, 1.3)
    return np.ascontiguousarray(image, np.float32), target(rows)


def _straight(print_: Print, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A square as it lies, 0 beyond the print, and the minutiae in its pixels."""
    height, width = print_.image.shape
    top = int(rng.integers(0, max(1, height - CROP + 1)))
    left = int(rng.integers(0, max(1, width - CROP + 1)))
    image = np.zeros((CROP, CROP), np.float32)
    part = print_.image[top : top + CROP, left : left + CROP]
    image[: part.shape[0], : part.shape[1]] = part
    return image, print_.minutiae - np.array([left, top, 0, 0, 0], np.float32)


def _turned(print_: Print, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A square at any angle and a little larger or smaller than it was, bilinear."""
    height, width = print_.image.shape
    turn, scale, half = rng.uniform(-np.pi / 4, np.pi / 4), float(np.exp(rng.normal(0, SCALED))), (CROP - 1) / 2
    middle_x = rng.uniform(min(half, width / 2), max(width - half, width / 2))
    middle_y = rng.uniform(min(half, height / 2), max(height - half, height / 2))
    cosine, sine = np.cos(turn), np.sin(turn)
    v, u = (np.mgrid[0:CROP, 0:CROP] - half).astype(np.float32)
    x = middle_x + scale * (cosine * u - sine * v)
    y = middle_y + scale * (sine * u + cosine * v)
    left, top = np.floor(x).astype(np.int32), np.floor(y).astype(np.int32)
    inside = (left >= 0) & (left < width - 1) & (top >= 0) & (top < height - 1)
    at, pixels = np.where(inside, top * width + left, 0), print_.image.ravel()
    across, down = (x - left).astype(np.float32), (y - top).astype(np.float32)
    upper = pixels[at] + across * (pixels[at + 1].astype(np.float32) - pixels[at])
    lower = pixels[at + width] + across * (pixels[at + width + 1].astype(np.float32) - pixels[at + width])
    rows = print_.minutiae.copy()
    dx, dy = rows[:, 0] - middle_x, rows[:, 1] - middle_y
    rows[:, 0], rows[:, 1] = (cosine * dx + sine * dy) / scale + half, (cosine * dy - sine * dx) / scale + half
    dx, dy = print_.minutiae[:, 2], print_.minutiae[:, 3]
    rows[:, 2], rows[:, 3] = cosine * dx + sine * dy, cosine * dy - sine * dx
    return np.where(inside, upper + down * (lower - upper), 0).astype(np.float32), rows


def target(rows: NDArray[np.floating]) -> Floats:
    """What each cell should say, float32 (6, cells, cells): presence, offset, direction, and the cell's weight."""
    cells = CROP // CELL
    out = np.zeros((6, cells, cells), np.float32)
    out[5] = 1
    near = (rows[:, 0] > -4 * CELL) & (rows[:, 0] < CROP + 4 * CELL)
    near &= (rows[:, 1] > -4 * CELL) & (rows[:, 1] < CROP + 4 * CELL)
    rows = rows[near]
    if not len(rows):
        return out
    v, u = np.mgrid[0:cells, 0:cells].astype(np.float32)
    cx, cy = ((rows[:, k, None, None] + 0.5) / CELL - 0.5 for k in (0, 1))
    squared = (u - cx) ** 2 + (v - cy) ** 2
    seen = rows[:, 4] > 0
    out[5][(squared[~seen] < IGNORED_CELLS**2).any(axis=0)] = 0
    if not seen.any():
        return out
    rows, squared, cx, cy = rows[seen], squared[seen], cx[seen], cy[seen]
    out[0] = np.exp(-squared / (2 * HEAT_SIGMA_CELLS**2)).max(axis=0)
    row, col = np.rint(cy).astype(int).ravel(), np.rint(cx).astype(int).ravel()
    inside = (row >= 0) & (row < cells) & (col >= 0) & (col < cells)
    out[0, row[inside], col[inside]] = 1
    nearest = squared.argmin(axis=0)
    out[1], out[2] = cx[nearest, 0, 0] - u, cy[nearest, 0, 0] - v
    out[3], out[4] = rows[nearest, 2], rows[nearest, 3]
    out[5] = np.maximum(out[5], out[0] >= 1)
    return out
