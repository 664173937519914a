"""Filters each block along its own ridges: what follows the ridge flow stays, what crosses it goes.

Contextual Gabor filters after L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE PAMI 20(8), 1998,
section 2.6, in quadrature, so that the amplitude tells how clear the ridges are.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, scratch, trace
from firmware.pipeline._jit import COMPILED, kernel
from firmware.pipeline._simd import EIGHT, broadcast8, load8, multiply_add8, spread8, store8, total8

Floats = NDArray[np.float32]


def enhance(
    normalised: NDArray[np.float32],
    orientation: NDArray[np.float32],
    period: NDArray[np.float32],
    mask: NDArray[np.bool_],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The filtered image, float32 (h, w), ridges positive, 0 outside the mask; and each block's clarity, 0..1.

    normalised: float32 (h, w). orientation, period, mask: (rows, cols).
    """
    count = parameters.FILTER_ORIENTATIONS
    turn = np.rint(orientation * (count / math.pi)).astype(np.int32) % count
    logs = np.log(parameters.FILTER_PERIODS)
    size = np.rint((np.log(period) - logs[0]) / (logs[1] - logs[0])).clip(0, len(logs) - 1).astype(np.int32)
    radius, (height, width) = parameters.FILTER_RADIUS, normalised.shape
    whole = (mask.shape[0] * parameters.BLOCK, mask.shape[1] * parameters.BLOCK)
    padded = scratch.zeros("padded", whole[0] + 2 * radius, whole[1] + 2 * radius)
    padded[radius : radius + height, radius : radius + width] = normalised
    waves, energy = scratch.zeros("waves", *whole), np.zeros((2, *mask.shape), np.float32)
    choice = np.where(mask, size * count + turn, -1)
    if COMPILED:
        _filter_blocks(padded, _bank(), choice, waves, energy, _outside())
    else:
        _filter_plainly(padded, _bank(), choice, waves, energy)
    clarity = np.where(mask, np.sqrt(energy[0] / (2 * energy[1] + 1e-6)).clip(0, 1), 0).astype(np.float32)
    enhanced = waves[:height, :width].copy()
    trace.offer("enhanced", enhanced)
    trace.offer("clarity", clarity)
    return enhanced, clarity


@cache
def _bank() -> NDArray[np.float32]:
    """Even and odd filters of unit response to their own wave, float32 (periods * orientations, 2, side, side)."""
    radius = parameters.FILTER_RADIUS
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1].astype(np.float64)
    bank = []
    for period in parameters.FILTER_PERIODS:
        for k in range(parameters.FILTER_ORIENTATIONS):
            theta = math.pi * k / parameters.FILTER_ORIENTATIONS
            along = x * math.cos(theta) - y * math.sin(theta)
            across = x * math.sin(theta) + y * math.cos(theta)
            envelope = (x**2 + y**2 <= (radius + 0.5) ** 2) * np.exp(
                -0.5 * (along / parameters.FILTER_SIGMA_ALONG) ** 2
                - 0.5 * (across / parameters.FILTER_SIGMA_ACROSS) ** 2
            )
            wave, quadrature = np.cos(2 * math.pi * across / period), np.sin(2 * math.pi * across / period)
            even = envelope * wave - envelope * ((envelope * wave).sum() / envelope.sum())
            odd = envelope * quadrature
            bank.append(np.stack([even / (even * wave).sum(), odd / (odd * quadrature).sum()]))
    return np.asarray(bank, np.float32)


@cache
def _outside() -> NDArray[np.int64]:
    """How many taps of each row of a filter lie outside its circle, at each end."""
    radius = parameters.FILTER_RADIUS
    down = np.arange(-radius, radius + 1)
    return np.asarray(radius - np.sqrt((radius + 0.5) ** 2 - down**2).astype(np.int64))


