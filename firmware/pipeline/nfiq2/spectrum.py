"""The amplitudes of a profile's frequencies, rounded bit for bit as by OpenCV's DFT of 32 numbers.

A single line on flat grey has the same amplitude at every frequency. Which is the strongest is then a matter of the
last bit, and NFIQ 2.3's measure of such a block is 1 or a tenth of it; so the order of all sums is OpenCV's.
"""

import cmath
import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2.rotation import LENGTH

_REVERSED = tuple(int(f"{i:05b}"[::-1], 2) for i in range(LENGTH))
"""Each place with its five bits in reverse."""


def amplitudes(profile: NDArray[np.int32]) -> NDArray[np.float64]:
    """float64 (n, 32) of profiles, int32 (n, 32); frequency k stands at k and once more at 32 - k."""
    out = np.empty(profile.shape)
    _spectrum(profile, _roots(), out)
    return out


@cache
def _roots() -> NDArray[np.complex128]:
    """The powers of the 32nd root of 1, complex128 (32), each from the one before it."""
    half = LENGTH // 2
    first = cmath.exp(-2j * math.pi / LENGTH)
    powers = [1 + 0j, first]
    while len(powers) < half:
        powers.append(powers[-1] * first)
    return np.array([*powers, -1 + 0j, *(power.conjugate() for power in powers[:0:-1])])


@kernel(exact=True)
def _spectrum(profile: NDArray[np.int32], roots: NDArray[np.complex128], out: NDArray[np.float64]) -> None:
    """Two rounds that join four parts each, and one that joins two.

    profile: (n, 32). roots: (32), powers of the 32nd root of 1. out: (n, 32), filled.
    """
    value = np.empty(LENGTH, np.complex128)
    half = LENGTH // 2
    for n in range(len(profile)):
        for i in range(LENGTH):
            value[i] = profile[n, _REVERSED[i]]
        _join_fours(value, roots, 1)
        _join_fours(value, roots, 4)
        for i in range(half):
            a, b = value[i], value[half + i] * roots[i]
            value[i], value[half + i] = a + b, a - b
        for i in range(LENGTH):
            out[n, i] = math.sqrt(value[i].real * value[i].real + value[i].imag * value[i].imag)


@kernel(exact=True)
def _join_fours(value: NDArray[np.complex128], roots: NDArray[np.complex128], size: int) -> None:
    """Spectra of `size` numbers become spectra of four times as many; reversed bits put the second of four third.

    value, roots: (32).
    """
    step = LENGTH // (4 * size)
    for start in range(0, LENGTH, 4 * size):
        for j in range(size):
            i = start + j
            a = value[i]
            b = value[i + size] * roots[2 * j * step]
            c = value[i + 2 * size] * roots[j * step]
            d = value[i + 3 * size] * roots[3 * j * step]
            even, odd, both, apart = a + b, a - b, c + d, c - d
            turned = complex(apart.imag, -apart.real)
            value[i], value[i + 2 * size] = even + both, even - both
            value[i + size], value[i + 3 * size] = odd + turned, odd - turned
