"""Filters each block along its own ridges: what follows the ridge flow stays, what crosses it goes.

Contextual Gabor filters after L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE PAMI 20(8), 1998,
section 2.6, in quadrature, so that the amplitude tells how clear the ridges are.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel


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
    even = np.zeros((mask.shape[0] * parameters.BLOCK, mask.shape[1] * parameters.BLOCK), np.float32)
    clarity = np.zeros(mask.shape, np.float32)
    _filter_blocks(padded, _bank(), np.where(mask, size * count + turn, -1), even, clarity)
    enhanced = np.ascontiguousarray(even[: normalised.shape[0], : normalised.shape[1]])
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


@kernel
def _filter_blocks(
    padded: NDArray[np.float32],
    bank: NDArray[np.float32],
    choice: NDArray[np.int64],
    out: NDArray[np.float32],
    clarity: NDArray[np.float32],
) -> None:
    """Filter each block with the filter chosen for it; -1 leaves it out.

    padded: (rows * BLOCK + 2 * radius, cols * BLOCK + 2 * radius). bank: (n, 2, side, side). choice, clarity: (rows,
    cols). out: (rows * BLOCK, cols * BLOCK) of zeros. Clarity is the wave's part of the block's deviation.
    """
    block, side = parameters.BLOCK, bank.shape[2]
    even = np.empty((parameters.BLOCK, parameters.BLOCK), np.float32)
    odd = np.empty((parameters.BLOCK, parameters.BLOCK), np.float32)
    for row in range(choice.shape[0]):
        for col in range(choice.shape[1]):
            if choice[row, col] < 0:
                continue
            even[:] = 0
            odd[:] = 0
            for i in range(side):
                for j in range(side):
                    a, b = bank[choice[row, col], 0, i, j], bank[choice[row, col], 1, i, j]
                    for y in range(block):
                        line = padded[row * block + i + y, col * block + j : col * block + j + block]
                        for x in range(block):
                            even[y, x] += a * line[x]
                            odd[y, x] += b * line[x]
            wave, total = np.float32(0), np.float32(0)
            for y in range(block):
                for x in range(block):
                    value = padded[row * block + side // 2 + y, col * block + side // 2 + x]
                    wave += even[y, x] ** 2 + odd[y, x] ** 2
                    total += value * value
                    out[row * block + y, col * block + x] = even[y, x]
            clarity[row, col] = min(np.sqrt(wave / (2 * total + np.float32(1e-6))), np.float32(1))
