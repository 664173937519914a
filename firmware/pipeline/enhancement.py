"""Filters each block along its own ridges: what follows the ridge flow stays, what crosses it goes.

Contextual Gabor filters after L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE PAMI 20(8), 1998,
section 2.6, in quadrature, so that the amplitude tells how clear the ridges are.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import COMPILED, kernel
from firmware.pipeline._simd import EIGHT, broadcast8, load8, multiply_add8, store8

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
    radius = parameters.FILTER_RADIUS
    beyond = [(radius, radius + -side % parameters.BLOCK) for side in normalised.shape]
    padded = np.pad(normalised, beyond)
    waves = np.zeros((2, mask.shape[0] * parameters.BLOCK, mask.shape[1] * parameters.BLOCK), np.float32)
    work = _filter_blocks if COMPILED else _filter_plainly
    work(padded, _bank(), np.where(mask, size * count + turn, -1), waves)
    inner = padded[radius : radius + waves.shape[1], radius : radius + waves.shape[2]]
    wave = _block_sums(waves[0] ** 2 + waves[1] ** 2)
    clarity = np.where(mask, np.sqrt(wave / (2 * _block_sums(inner**2) + 1e-6)).clip(0, 1), 0).astype(np.float32)
    enhanced = np.ascontiguousarray(waves[0, : normalised.shape[0], : normalised.shape[1]])
    trace.offer("enhanced", enhanced)
    trace.offer("clarity", clarity)
    return enhanced, clarity


def _block_sums(values: Floats) -> Floats:
    """The sum over each block, float32 (rows, cols). values: float32 (rows * BLOCK, cols * BLOCK)."""
    rows, cols = (side // parameters.BLOCK for side in values.shape)
    return np.asarray(values.reshape(rows, parameters.BLOCK, cols, parameters.BLOCK).sum(axis=(1, 3)))


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


def _filter_plainly(padded: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats) -> None:
    """What `_filter_blocks` does, without vectors: for a process without the compiler."""
    side = bank.shape[2]
    for row, col in zip(*np.nonzero(choice >= 0), strict=True):
        y, x = row * parameters.BLOCK, col * parameters.BLOCK
        windows = np.lib.stride_tricks.sliding_window_view(
            padded[y : y + parameters.BLOCK + side - 1, x : x + parameters.BLOCK + side - 1], (side, side)
        )
        out[:, y : y + parameters.BLOCK, x : x + parameters.BLOCK] = np.einsum(
            "yxij,kij->kyx", windows, bank[choice[row, col]]
        )


@kernel
def _filter_blocks(padded: Floats, bank: Floats, choice: NDArray[np.int64], out: Floats) -> None:
    """Filter each block with the two filters chosen for it, a row of a block in a vector; -1 leaves it out.

    padded: (rows * BLOCK + 2 * radius, cols * BLOCK + 2 * radius). bank: (n, 2, side, side). choice: (rows, cols). out:
    (2, rows * BLOCK, cols * BLOCK) of zeros.
    """
    side, pitch, width = bank.shape[2], padded.shape[1], out.shape[2]
    source, target = padded.ravel(), out.ravel()
    for row in range(choice.shape[0]):
        for col in range(choice.shape[1]):
            if choice[row, col] < 0:
                continue
            corner = row * EIGHT * pitch + col * EIGHT
            for part in range(2):
                taps = bank[choice[row, col], part].ravel()
                a = broadcast8(np.float32(0))
                b, c, d, e, f, g, h = a, a, a, a, a, a, a
                for tap in range(side * side):
                    at, weight = corner + tap // side * pitch + tap % side, taps[tap]
                    a = multiply_add8(load8(source, at), weight, a)
                    b = multiply_add8(load8(source, at + pitch), weight, b)
                    c = multiply_add8(load8(source, at + 2 * pitch), weight, c)
                    d = multiply_add8(load8(source, at + 3 * pitch), weight, d)
                    e = multiply_add8(load8(source, at + 4 * pitch), weight, e)
                    f = multiply_add8(load8(source, at + 5 * pitch), weight, f)
                    g = multiply_add8(load8(source, at + 6 * pitch), weight, g)
                    h = multiply_add8(load8(source, at + 7 * pitch), weight, h)
                at = part * out.shape[1] * width + row * EIGHT * width + col * EIGHT
                store8(target, at, a)
                store8(target, at + width, b)
                store8(target, at + 2 * width, c)
                store8(target, at + 3 * width, d)
                store8(target, at + 4 * width, e)
                store8(target, at + 5 * width, f)
                store8(target, at + 6 * width, g)
                store8(target, at + 7 * width, h)
