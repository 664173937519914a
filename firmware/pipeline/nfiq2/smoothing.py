"""Gaussian smoothing of 8-bit images in whole numbers, as OpenCV does it.

OpenCV 4.10, `GaussianBlur`: weights in parts of 256, what one loses in rounding given on to the next; along the rows
without rounding, then along the columns, rounded once; the image is mirrored at its edges without its last line. Such
weights take few steps up to the middle and the same down again, and from one place to the next a sum changes only by
what lies at the steps.
"""

import math
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel

ONE = 256
"""The weights' sum."""

WHITE = 255

LOW = 0xFFFF
"""What 16 bits hold: sums along a row come to less, and so what overflows on the way to them does not matter."""

Steps = tuple[NDArray[np.int64], NDArray[np.int32]]


def smooth(pixels: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The smoothed image, uint8 (h, w), of one as large; size: odd, number of weights, which sets the deviation."""
    rows = np.empty(pixels.shape, np.uint16)
    _smooth_rows(_mirrored(pixels, size), *_steps(size), rows)
    return _down(rows, size)


def smooth_mask(mask: NDArray[np.bool_], size: int) -> NDArray[np.uint8]:
    """The same of an image that is white where a mask, bool (h, w), is true; faster, as its rows seldom change."""
    padded = _mirrored(mask, size)
    flat, rows = padded.ravel(), padded[:, : mask.shape[1]] * np.uint16(WHITE * ONE)
    changes = 1 + np.flatnonzero(flat[1:] != flat[:-1])
    _smooth_changes(padded, changes, WHITE * np.cumsum(_weights(size)[:-1], dtype=np.int32), rows)
    return _down(rows, size)


def _mirrored(image: NDArray[Any], size: int) -> NDArray[Any]:
    """An image with what its rows need at both ends."""
    radius = len(_weights(size)) // 2
    return np.pad(image, ((0, 0), (radius, radius)), mode="reflect")


def _down(rows: NDArray[np.uint16], size: int) -> NDArray[np.uint8]:
    weights, out = _weights(size), np.empty(rows.shape, np.uint8)
    lines = np.pad(np.arange(len(rows)), len(weights) // 2, mode="reflect")
    total = np.tensordot(weights, rows[lines[: len(weights)]].astype(np.int32), 1)
    _smooth_columns(rows, lines, *_steps(size), total, out)
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
    padded: NDArray[np.uint8], places: NDArray[np.int64], rises: NDArray[np.int32], out: NDArray[np.uint16]
) -> None:
    """The weighted sum of each pixel and its neighbours on its row, from the sums of all pixels before the steps.

    padded: (h, w + 2 * radius). places, rises: (4 * n), the steps. out: (h, w), filled.
    """
    height, width = out.shape
    length = padded.shape[1]
    sums = np.zeros(length + 1, np.uint16)
    mirror = length - width + 1
    for y in range(height):
        total, row = np.int32(0), out[y]
        for x in range(length):
            total += np.int32(padded[y, x])
            sums[x + 1] = total & LOW
        row[:] = 0
        for i in range(0, len(places), 4):
            p, q, r, s = places[i], places[i + 1], places[i + 2], places[i + 3]
            j, k, m, n = rises[i], rises[i + 1], rises[i + 2], rises[i + 3]
            a, b, c, d = sums[p:], sums[q:], sums[r:], sums[s:]
            e, f, g, h = sums[mirror - p :], sums[mirror - q :], sums[mirror - r :], sums[mirror - s :]
            for x in range(width):
                step = j * (np.int32(e[x]) - np.int32(a[x])) + k * (np.int32(f[x]) - np.int32(b[x]))
                step += m * (np.int32(g[x]) - np.int32(c[x])) + n * (np.int32(h[x]) - np.int32(d[x]))
                row[x] = (row[x] + step) & LOW


@kernel
def _smooth_changes(
    padded: NDArray[np.bool_], changes: NDArray[np.int64], ramp: NDArray[np.int32], out: NDArray[np.uint16]
) -> None:
    """The same of white where a mask is true: a ramp before each change.

    padded: (h, w + 2 * radius). changes: (n), places in it, row by row, that differ from the one before. ramp: (2 *
    radius), the sums as a white half of the image comes nearer. out: (h, w), white or black as the first w of
    padded, which become the sums.
    """
    width, length = out.shape[1], padded.shape[1]
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
    total: NDArray[np.int32],
    out: NDArray[np.uint8],
) -> None:
    """The weighted sum of each sum and its neighbours in its column, rounded to grey levels.

    rows: (h, w). lines: (h + 2 * radius), their places beside the image's edges too. places, rises: (4 * n), the steps.
    total: (w), the sums of the first row, spoiled. out: (h, w), filled.
    """
    height, width = rows.shape
    mirror = len(lines) - height + 1
    for y in range(height):
        for x in range(width):
            out[y, x] = (total[x] + ONE * ONE // 2) >> 16
        if y + 1 == height:
            break
        for i in range(0, len(places), 4):
            p, q, r, s = places[i], places[i + 1], places[i + 2], places[i + 3]
            j, k, m, n = rises[i], rises[i + 1], rises[i + 2], rises[i + 3]
            a, b, c, d = rows[lines[y + p]], rows[lines[y + q]], rows[lines[y + r]], rows[lines[y + s]]
            far = y + mirror
            e, f, g, h = rows[lines[far - p]], rows[lines[far - q]], rows[lines[far - r]], rows[lines[far - s]]
            for x in range(width):
                total[x] += j * (np.int32(e[x]) - np.int32(a[x])) + k * (np.int32(f[x]) - np.int32(b[x]))
                total[x] += m * (np.int32(g[x]) - np.int32(c[x])) + n * (np.int32(h[x]) - np.int32(d[x]))
