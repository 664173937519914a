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
    work = _filter_blocks if COMPILED else _filter_plainly
    work(padded, _bank(), np.where(mask, size * count + turn, -1), waves, energy)
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
            envelope = np.exp(
                -0.5 * (along / parameters.FILTER_SIGMA_ALONG) ** 2
                - 0.5 * (across / parameters.FILTER_SIGMA_ACROSS) ** 2
            )
            wave, quadrature = np.cos(2 * math.pi * across / period), np.sin(2 * math.pi * across / period)
            even = envelope * wave - envelope * ((envelope * wave).sum() / envelope.sum())
            odd = envelope * quadrature
            bank.append(np.stack([even / (even * wave).sum(), odd / (odd * quadrature).sum()]))
    return np.asarray(bank, np.float32)


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
        energy[:, row, col] = (even**2 + odd**2).sum(), (inner[here] ** 2).sum()


@kernel
def _filter_blocks(padded: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats, energy: Floats) -> None:
    """Filter each block with the even one of the two filters chosen for it; -1 leaves it out.

    padded: (rows * BLOCK + 2 * radius, cols * BLOCK + 2 * radius). bank: (n, 2, side, side). choice: (rows, cols). out:
    (rows * BLOCK, cols * BLOCK) of zeros. energy: (2, rows, cols) of zeros, the squares of both filters' results and of
    the block itself, summed.
    """
    pitch, width, radius = padded.shape[1], out.shape[1], bank.shape[2] // 2
    source, filters, target = padded.ravel(), bank.ravel(), out.ravel()
    for row in range(choice.shape[0]):
        for col in range(choice.shape[1]):
            if choice[row, col] < 0:
                continue
            first = choice[row, col] * bank[0].size
            for y in range(row * EIGHT, row * EIGHT + EIGHT, 4):
                corner, place = (y * pitch + col * EIGHT, pitch), (y * width + col * EIGHT, width)
                energy[0, row, col] += _filter_rows(source, filters, target, corner, (first, bank.shape[2]), place)
            squares = broadcast8(np.float32(0))
            for y in range(row * EIGHT + radius, row * EIGHT + radius + EIGHT):
                v = load8(source, y * pitch + col * EIGHT + radius)
                squares = multiply_add8(v, v, squares)
            energy[1, row, col] = total8(squares)


@kernel
def _filter_rows(
    source: Floats,
    filters: Floats,
    target: Floats,
    corner: tuple[int, int],
    taps: tuple[int, int],
    place: tuple[int, int],
) -> float:
    """Four rows of a block by its even and its odd filter, a row in a vector; returns the sum of the results' squares.

    All flat. corner: the rows' window in source and from one row to the next. taps: the filter's first weight and its
    side. place: the rows in target, and from one to the next.
    """
    (at, pitch), (first, side), (q, width) = corner, taps, place
    a = broadcast8(np.float32(0))
    b, c, d, e, f, g, h = a, a, a, a, a, a, a
    for i in range(side):
        p, k = at + i * pitch, first + i * side
        for j in range(side):
            even, odd = spread8(filters, k + j), spread8(filters, k + j + side * side)
            v, w = load8(source, p + j), load8(source, p + j + pitch)
            a, e = multiply_add8(v, even, a), multiply_add8(v, odd, e)
            b, f = multiply_add8(w, even, b), multiply_add8(w, odd, f)
            v, w = load8(source, p + j + 2 * pitch), load8(source, p + j + 3 * pitch)
            c, g = multiply_add8(v, even, c), multiply_add8(v, odd, g)
            d, h = multiply_add8(w, even, d), multiply_add8(w, odd, h)
    store8(target, q, a)
    store8(target, q + width, b)
    store8(target, q + 2 * width, c)
    store8(target, q + 3 * width, d)
    squares = multiply_add8(
        a, a, multiply_add8(b, b, multiply_add8(c, c, multiply_add8(d, d, broadcast8(np.float32(0)))))
    )
    total: float = total8(multiply_add8(e, e, multiply_add8(f, f, multiply_add8(g, g, multiply_add8(h, h, squares)))))
    return total
