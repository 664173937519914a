"""Thins ridges and valleys to lines one pixel wide.

Z. Guo and R. W. Hall, "Parallel thinning with two-subiteration algorithms", Communications of the ACM 32(3), 1989,
algorithm A1, on 64 pixels at a time: each neighbour of 64 pixels is one shifted word.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel

WORD = 64


def skeletonise(
    enhanced: NDArray[np.float32], foreground: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The skeletons of the ridges and of the valleys, bool (h, w), inside the foreground.

    enhanced: float32 (h, w), ridges positive. foreground: bool (rows, cols) by blocks.
    """
    height, width = enhanced.shape
    # A block is as wide as a byte of packed pixels
    inside = np.where(np.repeat(foreground, parameters.BLOCK, axis=0)[:height], np.uint8(255), np.uint8(0))
    both = np.zeros((2, height + 2, _wide(width)), np.uint8)
    for bits, shape in zip(both, (enhanced > 0, enhanced < 0), strict=True):
        bits[1:-1, WORD // 8 : WORD // 8 + inside.shape[1]] = np.packbits(shape, axis=1, bitorder="little") & inside
    ridges, valleys = _thinned(both.reshape(-1, both.shape[2]), width).reshape(2, height + 2, width)[:, 1:-1]
    trace.offer("ridge_skeleton", ridges)
    trace.offer("valley_skeleton", valleys)
    return ridges, valleys


def thin(shape: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The skeleton of a shape, bool (h, w); connected parts stay connected."""
    height, width = shape.shape
    bits = np.zeros((height + 2, _wide(width)), np.uint8)
    bits[1:-1, WORD // 8 : WORD // 8 - (-width // 8)] = np.packbits(shape, axis=1, bitorder="little")
    return _thinned(bits, width)[1:-1]


def _wide(width: int) -> int:
    """Bytes of a row of packed pixels in whole words, with an empty word at either end."""
    return (-(-width // WORD) + 2) * WORD // 8


def _thinned(bits: NDArray[np.uint8], width: int) -> NDArray[np.bool_]:
    """Skeletons of packed pixels with empty borders, bool (h, width). bits: uint8 (h, _wide(width))."""
    words = bits.view(np.uint64)
    _thin(words)
    inner = words[:, 1:-1].copy().view(np.uint8)
    return np.unpackbits(inner, axis=1, count=width, bitorder="little").view(np.bool_)


@kernel
def _thin(words: NDArray[np.uint64]) -> None:
    """Take pixels away until nothing changes.

    words: uint64 (h, w), lowest bit leftmost, borders empty.
    """
    doomed = np.zeros_like(words)
    active = np.ones(words.shape[0], np.bool_)
    while active.any():
        changed = np.zeros_like(active)
        for half in range(2):
            _mark(words, active | changed, half, doomed)
            _remove(words, doomed, changed)
        active = changed


@kernel
def _mark(words: NDArray[np.uint64], active: NDArray[np.bool_], half: int, doomed: NDArray[np.uint64]) -> None:
    """Mark the pixels that one half-step of the thinning takes away.

    words, doomed: uint64 (h, w), lowest bit leftmost, borders empty. active: bool (h), rows that changed lately.
    """
    one, last = np.uint64(1), np.uint64(63)
    for y in range(1, words.shape[0] - 1):
        if not (active[y - 1] or active[y] or active[y + 1]):
            doomed[y] = np.uint64(0)
            continue
        for w in range(1, words.shape[1] - 1):
            north, south = words[y - 1, w], words[y + 1, w]
            east = (words[y, w] >> one) | (words[y, w + 1] << last)
            west = (words[y, w] << one) | (words[y, w - 1] >> last)
            north_east = (north >> one) | (words[y - 1, w + 1] << last)
            north_west = (north << one) | (words[y - 1, w - 1] >> last)
            south_east = (south >> one) | (words[y + 1, w + 1] << last)
            south_west = (south << one) | (words[y + 1, w - 1] >> last)
            a, b = ~north & (north_east | east), ~east & (south_east | south)
            c, d = ~south & (south_west | west), ~west & (north_west | north)
            single = (a ^ b ^ c ^ d) & ~((a & b) | (c & d))
            g = (north_west | north, north_east | east, south_east | south, south_west | west)
            h = (north | north_east, east | south_east, south | south_west, west | north_west)
            two_g = (g[0] & g[1]) | (g[2] & g[3]) | ((g[0] | g[1]) & (g[2] | g[3]))
            two_h = (h[0] & h[1]) | (h[2] & h[3]) | ((h[0] | h[1]) & (h[2] | h[3]))
            full = g[0] & g[1] & g[2] & g[3] & h[0] & h[1] & h[2] & h[3]
            kept = (south | south_west | ~north_west) & west if half == 0 else (north | north_east | ~south_east) & east
            doomed[y, w] = words[y, w] & single & two_g & two_h & ~full & ~kept


@kernel
def _remove(words: NDArray[np.uint64], doomed: NDArray[np.uint64], changed: NDArray[np.bool_]) -> None:
    """Take the marked pixels away and note the rows that changed.

    words, doomed: uint64 (h, w). changed: bool (h), set where something went.
    """
    for y in range(1, words.shape[0] - 1):
        taken = np.uint64(0)
        for w in range(1, words.shape[1] - 1):
            taken |= doomed[y, w]
            words[y, w] &= ~doomed[y, w]
        if taken != np.uint64(0):
            changed[y] = True
