"""What a sensor makes of the touch: light and dark, what was left on the glass, blur, noise, stripes, grey levels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.noise import texture

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sensor:
    """How one sensor sees, in grey levels unless said.

    paper, ink: of bare glass and of full contact. cloudy: slow changes of the background. slope: of the light from edge
    to edge. mottled: part by which the ink's darkness varies. ghost: strength of an old print on the glass. blur:
    pixels. grain, clumps: noise of single pixels and of small clumps. stripes: noise of rows or columns. gain, lift:
    contrast and brightness of the whole. bits: depth of the image. shot: the noise grows with the light. stain: of a
    worn or dirty rectangle of the glass. shade: by which valleys are darker than bare glass.
    """

    paper: float = 235.0
    ink: float = 40.0
    cloudy: float = 5.0
    slope: float = 10.0
    mottled: float = 0.1
    ghost: float = 0.0
    blur: float = 0.6
    grain: float = 3.0
    clumps: float = 3.0
    column_stripes: float = 0.0
    row_stripes: float = 0.0
    gain: float = 1.0
    lift: float = 0.0
    bits: int = 8
    shot: bool = False
    stain: float = 0.0
    shade: float = 0.0


@dataclass(frozen=True, slots=True)
class Edge:
    """Where the sensor's picture ends inside the image: beyond a straight line all pixels have one grey level.

    angle: radians, of the line's normal. reach: from the image's middle to the line, as part of half its diagonal.
    """

    angle: float
    reach: float
    level: float

    def beyond(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """The pixels without a picture, bool (h, w)."""
        y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
        outward = (x - shape[1] / 2) * np.cos(self.angle) + (y - shape[0] / 2) * np.sin(self.angle)
        return np.asarray(outward > self.reach * np.hypot(*shape) / 2)


def see(rng: np.random.Generator, cover: Field, ghost: Field, sensor: Sensor) -> NDArray[np.uint8]:
    """The image of a touch, uint8 (h, w), ridges dark.

    cover: float32 (h, w), 0..1. ghost: float32 (h, w), the ridges (-1..1) of whoever touched before.
    """
    height, width = shape = cover.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    across, down = rng.normal(0, sensor.slope, 2)
    paper = (
        sensor.paper + sensor.cloudy * texture(rng, shape, 32) + across * (x / width - 0.5) + down * (y / height - 0.5)
    )
    if sensor.ghost:
        patches = 1 / (1 + np.exp(-2 * texture(rng, shape, 32)))
        paper -= sensor.ghost * np.clip(ghost * 2, 0, 1) * patches
    if sensor.shade:
        paper -= sensor.shade * _near(cover)
    if sensor.stain:
        paper -= sensor.stain * _rectangle(rng, shape)
    mottle = 0.5 * (texture(rng, shape, 16) + texture(rng, shape, 32))
    ink = sensor.ink + sensor.mottled * (sensor.paper - sensor.ink) * mottle
    image = paper * (1 - cover) + ink * cover
    if sensor.blur:
        image = _blur(image, sensor.blur)
    noise = sensor.grain * texture(rng, shape, 0) + sensor.clumps * texture(rng, shape, 0.8)
    image = image + noise * (0.3 + image / 200 if sensor.shot else 1)
    image += sensor.column_stripes * rng.standard_normal((1, width)) + sensor.row_stripes * rng.standard_normal(
        (height, 1)
    )
    levels = (1 << sensor.bits) - 1
    whole = np.clip(sensor.lift + image * sensor.gain, 0, 255)
    return np.asarray(np.rint(np.rint(whole / 255 * levels) * (255 / levels)), np.uint8)


def _near(cover: Field) -> Field:
    """Where skin hangs over the glass, 0..1, its edge soft: where two means over squares of two ridges find some."""
    reach = 8
    out = cover.astype(np.float64)
    for axis in (0, 1, 0, 1):
        padded = np.pad(out, [(reach + 1, reach) if axis == i else (0, 0) for i in (0, 1)], mode="edge")
        sums = padded.cumsum(axis=axis)
        ends = np.arange(2 * reach + 1, sums.shape[axis])
        out = (sums.take(ends, axis) - sums.take(ends - 2 * reach - 1, axis)) / (2 * reach + 1)
    return np.asarray(np.clip(3 * out - 0.35, 0, 1), np.float32)


def _rectangle(rng: np.random.Generator, shape: tuple[int, int]) -> Field:
    """A soft rectangle somewhere, 0..1."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    sides = []
    for along, length in ((x, shape[1]), (y, shape[0])):
        middle, half = rng.uniform(0.1, 0.9) * length, rng.uniform(8, 60)
        sides.append(1 / (1 + np.exp(np.clip(np.abs(along - middle) - half, -20, 20))))
    return np.asarray(sides[0] * sides[1], np.float32)


def _blur(image: Field, sigma: float) -> Field:
    """A Gaussian over a few pixels."""
    reach = max(1, round(3 * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps /= taps.sum()
    padded = np.pad(image, reach, mode="edge")
    across = sum(tap * padded[:, i : i + image.shape[1]] for i, tap in enumerate(taps))
    return np.asarray(sum(tap * across[i : i + image.shape[0]] for i, tap in enumerate(taps)), np.float32)
