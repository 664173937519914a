"""Random textures, smooth at a chosen scale, that tile without a seam."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

TILE = 1024
_SEED = 7


@cache
def _tile(scale: float, without: float) -> NDArray[np.float32]:
    """White noise behind a Gaussian of `scale` pixels less that behind a wider one, of deviation 1, (TILE, TILE)."""
    rng = np.random.default_rng((_SEED, round(scale * 100)))
    spectrum = np.fft.rfft2(rng.standard_normal((TILE, TILE)))
    fy, fx = np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :]
    decay = -2 * np.pi**2 * (fy**2 + fx**2)
    spectrum *= np.exp(decay * scale**2) - (np.exp(decay * without**2) if without else 0)
    tile = np.fft.irfft2(spectrum, s=(TILE, TILE))
    return np.asarray(tile / tile.std(), np.float32)


def texture(
    rng: np.random.Generator, shape: tuple[int, int], scale: float, without: float = 0.0
) -> NDArray[np.float32]:
    """A random window of the texture of this scale (pixels), float32 (h, w), deviation about 1.

    without: what is smooth at this scale is taken away, so that bumps of one size remain.
    """
    tile = _tile(scale, without)
    top, left = rng.integers(0, TILE, 2)
    if rng.random() < 0.5:
        tile = tile.T
    rows = (top + np.arange(shape[0])) % TILE
    cols = (left + np.arange(shape[1])) % TILE
    return tile[np.ix_(rows, cols)]


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], spacing: float) -> NDArray[np.float64]:
    """Noise of mean about 0 and deviation 1 over this very window, with bumps about `spacing` pixels apart."""
    noise = texture(rng, shape, round(spacing / 2)).astype(np.float64)
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-6))