def _filter_plainly(padded: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats, energy: Floats) -> None:
    """What `_filter_blocks` does, without vectors: for a process without the compiler."""
    side, block = bank.shape[2], parameters.BLOCK
    inner = padded[side // 2 :, side // 2 :]
    for row, col in zip(*np.nonzero(choice >= 0), strict=True):
        here = slice(row * block, (row + 1) * block), slice(col * block, (col + 1) * block)
        patch = padded[row * block : (row + 1) * block + side - 1, col * block : (col + 1) * block + side - 1]
        windows = np.lib.stride_tricks.sliding_window_view(patch, (side, side))
        even, odd = np.einsum("yxij,kij->kyx", windows, bank[choice[row, col]])
        out[here] = even
        energy[:, row, col] = (even[::2] ** 2 + odd[::2] ** 2).sum(), (inner[here][::2] ** 2).sum()


@kernel
def _filter_blocks(
    padded: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats, energy: Floats, outside: NDArray[np.int64]
) -> None:
    """Filter each block with the even one of the two filters chosen for it; -1 leaves it out.

    padded: (rows * BLOCK + 2 * radius, cols * BLOCK + 2 * radius). bank: (n, 2, side, side). choice: (rows, cols). out:
    (rows * BLOCK, cols * BLOCK) of zeros. energy: (2, rows, cols) of zeros, the squares of both filters' results and of
    the block itself, summed over every other row. outside: (side), taps to leave out at both ends of a filter's row.
    """
    pitch, width, radius = padded.shape[1], out.shape[1], outside.size // 2
    source, filters, target = padded.ravel(), bank.ravel(), out.ravel()
    for row in range(choice.shape[0]):
        for col in range(choice.shape[1]):
            if choice[row, col] < 0:
                continue
            corner, place = (row * EIGHT * pitch + col * EIGHT, pitch), (row * EIGHT * width + col * EIGHT, width)
            first = choice[row, col] * bank[0].size
            energy[0, row, col] = _filter_block(source, filters, target, corner, first, place, outside)
            squares = broadcast8(np.float32(0))
            for y in range(radius, radius + EIGHT, 2):
                v = load8(source, corner[0] + y * pitch + radius)
                squares = multiply_add8(v, v, squares)
            energy[1, row, col] = total8(squares)


@kernel
def _filter_block(
    source: Floats,
    filters: Floats,
    target: Floats,
    corner: tuple[int, int],
    first: int,
    place: tuple[int, int],
    outside: NDArray[np.int64],
) -> float:
    """A block by its even filter, a row in a vector, and every other row by its odd one too.

    All flat. corner: the block's window in source and from one row to the next. first: the even filter's first weight.
    place: the block in target, and from one row to the next. outside: as in `_filter_blocks`. Returns the sum of the
    squares of both filters' results over every other row.
    """
    (at, pitch), (q, width), side = corner, place, outside.size
    a = broadcast8(np.float32(0))
    b, c, d, e, f, g, h, i, j, k, l = a, a, a, a, a, a, a, a, a, a, a  # noqa: E741
    for row in range(side):
        for col in range(outside[row], side - outside[row]):
            tap, p = first + row * side + col, at + row * pitch + col
            even, odd = spread8(filters, tap), spread8(filters, tap + side * side)
            v, w = load8(source, p), load8(source, p + pitch)
            a, i, b = multiply_add8(v, even, a), multiply_add8(v, odd, i), multiply_add8(w, even, b)
            v, w = load8(source, p + 2 * pitch), load8(source, p + 3 * pitch)
            c, j, d = multiply_add8(v, even, c), multiply_add8(v, odd, j), multiply_add8(w, even, d)
            v, w = load8(source, p + 4 * pitch), load8(source, p + 5 * pitch)
            e, k, f = multiply_add8(v, even, e), multiply_add8(v, odd, k), multiply_add8(w, even, f)
            v, w = load8(source, p + 6 * pitch), load8(source, p + 7 * pitch)
            g, l, h = multiply_add8(v, even, g), multiply_add8(v, odd, l), multiply_add8(w, even, h)  # noqa: E741
    for y, v in ((0, a), (1, b), (2, c), (3, d), (4, e), (5, f), (6, g), (7, h)):
        store8(target, q + y * width, v)
    squares = broadcast8(np.float32(0))
    for v in (a, c, e, g, i, j, k, l):
        squares = multiply_add8(v, v, squares)
    total: float = total8(squares)
    return total
