"""The orientation field: which way the ridges run in each block.

Averaged squared gradients after A. M. Bazen and S. H. Gerez, "Systematic methods for the computation of the directional
fields and singular points of fingerprints", IEEE PAMI 24(7), 2002; each block's tensor is scaled by its energy, so that
one crease does not outvote its neighbours.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.blocks import smooth


def estimate(normalised: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Orientation in [0, pi) and coherence in [0, 1] of each block, both float32 (rows, cols).

    normalised: float32 (h, w).
    """
    height, width = normalised.shape
    rows, cols = -(-height // parameters.BLOCK), -(-width // parameters.BLOCK)
    tensor = np.zeros((3, rows, cols), np.float32)
    _gradient_tensor(_soften(normalised), tensor)
    energy = tensor[2] + 1e-3
    near_energy = smooth(energy, parameters.ORIENTATION_NEAR_BLOCKS)
    weight = 1 / np.sqrt(energy * near_energy)
    cosine, sine, total = tensor[0] * weight, tensor[1] * weight, tensor[2] * weight
    near = [smooth(part, parameters.ORIENTATION_NEAR_BLOCKS) for part in (cosine, sine, total)]
    wide = [smooth(part, parameters.ORIENTATION_WIDE_BLOCKS) for part in (cosine, sine, total)]
    coherence = np.clip(np.hypot(near[0], near[1]) / np.maximum(near[2], 1e-6), 0, 1)
    share = coherence
    cosine = share * near[0] / near[2].clip(1e-6) + (1 - share) * wide[0] / wide[2].clip(1e-6)
    sine = share * near[1] / near[2].clip(1e-6) + (1 - share) * wide[1] / wide[2].clip(1e-6)
    angle = np.mod(0.5 * np.arctan2(sine, cosine), np.pi).astype(np.float32)
    angle[angle >= np.float32(np.pi)] = 0
    trace.offer("orientation", angle)
    trace.offer("coherence", coherence)
    return angle, coherence.astype(np.float32)


def _soften(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """A small binomial blur: gradients of single noisy pixels say nothing about ridges."""
    padded = np.pad(image, 1, mode="edge")
    across = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    return np.asarray((across[:-2] + 2 * across[1:-1] + across[2:]) / 16, np.float32)


@kernel
def _gradient_tensor(image: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """Sums of the doubled-angle ridge vector (cosine, sine) and of the gradient's energy over each block.

    image: (h, w). out: (3, rows, cols) of zeros, filled.
    """
    height, width = image.shape
    for y in range(1, height - 1):
        row = y // parameters.BLOCK
        for x in range(1, width - 1):
            gx = image[y, x + 1] - image[y, x - 1]
            gy = image[y + 1, x] - image[y - 1, x]
            col = x // parameters.BLOCK
            out[0, row, col] += gy * gy - gx * gx
            out[1, row, col] += 2 * gx * gy
            out[2, row, col] += gx * gx + gy * gy
