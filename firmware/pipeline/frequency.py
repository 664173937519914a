"""The ridge period: how many pixels from ridge to ridge in each block.

The oriented window and its signature are those of L. Hong, Y. Wan and A. Jain, "Fingerprint image enhancement", IEEE
PAMI 20(8), 1998, section 2.4; instead of counting peaks the signature's power is compared over the periods of real
skin, which bears a broken ridge.
"""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import smooth


def estimate(
    normalised: NDArray[np.float32], orientation: NDArray[np.float32], mask: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The ridge period of each block in pixels, float32 (rows, cols); unknown blocks take their neighbours'.

    normalised: float32 (h, w). orientation: float32 (rows, cols). mask: bool (rows, cols), where to look.
    """
    power = np.zeros((len(parameters.PERIODS), *mask.shape), np.float32)
    # The period changes slowly: every other block of every other row says enough
    looked = np.zeros_like(mask)
    looked[::2, ::2] = mask[::2, ::2]
    _signature_power(normalised, orientation, looked, _waves(), power)
    best = power.argmax(axis=0)
    strength = np.take_along_axis(power, best[None], axis=0)[0]
    inside = (best > 0) & (best < len(parameters.PERIODS) - 1) & (strength > parameters.PERIOD_CONTRAST)
    logs = np.log(np.asarray(parameters.PERIODS, np.float32))
    around = np.clip(best, 1, len(logs) - 2)
    before, at, after = (np.take_along_axis(power, (around + k)[None], axis=0)[0] for k in (-1, 0, 1))
    bend = np.minimum(before - 2 * at + after, -1e-6)
    shift = np.clip(0.5 * (before - after) / bend, -0.5, 0.5)
    log_period = logs[around] + shift * (logs[1] - logs[0])
    weight = np.where(inside & looked, strength, 0).astype(np.float32)
    default = np.float32(math.log(parameters.PERIOD_DEFAULT))
    known = smooth(weight, parameters.PERIOD_SIGMA_BLOCKS)
    total = smooth(weight * (log_period - default), parameters.PERIOD_SIGMA_BLOCKS)
    period = np.exp(default + total / (known + 0.01)).astype(np.float32)
    trace.offer("period", period)
    return np.asarray(period)


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

    image: (h, w). orientation, mask: (rows, cols). waves: (2, periods, length). out: (periods, rows, cols) of zeros.
    """
    height, width = image.shape
    length = waves.shape[2]
    half = parameters.SIGNATURE_WIDTH // 2
    signature = np.empty(length, np.float32)
    for row in range(mask.shape[0]):
        for col in range(mask.shape[1]):
            if not mask[row, col]:
                continue
            along_x, along_y = math.cos(orientation[row, col]), -math.sin(orientation[row, col])
            energy = np.float32(1e-6)
            for i in range(length):
                across = i - (length - 1) / 2
                x0 = (col + 0.5) * parameters.BLOCK - 0.5 - across * along_y
                y0 = (row + 0.5) * parameters.BLOCK - 0.5 + across * along_x
                total = np.float32(0)
                for k in range(-half, half + 1, 2):
                    x = min(max(int(x0 + k * along_x + 0.5), 0), width - 1)
                    y = min(max(int(y0 + k * along_y + 0.5), 0), height - 1)
                    total += image[y, x]
                signature[i] = total
                energy += total * total * waves[0, 0, i] ** 2 + total * total * waves[1, 0, i] ** 2
            for p in range(waves.shape[1]):
                even, odd = np.float32(0), np.float32(0)
                for i in range(length):
                    even += signature[i] * waves[0, p, i]
                    odd += signature[i] * waves[1, p, i]
                out[p, row, col] = (even * even + odd * odd) * np.float32(4 / length) / energy
