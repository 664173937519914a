"""Slow, obvious twins of the kernels behind the advice on a touch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def block(row: int, col: int, step: int = 1) -> tuple[slice, slice]:
    return slice(8 * row, 8 * row + 8, step), slice(8 * col, 8 * col + 8)


def sum_phases(image: Array, enhanced: Array, out: Array) -> None:
    for row, col in np.ndindex(out.shape[1:]):
        greys, waves = image[block(row, col, 2)].astype(float), enhanced[block(row, col, 2)]
        strength = np.sqrt((waves**2).mean())
        crest, floor = waves > strength, waves < -strength
        out[:, row, col] = (
            greys.size, greys.sum(), (greys**2).sum(), crest.sum(), greys[crest].sum(), floor.sum(),
            greys[floor].sum(), strength,
        )  # fmt: skip


def count_strays(image: Array, enhanced: Array, strength: Array, middle: Array, out: Array) -> None:
    """The grey of a pixel is the mean of it and three neighbours; the last row and column have none."""
    whole = image.astype(float)
    near = np.full(image.shape, np.nan)
    near[:-1, :-1] = (whole[:-1, :-1] + whole[1:, :-1] + whole[:-1, 1:] + whole[1:, 1:]) / 4
    for row, col in np.ndindex(out.shape[1:]):
        if strength[row, col]:
            greys, waves = near[block(row, col, 2)], enhanced[block(row, col, 2)]
            dark, light = greys < middle[row, col], greys >= middle[row, col]
            crest, floor = waves > strength[row, col], waves < -strength[row, col]
            out[:, row, col] = (light & crest).sum(), (dark & floor).sum(), dark.sum()


def count_dark(image: Array, level: Array, out: Array) -> None:
    height, width = (side // 2 for side in image.shape)
    means = image[: 2 * height, : 2 * width].astype(float).reshape(height, 2, width, 2).mean(axis=(1, 3))
    for row, col in np.ndindex(out.shape):
        if level[row, col] > 0:
            part = means[4 * row : 4 * row + 4, 4 * col : 4 * col + 4]
            out[row, col] = 4 * (part < level[row, col]).sum()


def halve(image: Array, out: Array) -> None:
    """With a margin of 7 to the left and above; all beyond the image repeats its edge."""
    for row, col in np.ndindex(out.shape):
        y, x = np.clip(2 * (row - 7), 0, image.shape[0] - 1), np.clip(2 * (col - 7), 0, image.shape[1] - 1)
        rows = np.minimum([y, y + 1], image.shape[0] - 1)
        cols = np.minimum([x, x + 1], image.shape[1] - 1)
        out[row, col] = image[np.ix_(rows, cols)].astype(float).mean()


def respond(half: Array, bank: Array, choice: Array, pitch: int, out: Array) -> None:
    plane, filters = half.reshape(-1, pitch), bank.reshape(-1, 12, 2, 15, 16)
    for row, col in np.ndindex(choice.shape):
        patch = plane[8 * row + 4 : 8 * row + 19, 8 * col + 4 : 8 * col + 20]
        out[row, col] = ((filters[choice[row, col]] * patch).sum(axis=(2, 3)) ** 2).sum(axis=1)


def part(energy: Array, out: Array) -> None:
    padded = np.pad(energy, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(float)
    rows, cols, count = energy.shape
    binomial = np.outer([1, 2, 1], [1, 2, 1]) / 16
    for row, col in np.ndindex(rows, cols):
        here = (padded[row : row + 3, col : col + 3] * binomial[:, :, None]).sum(axis=(0, 1))
        first = int(here.argmax())
        turned = np.roll(here, -first)
        rises = [turned[k] - max(turned[1:k].min(), turned[k + 1 :].min()) for k in range(2, count - 1)]
        rest = np.sqrt(np.sort(turned)[: count // 3].mean() / (turned[0] + 1e-6))
        second = np.sqrt(max(0, *rises) / (turned[0] + 1e-6))
        out[:, row, col] = np.sqrt(turned[0]), first, max(0, second - rest), rest
