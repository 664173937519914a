"""Gaussian smoothing of 8-bit images in whole numbers, as OpenCV does it.

OpenCV 4.10, `GaussianBlur`: weights in parts of 256, what one loses in rounding given on to the next; along the rows
without rounding, then along the columns, rounded once; the image is mirrored at its edges without its last line. Such
weights take few steps up to the middle and the same down again, and from one place to the next a sum changes only by
what lies at the steps.
"""

import math
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel

ONE = 256
"""The weights' sum."""

WHITE = 255

STRIDE = 64
"""Sums that are worked out at a time: a row in whole vectors leaves no remainder to be worked out one by one."""

Steps = tuple[NDArray[np.int64], NDArray[np.int32]]


def smooth(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The smoothed image, uint8 (h, w), of one as large; size: odd, number of weights, which sets the deviation."""
    rows = _room(pixels.shape)
    _smooth_rows(pixels, _mirrored(pixels.shape[1], size), *_steps(size), rows)
    return _down(rows, pixels.shape, size, 1)


def smooth_mask(mask: NDArray[np.bool_], size: int) -> NDArray[np.uint8]:
    """The same of an image that is white where a mask, bool (h, w), is true; faster, as its rows seldom change."""
    rows, radius, width = _room(mask.shape), len(_weights(size)) // 2, mask.shape[1]
    padded = np.pad(mask, ((0, 0), (radius, radius)), mode="reflect")
    np.multiply(padded[:, :width], np.uint16(ONE), out=rows[:, :width])
    flat = padded.ravel()
    changes = 1 + np.flatnonzero(flat[1:] != flat[:-1])
    _smooth_changes(padded, changes, np.cumsum(_weights(size)[:-1], dtype=np.int32), rows)
    return _down(rows, mask.shape, size, WHITE)


def _room(shape: tuple[int, ...]) -> NDArray[np.uint16]:
    """A place for the sums along the rows, in whole vectors; what stands past the image's width is never looked at."""
    return np.zeros((shape[0], -(-shape[1] // STRIDE) * STRIDE), np.uint16)


@lru_cache(maxsize=16)
def _mirrored(length: int, size: int) -> NDArray[np.int64]:
    """The places along a line of an image, and at both ends what its weighted sums need beyond."""
    return np.pad(np.arange(length), len(_weights(size)) // 2, mode="reflect")


def _down(rows: NDArray[np.uint16], shape: tuple[int, ...], size: int, unit: int) -> NDArray[np.uint8]:
    weights, out = _weights(size), np.empty(shape, np.uint8)
    lines = _mirrored(shape[0], size)
    # Whole numbers below 2 ** 24, which float32 holds
    first = weights.astype(np.float32) @ rows[lines[: len(weights)]].astype(np.float32)
    total = first.astype(np.int32)
    _smooth_columns(rows, lines, *_steps(size), total if unit == 1 else total.astype(np.uint16), unit, out)
    return out


@cache
def _weights(size: int) -> NDArray[np.int32]:
    """The weights, without those at the ends that are 0."""
    deviation = 0.15 * size + 0.35
    half = [math.exp(-0.125 / (deviation * deviation) * (x * x)) for x in range(1 - size, 0, 2)]
    total = 2 * sum(half) + 1
    weights, rest = [], 0.0
    for value in half:
        exact = value / total * ONE + rest
        weights.append(round(exact))
        rest = exact - weights[-1]
    return np.trim_zeros(np.array([*weights, ONE - 2 * sum(weights), *weights[::-1]], np.int32))


@cache
def _steps(size: int) -> Steps:
    """Where a weight differs from the one before it, up to the middle, and by how much; as many as a multiple of 4."""
    weights = _weights(size)
    rise = np.diff(weights[: len(weights) // 2 + 1], prepend=0)
    places = np.flatnonzero(rise)
    places = np.pad(places, (0, -len(places) % 4))
    return places, np.where(np.arange(len(places)) < np.count_nonzero(rise), rise[places], 0).astype(np.int32)


@kernel
def _smooth_rows(
    pixels: NDArray[np.uint8],
    columns: NDArray[np.int64],
    places: NDArray[np.int64],
    rises: NDArray[np.int32],
    out: NDArray[np.uint16],
) -> None:
    """The weighted sum of each pixel and its neighbours on its row, from the sums of all pixels before the steps.

    pixels: (h, w). columns: (w + 2 * radius), their places past the image's edges too. places, rises: (4 * n), the
    steps. out: (h, pitch), filled; it holds each sum, and what overflows on the way to it does not matter.
    """
    height, pitch = out.shape
    mirror = len(columns) - pixels.shape[1] + 1
    sums = np.zeros(pitch + mirror, np.uint16)
    for y in range(height):
        total, line, row = np.int32(0), pixels[y], out[y]
        for x in range(len(columns)):
            total += np.int32(line[columns[x]])
            sums[x + 1] = total
        row[:] = 0
        for i in range(0, len(places), 4):
            p, q, r, s = places[i], places[i + 1], places[i + 2], places[i + 3]
            j, k, m, n = rises[i], rises[i + 1], rises[i + 2], rises[i + 3]
            a, b, c, d = sums[p:], sums[q:], sums[r:], sums[s:]
            e, f, g, h = sums[mirror - p :], sums[mirror - q :], sums[mirror - r :], sums[mirror - s :]
            for x in range(pitch):
                step = j * (np.int32(e[x]) - np.int32(a[x])) + k * (np.int32(f[x]) - np.int32(b[x]))
                step += m * (np.int32(g[x]) - np.int32(c[x])) + n * (np.int32(h[x]) - np.int32(d[x]))
                row[x] += step


@kernel
def _smooth_changes(
    padded: NDArray[np.bool_], changes: NDArray[np.int64], ramp: NDArray[np.int32], out: NDArray[np.uint16]
) -> None:
    """The same of a mask, true pixels counting 1: a ramp before each change.

    padded: (h, w + 2 * radius). changes: (n), places in it, row by row, that differ from the one before. ramp: (2 *
    radius), the sums as true pixels come nearer. out: (h, pitch), what the sums are without ramps, which become the
    sums.
    """
    length = padded.shape[1]
    width = length - ramp.size
    for change in changes:
        y, end = change // length, change % length
        if end == 0:
            continue
        first, last = max(end - ramp.size, 0), min(end, width)
        row, part = out[y, first:last], ramp[first - end + ramp.size :]
        sign = np.int32(1 if padded[y, end] else -1)
        for x in range(row.size):
            row[x] = np.int32(row[x]) + sign * part[x]


@kernel
def _smooth_columns(
    rows: NDArray[np.uint16],
    lines: NDArray[np.int64],
    places: NDArray[np.int64],
    rises: NDArray[np.int32],
    total: NDArray[np.generic],
    unit: int,
    out: NDArray[np.uint8],
) -> None:
    """The weighted sum of each sum and its neighbours in its column, rounded to grey levels.

    rows: (h, pitch). lines: (h + 2 * radius), their places past the image's edges too. places, rises: (4 * n), the
    steps. total: (pitch), the sums of the first row, spoiled; int32, or for a mask uint16, which holds all but the
    largest, 2 ** 16, which becomes 0. unit: the grey levels that a pixel of 1 has. out: (h, w), filled.
    """
    height, pitch = rows.shape
    mirror, grey = len(lines) - height + 1, np.int32(unit)
    for y in range(height):
        row = rows[y]
        for x in range(out.shape[1]):
            level = np.int32(total[x])
            full = level == 0 and row[x] > 0
            out[y, x] = WHITE if full else np.int32(grey * level + ONE * ONE // 2) >> 16
        if y + 1 == height:
            break
        for i in range(0, len(places), 4):
            p, q, r, s = places[i], places[i + 1], places[i + 2], places[i + 3]
            j, k, m, n = rises[i], rises[i + 1], rises[i + 2], rises[i + 3]
            a, b, c, d = rows[lines[y + p]], rows[lines[y + q]], rows[lines[y + r]], rows[lines[y + s]]
            far = y + mirror
            e, f, g, h = rows[lines[far - p]], rows[lines[far - q]], rows[lines[far - r]], rows[lines[far - s]]
            for x in range(pitch):
                step = j * (np.int32(e[x]) - np.int32(a[x])) + k * (np.int32(f[x]) - np.int32(b[x]))
                step += m * (np.int32(g[x]) - np.int32(c[x])) + n * (np.int32(h[x]) - np.int32(d[x]))
                total[x] += step
