"""Slow, obvious twins of the kernels behind the measures of NFIQ 2.3 that are told block by block."""

import itertools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def sum_lines(pixels: Array, across: Array, down: Array) -> None:
    across[:], down[:] = pixels.sum(axis=1), pixels.sum(axis=0)


def sum_blocks(pixels: Array, top: int, left: int, out: Array) -> None:
    for row, col in np.ndindex(out.shape[1:]):
        y, x = top + 32 * row, left + 32 * col
        block = pixels[y : y + 32, x : x + 32].astype(int)
        out[:, row, col] = block.size, block.sum(), (block**2).sum()


def sum_blocks_at(pixels: Array, corners: Array, out: Array) -> None:
    for (top, left), sums in zip(corners, out, strict=True):
        sum_blocks(pixels, top, left, sums)


def gradient(block: Array, axis: int) -> Array:
    return np.gradient(block, axis=axis) if block.shape[axis] > 1 else np.zeros(block.shape)


def gradient_products(pixels: Array, top: int, left: int, out: Array) -> None:
    for row, col in np.ndindex(out.shape[1:]):
        y, x = top + 32 * row, left + 32 * col
        block = pixels[y : y + 32, x : x + 32].astype(float)
        down, across = gradient(block, 0), gradient(block, 1)
        out[:, row, col] = 4 * (across**2).sum(), 4 * (down**2).sum(), 4 * (across * down).sum()


def gradient_products_at(pixels: Array, corners: Array, out: Array) -> None:
    for (top, left), sums in zip(corners, out, strict=True):
        gradient_products(pixels, top, left, sums)


def lay_out(pixels: Array, place: Array, padding: int, out: Array) -> None:
    for y, x in np.ndindex(out.shape):
        v, u = place[0] + y - 4, place[1] + x - 4
        near = -padding <= y - 4 < 36 + padding and -padding <= x - 4 < 36 + padding
        inside = 0 <= v < pixels.shape[0] and 0 <= u < pixels.shape[1]
        out[y, x] = pixels[v, u] if near and inside else 0


def step(angle: float, quarter: bool, padding: int, across: Array, along: Array) -> None:
    turn = angle + math.pi / 2 * quarter
    centre = 18 + padding
    there = np.array([[math.cos(turn), math.sin(turn), 0], [-math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    to_centre = np.array([[1, 0, -centre], [0, 1, -centre], [0, 0, 1]])
    back = np.linalg.inv(np.linalg.inv(to_centre) @ there @ to_centre)[:2]
    columns, rows = (along, across) if quarter else (across, along)
    for i in range(columns.shape[1]):
        columns[:, i] = np.round(1024 * (back @ [18 - columns.shape[1] // 2 + i, 0, 0]))
    for i in range(rows.shape[1]):
        rows[:, i] = np.round(1024 * (back @ [0, 18 - rows.shape[1] // 2 + i, 1])) + 512


def turn_blocks(pixels: Array, places: Array, angles: Array, how: tuple[bool, int], out: Array, profile: Array) -> None:
    quarter, padding = how
    for n, (place, angle) in enumerate(zip(places, angles, strict=True)):
        block, across, along = np.empty((44, 44), np.uint8), np.empty((2, 32), int), np.empty((2, 16), int)
        lay_out(pixels, place, padding, block)
        step(angle, quarter, padding, across, along)
        for j, i in np.ndindex(16, 32):
            x, y = np.floor((across[:, i] + along[:, j]) / 1024).astype(int) - padding
            out[n, j, i] = block[y + 4, x + 4]
        profile[n] = out[n].astype(int).sum(axis=0)


def spectrum(profile: Array, roots: Array, out: Array) -> None:
    out[:] = np.abs(np.fft.fft(profile))


def join_fours(value: Array, roots: Array, size: int) -> None:
    """The sum over four parts by its definition; bits in reverse put the second part third."""
    for start in range(0, 32, 4 * size):
        parts = value[start : start + 4 * size].reshape(4, size)[[0, 2, 1, 3]]
        for k in range(4 * size):
            turns = np.exp(-2j * np.pi * k * np.arange(4) / (4 * size))
            value[start + k] = (parts[:, k % size] * turns).sum()


def runs(ridge: Array) -> list[tuple[int, int]]:
    """Kind and length of each ridge and valley along a profile."""
    return [(int(kind), len(list(same))) for kind, same in itertools.groupby(ridge)]


def mean_widths(ridge: Array, out: Array) -> None:
    seen = runs(ridge)[:-1]
    for kind in (0, 1):
        widths = [length - (i == 0) for i, (own, length) in enumerate(seen) if own == kind]
        out[kind] = np.mean(widths) / 20 if widths else 0


def clarity(pixels: Array, ridge: Array, line: Array, out: Array) -> None:
    for n, (block, flags, levels) in enumerate(zip(pixels, ridge, line, strict=True)):
        width = np.empty(2)
        mean_widths(flags, width)
        # Whole pixels to a hundredth: a mean of exactly 3 is 3
        valley, wide = (round(float(20 * value), 2) for value in width)
        lighter = block >= levels
        wrong = [(~lighter[:, ~flags]).mean(), lighter[:, flags].mean()] if flags.any() and not flags.all() else [1, 1]
        out[n] = 1 - sum(wrong) / 2 if 3 <= wide <= 10 and 2 <= valley <= 10 else 0


def ratios(ridge: Array, out: Array) -> int:
    found = []
    for flags in ridge:
        whole = runs(flags[:-1])[1:-1]
        upwards = len(whole) % 2 == 1
        for (kind, length), (_, before) in zip(whole[:1:-1], whole[-2:0:-1], strict=True):
            found.append(length / before if (kind == 1) == upwards else before / length)
    out[: len(found)] = found
    return len(found)
