"""The orientation field: which way the ridges run in each block.

Averaged squared gradients after A. M. Bazen and S. H. Gerez, "Systematic methods for the computation of the directional
fields and singular points of fingerprints", IEEE PAMI 24(7), 2002; each block's tensor is scaled by its energy, so that
one crease does not outvote its neighbours.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, scratch, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline._simd import LANES, broadcast, load, multiply_add, store
from firmware.pipeline.blocks import smooth


def estimate(normalised: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Orientation in [0, pi) and coherence in [0, 1] of each block, both float32 (rows, cols).

    normalised: float32 (h, w).
    """
    height, width = normalised.shape
    rows, cols = -(-height // parameters.BLOCK), -(-width // parameters.BLOCK)
    softened = scratch.empty("softened", height * width + LANES)
    _soften(normalised, softened)
    softened[height * width :] = 0
    tensor = np.zeros((3, rows, cols), np.float32)
    _gradient_tensor(softened, height, width, tensor)
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


@kernel
def _soften(image: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """A small binomial blur: gradients of single noisy pixels say nothing about ridges; the edge is repeated outwards.

    image: (h, w). out: (h * w and more), filled that far.
    """
    height, width = image.shape
    line = np.empty(width + 2, np.float32)
    for y in range(height):
        above, here, below = image[max(y - 1, 0)], image[y], image[min(y + 1, height - 1)]
        for x in range(width):
            line[x + 1] = above[x] + 2 * here[x] + below[x]
        line[0], line[width + 1] = line[1], line[width]
        target = out[y * width : (y + 1) * width]
        for x in range(width):
            target[x] = (line[x] + 2 * line[x + 1] + line[x + 2]) / np.float32(16)


@kernel
def _gradient_tensor(image: NDArray[np.float32], height: int, width: int, out: NDArray[np.float32]) -> None:
    """Sums of the doubled-angle ridge vector (cosine, sine) and of the gradient's energy over each block.

    image: (h * w + LANES), flat. out: (3, rows, cols) of zeros, filled.
    """
    size, minus = width + LANES, broadcast(np.float32(-1))
    sums = np.empty(3 * size, np.float32)
    for row in range(out.shape[1]):
        sums[:] = 0
        for y in range(max(1, row * parameters.BLOCK), min(height - 1, (row + 1) * parameters.BLOCK)):
            for x in range(1, width - 1, LANES):
                at = y * width + x
                across = multiply_add(load(image, at - 1), minus, load(image, at + 1))
                down = multiply_add(load(image, at - width), minus, load(image, at + width))
                store(sums, x, multiply_add(across, across, load(sums, x)))
                store(sums, size + x, multiply_add(down, down, load(sums, size + x)))
                store(sums, 2 * size + x, multiply_add(across, down, load(sums, 2 * size + x)))
        for col in range(out.shape[2]):
            left, right = max(1, col * parameters.BLOCK), min(width - 1, (col + 1) * parameters.BLOCK)
            for x in range(left, right):
                out[0, row, col] += sums[size + x] - sums[x]
                out[1, row, col] += 2 * sums[2 * size + x]
                out[2, row, col] += sums[size + x] + sums[x]
