"""Slow, obvious twins of the kernels behind the advice on a touch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def block(row: int, col: int) -> tuple[slice, slice]:
    """Every other row of a block."""
    return slice(8 * row, 8 * row + 8, 2), slice(8 * col, 8 * col + 8)


def sum_phases(image: Array, enhanced: Array, out: Array) -> None:
    for row, col in np.ndindex(out.shape[1:]):
        greys, waves = image[block(row, col)].astype(float), enhanced[block(row, col)]
        strength = np.sqrt((waves**2).mean())
        crest, floor = waves > strength, waves < -strength
        out[:, row, col] = (
            greys.size, greys.sum(), (greys**2).sum(), crest.sum(), greys[crest].sum(), floor.sum(),
            greys[floor].sum(), strength,
        )  # fmt: skip


def add_pixels(greys: Array, waves: Array, sums: Array) -> None:
    sums[:3] += np.stack([greys, greys.astype(float) ** 2, waves**2])


def add_phases(greys: Array, waves: Array, least: Array, sums: Array) -> None:
    crest, floor = waves > least, waves < -least
    sums += np.stack([crest, crest * greys, floor, floor * greys])


def add_strays(greys: Array, below: Array, waves: Array, bounds: Array, sums: Array) -> None:
    four = np.stack([greys[:-1], greys[1:], below[:-1], below[1:]]).sum(axis=0, dtype=float)
    dark = four < bounds[1, :-1]
    crest, floor = waves[:-1] > bounds[0, :-1], waves[:-1] < -bounds[0, :-1]
    sums[:, :-1] += np.stack([crest & ~dark, floor & dark, dark])


def count_strays(image: Array, enhanced: Array, strength: Array, middle: Array, out: Array) -> None:
    """The grey of a pixel is the mean of it and three neighbours; the last row and column have none."""
    whole = image.astype(float)
    near = np.full(image.shape, np.nan)
    near[:-1, :-1] = (whole[:-1, :-1] + whole[1:, :-1] + whole[:-1, 1:] + whole[1:, 1:]) / 4
    for row, col in np.ndindex(out.shape[1:]):
        if strength[row, col]:
            greys, waves = near[block(row, col)], enhanced[block(row, col)]
            dark, light = greys < middle[row, col], greys >= middle[row, col]
            crest, floor = waves > strength[row, col], waves < -strength[row, col]
            out[:, row, col] = (light & crest).sum(), (dark & floor).sum(), dark.sum()


def halve(image: Array, out: Array) -> None:
    """With a margin of 7 to the left and above; all beyond the image repeats its edge."""
    height, width = image.shape
    for row, col in np.ndindex(out.shape):
        y, x = np.clip(2 * (row - 7), 0, height - 1), 2 * (col - 7)
        # To the left the first mean goes on, to the right the last column
        x = max(x, 0) if x < width - 1 else width - 1
        rows, cols = np.minimum([y, y + 1], height - 1), np.minimum([x, x + 1], width - 1)
        out[row, col] = image[np.ix_(rows, cols)].astype(float).mean()


def respond(half: Array, bank: Array, choice: Array, out: Array) -> None:
    """A filter is told by its first half and its middle; an even one goes on in reverse, an odd one negative too."""
    filters = bank.reshape(-1, 12, 2, 120)[..., :113]
    for row, col in np.ndindex(choice.shape):
        patch = half[8 * row + 4 : 8 * row + 19, 8 * col + 4 : 8 * col + 19].ravel().astype(float)
        for k, (even, odd) in enumerate(filters[choice[row, col]]):
            whole = np.concatenate([even, even[-2::-1]]), np.concatenate([odd, -odd[-2::-1]])
            out[row, col, k] = sum((taps @ patch) ** 2 for taps in whole)


def mean_of_lowest(values: Array, low: Array) -> float:
    return float(np.sort(values)[: low.size].mean())


def prominence(turned: Array, behind: Array) -> float:
    count = turned.size
    rises = [
        turned[k] - max(turned[1:k].min(), np.append(turned[k + 1 :], turned[0]).min()) for k in range(2, count - 1)
    ]
    return float(max(0, *rises))


def trace(print_: Array, box: Array, sums: Array, lost: Array) -> None:
    rows, cols = np.nonzero(print_)
    box[:] = rows.min(), cols.min(), rows.max(), cols.max()
    sums[:] = len(rows), rows.sum(), cols.sum()
    lose(print_, lost[:2])
    lose(print_.T, lost[2:])


def lose(print_: Array, lost: Array) -> None:
    """An edge is two blocks wide."""
    touched = print_[print_.any(axis=1)]
    room = [touched[:, ::step].argmax(axis=1) for step in (1, -1)]
    lost[:] = min((room[0] < 2).sum(), room[1].mean()), min((room[1] < 2).sum(), room[0].mean())


def fill_bays(print_: Array, out: Array) -> None:
    for lines, target in ((print_, out), (print_.T, out.T)):
        for line, filled in zip(lines, target, strict=True):
            places = np.flatnonzero(line)
            if places.size:
                filled[places[0] : places[-1] + 1] = True


def part(energy: Array, out: Array) -> None:
    padded = np.pad(energy, ((1, 1), (1, 1), (0, 0)), mode="edge").astype(float)
    rows, cols, count = energy.shape
    binomial = np.outer([1, 2, 1], [1, 2, 1]) / 16
    for row, col in np.ndindex(rows, cols):
        here = (padded[row : row + 3, col : col + 3] * binomial[:, :, None]).sum(axis=(0, 1))
        first = int(here.argmax())
        turned = np.roll(here, -first)
        rest = np.sqrt(mean_of_lowest(turned, here[: count // 3]) / (turned[0] + 1e-6))
        second = np.sqrt(prominence(turned, here) / (turned[0] + 1e-6))
        out[:, row, col] = np.sqrt(turned[0]), first, max(0, second - rest), rest
