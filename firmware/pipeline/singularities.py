"""Cores and deltas: the points around which the orientation field turns by half a turn.

Where the field vanishes its doubled angle turns once around, one way at a core and the other at a delta (Poincaré
index; A. M. Bazen and S. H. Gerez, "Systematic methods for the computation of the directional fields and singular
points of fingerprints", IEEE PAMI 24(7), 2002). How well the field around the point looks like that of a core or delta,
and which way that one points, tells a complex filter after K. Nilsson and J. Bigun, "Localization of corresponding
points in fingerprints by complex filtering", Pattern Recognition Letters 24, 2003.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.structure import Singularities

Floats = NDArray[np.float32]

CORE, DELTA = 1, -1
CANDIDATES = 64
"""More turning points than any print has; what lies further down in a field of noise is not looked at."""


def find(flow: Floats, coherence: Floats, foreground: NDArray[np.bool_]) -> tuple[Singularities, Singularities]:
    """Cores and deltas, best first, in pixels.

    flow: float32 (rows, cols), [0, pi). coherence: float32, 0..1. foreground: bool. All by blocks.
    """
    weight = np.where(foreground, coherence, np.float32(0)).astype(np.float32)
    field = np.stack([weight * np.cos(2 * flow), weight * np.sin(2 * flow)])
    points = np.empty((CANDIDATES, 3), np.float32)
    points = points[: _find_turns(_soften(field), foreground, points)]
    answers = np.zeros((len(points), 3), np.float32)
    _compare(field, foreground, points, parameters.SINGULARITY_RADIUS_BLOCKS, answers)
    strength = np.hypot(answers[:, 0], answers[:, 1])
    kept = (strength >= parameters.SINGULARITY_STRENGTH) & (answers[:, 2] >= parameters.SINGULARITY_SUPPORT)
    kept &= ~_paired(points, kept)
    found = [_describe(points, answers, strength, kept & (points[:, 2] == kind), kind) for kind in (CORE, DELTA)]
    trace.offer("singularities", found)
    return found[0], found[1]


def _soften(field: Floats) -> Floats:
    """The field hardly smoothed beyond its own smoothness, so that the two cores of a whorl stay apart; rescaled."""
    padded = np.zeros((2, field.shape[1] + 2, field.shape[2] + 2), np.float32)
    padded[:, 1:-1, 1:-1] = field
    across = padded[:, :, :-2] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]
    return np.asarray(across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:], np.float32)


def _paired(points: Floats, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which are of a core and a delta so near to each other that the ridges around know of neither, bool (n,)."""
    gap = points[:, None, :2] - points[None, :, :2]
    near = np.hypot(gap[:, :, 0], gap[:, :, 1]) * parameters.BLOCK < parameters.SINGULARITIES_APART
    opposite = points[:, None, 2] != points[None, :, 2]
    return np.asarray((near & opposite & kept).any(axis=1))


def _describe(points: Floats, answers: Floats, strength: Floats, chosen: NDArray[np.bool_], kind: int) -> Singularities:
    """The chosen points as a record, best first, in pixels of the image."""
    order = np.flatnonzero(chosen)
    order = order[np.argsort(-strength[order], kind="stable")]
    phase = np.arctan2(answers[order, 1], answers[order, 0])
    # A core's field has the angle that it opens to; a delta's is the same along each of its three ridges
    sides = 1 if kind == CORE else 3
    directions = (phase[:, None] / sides + np.arange(sides) * (2 * np.pi / sides)) % (2 * np.pi)
    x, y = ((points[order, part] + 0.5) * parameters.BLOCK - 0.5 for part in (0, 1))
    quality = np.rint(100 * strength[order]).clip(1, 100).astype(np.uint8)
    return Singularities(x, y, np.sort(directions, axis=1).astype(np.float32), quality)


@kernel
def _find_turns(field: Floats, foreground: NDArray[np.bool_], out: Floats) -> int:
    """Where the field vanishes between four blocks of the foreground and turns around that point.

    field: (2, rows, cols), cosine and sine of the doubled angle. foreground: (rows, cols). out: (n, 3), filled from the
    top with x, y in blocks (centres are whole numbers) and 1 for a core or -1 for a delta. Returns how many.
    """
    count = 0
    for row in range(foreground.shape[0] - 1):
        for col in range(foreground.shape[1] - 1):
            upper, lower = foreground[row], foreground[row + 1]
            if not (upper[col] and upper[col + 1] and lower[col] and lower[col + 1]) or count == len(out):
                continue
            # Counter-clockwise as seen: top left, bottom left, bottom right, top right
            re = (field[0, row, col], field[0, row + 1, col], field[0, row + 1, col + 1], field[0, row, col + 1])
            im = (field[1, row, col], field[1, row + 1, col], field[1, row + 1, col + 1], field[1, row, col + 1])
            turns = 0
            for k in range(4):
                ahead = re[k] * im[(k + 1) % 4] - im[k] * re[(k + 1) % 4]
                turns += im[k] <= 0 < im[(k + 1) % 4] and ahead > 0
                turns -= im[(k + 1) % 4] <= 0 < im[k] and ahead < 0
            if turns == 0:
                continue
            right_re, down_re = (re[2] + re[3] - re[0] - re[1]) / 2, (re[1] + re[2] - re[0] - re[3]) / 2
            right_im, down_im = (im[2] + im[3] - im[0] - im[1]) / 2, (im[1] + im[2] - im[0] - im[3]) / 2
            mean_re, mean_im = (re[0] + re[1] + re[2] + re[3]) / 4, (im[0] + im[1] + im[2] + im[3]) / 4
            area = right_re * down_im - right_im * down_re
            right = (mean_im * down_re - mean_re * down_im) / area
            down = (mean_re * right_im - mean_im * right_re) / area
            out[count, 0] = col + 0.5 + min(max(right, -0.5), 0.5)
            out[count, 1] = row + 0.5 + min(max(down, -0.5), 0.5)
            out[count, 2] = turns
            count += 1
    return count


@kernel
def _compare(field: Floats, foreground: NDArray[np.bool_], points: Floats, radius: float, out: Floats) -> None:
    """Compare the field around each point with that of an ideal core or delta.

    field: (2, rows, cols). foreground: (rows, cols). points: (n, 3) as `_find_turns` fills them. radius: deviation of
    the Gaussian window in blocks. out: (n, 3), filled with the mean agreement as cosine and sine, its length 0..1 and
    its angle that by which the ideal is turned, and the part of the window that lies in the foreground.
    """
    rows, cols = foreground.shape
    reach = math.ceil(2.5 * radius)
    for i in range(len(points)):
        x, y, kind = points[i]
        real = imaginary = seen = total = 0.0
        for row in range(math.floor(y) - reach, math.floor(y) + reach + 2):
            for col in range(math.floor(x) - reach, math.floor(x) + reach + 2):
                dx, dy = col - x, y - row
                apart = dx * dx + dy * dy
                if apart > reach * reach:
                    continue
                window = math.exp(-0.5 * apart / (radius * radius))
                total += window
                if not (0 <= row < rows and 0 <= col < cols) or not foreground[row, col]:
                    continue
                seen += window
                # A block right at the point has no angle: it counts as lying to the right
                away = math.sqrt(apart)
                cosine, sine = (dx / away, kind * dy / away) if away > 0 else (1.0, 0.0)
                real += window * (field[0, row, col] * cosine + field[1, row, col] * sine)
                imaginary += window * (field[1, row, col] * cosine - field[0, row, col] * sine)
        out[i] = real / total, imaginary / total, seen / total
