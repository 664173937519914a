"""The ridge period: how many pixels from ridge to ridge in each block.

The oriented window and its signature are those of L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE
PAMI 20(8), 1998, section 2.4; instead of counting peaks the signature's power is compared over the periods of real
skin, which bears a broken ridge.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import smooth

SHIFT = 20
ONE = 1 << SHIFT
EVERY = 2
"""How many blocks lie from one in which the period is looked for to the next."""


def estimate(
    normalised: NDArray[np.float32], orientation: NDArray[np.float32], mask: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The ridge period of each block in pixels, float32 (rows, cols); unknown blocks take their neighbours'.

    normalised: float32 (h, w). orientation: float32 (rows, cols). mask: bool (rows, cols), where to look.
    """
    # The period changes slowly: every other block of every other row says enough
    looked, angles = mask[::EVERY, ::EVERY].copy(), orientation[::EVERY, ::EVERY].copy()
    power = np.zeros((len(parameters.PERIODS), *looked.shape), np.float32)
    _signature_power(normalised, angles, looked, _waves(), power)
    strength, log_period = _strongest(power)
    weights = np.zeros((2, *mask.shape), np.float32)
    default = np.float32(math.log(parameters.PERIOD_DEFAULT))
    weights[:, ::EVERY, ::EVERY] = strength, strength * (log_period - default)
    known, total = (smooth(part, parameters.PERIOD_SIGMA_BLOCKS) for part in weights)
    period = np.exp(default + total / (known + np.float32(0.01)))
    trace.offer("period", period)
    return np.asarray(period)


def _strongest(power: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The power of the strongest period, 0 where it tells nothing, and its logarithm, between two periods of the list.

    power: float32 (periods, rows, cols).
    """
    best = power.argmax(axis=0)
    strength = np.take_along_axis(power, best[None], axis=0)[0]
    inside = (best > 0) & (best < len(parameters.PERIODS) - 1) & (strength > parameters.PERIOD_CONTRAST)
    logs = np.log(np.asarray(parameters.PERIODS, np.float32))
    around = np.clip(best, 1, len(logs) - 2)
    before, at, after = (np.take_along_axis(power, (around + k)[None], axis=0)[0] for k in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-6)
    shift = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    return np.where(inside, strength, 0), logs[around] + shift * (logs[1] - logs[0])


@cache
def _waves() -> NDArray[np.float32]:
    """Cosine and sine of each period over the signature, float32 (2, periods, length), with a Hann window."""
    n = np.arange(parameters.SIGNATURE_LENGTH) - (parameters.SIGNATURE_LENGTH - 1) / 2
    window = np.cos(np.pi * n / parameters.SIGNATURE_LENGTH) ** 2
    turns = 2 * np.pi * n[None, :] / np.asarray(parameters.PERIODS)[:, None]
    return np.stack([np.cos(turns) * window, np.sin(turns) * window]).astype(np.float32)


@kernel
def _signature_power(
    image: NDArray[np.float32],
    orientation: NDArray[np.float32],
    mask: NDArray[np.bool_],
    waves: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """The part of the signature's energy at each period, 0..about 1, for each block of the mask.

    image: (h, w). orientation, mask: (rows, cols), of every EVERY-th block and row of blocks. waves: (2, periods,
    length). out: (periods, rows, cols) of zeros.
    """
    length = waves.shape[2]
    signature, window = np.empty(length, np.float32), waves[0, 0] ** 2 + waves[1, 0] ** 2
    for row in range(mask.shape[0]):
        for col in range(mask.shape[1]):
            if not mask[row, col]:
                continue
            middle = (
                (EVERY * col + 0.5) * parameters.BLOCK - 0.5,
                (EVERY * row + 0.5) * parameters.BLOCK - 0.5,
            )
            _read_signature(image, middle, orientation[row, col], signature)
            energy = np.float32(1e-6)
            for i in range(length):
                energy += signature[i] * signature[i] * window[i]
            for p in range(waves.shape[1]):
                even, odd = np.float32(0), np.float32(0)
                cosine, sine = waves[0, p], waves[1, p]
                for i in range(length):
                    even += signature[i] * cosine[i]
                    odd += signature[i] * sine[i]
                out[p, row, col] = (even * even + odd * odd) * np.float32(4 / length) / energy


@kernel
def _read_signature(
    image: NDArray[np.float32], middle: tuple[float, float], angle: float, out: NDArray[np.float32]
) -> None:
    """The signature across the ridges: sums along them of every other pixel of the oriented window.

    image: (h, w). middle: x, y. angle: the ridges', radians. out: (length), filled.
    """
    height, width = image.shape
    half, flat = parameters.SIGNATURE_WIDTH // 2, image.ravel()
    # Positions in parts of 1 / ONE of a pixel: whole numbers are added and cut off fastest
    along_x, along_y = round(math.cos(angle) * ONE), round(-math.sin(angle) * ONE)
    reach = half + len(out) // 2 + 1
    inside = reach < middle[0] < width - reach and reach < middle[1] < height - reach
    for i in range(len(out)):
        across = 2 * i + 1 - len(out)
        x = int((middle[0] + 0.5) * ONE) - across * along_y // 2 - half * along_x
        y = int((middle[1] + 0.5) * ONE) + across * along_x // 2 - half * along_y
        total = np.float32(0)
        for _ in range(half + 1):
            if inside:
                total += flat[np.uint64((y >> SHIFT) * width + (x >> SHIFT))]
            else:
                total += image[min(max(y >> SHIFT, 0), height - 1), min(max(x >> SHIFT, 0), width - 1)]
            x, y = x + 2 * along_x, y + 2 * along_y
        out[i] = total
