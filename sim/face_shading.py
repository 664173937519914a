"""What a point of a head looks like: its own colour, and how much of the light it sends to the camera."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.face_head import BROWS, EYES, LIPS, MOUTH, Part, canonical
from sim.face_looks import Looks

Floats = NDArray[np.float64]

_IRIS_CM, _PUPIL_CM, _EYEBALL_CM = 0.6, 0.2, 1.25
_SCLERA = (0.62, 0.6, 0.58)


@dataclass(frozen=True, slots=True)
class Light:
    """Where light comes from: a lamp's direction (x, y, z) from the head, its strength, and that from everywhere."""

    direction: tuple[float, float, float] = (-0.35, 0.5, 1.0)
    lamp: float = 0.62
    ambient: float = 0.5


def albedo(part: NDArray[np.uint8], at: Floats, looks: Looks) -> Floats:
    """The colour (n, 3), linear, of points of a part (n) where they are on the canonical face (n, 3)."""
    colours = np.asarray([looks.skin, looks.skin, looks.hair, looks.clothes, _SCLERA, looks.scarf])[part]
    colours = colours * (1 + _texture(part, at, looks.grain))[:, None]
    face, eye = part == Part.FACE, part == Part.EYE
    colours[face] = _painted(colours[face], at[face], looks)
    colours[eye] = _iris(colours[eye], at[eye], looks)
    return np.asarray(np.clip(colours, 0, 1))


def shine(colours: Floats, part: NDArray[np.uint8], normals: Floats, light: Light) -> Floats:
    """The light (n, 3) that points of these colours and normals (n, 3) send forward."""
    lamp = np.asarray(light.direction) / np.linalg.norm(light.direction)
    towards = normals @ lamp
    # Skin lets light through: it goes round edges a little further than plaster would
    wrap = np.where(part == Part.CLOTHES, 0.1, 0.25)
    diffuse = np.clip((towards + wrap) / (1 + wrap), 0, None)
    sky = 0.75 + 0.25 * normals[:, 1]
    half = lamp + np.asarray((0, 0, 1))
    half /= np.linalg.norm(half)
    gloss = np.select([part == Part.EYE, part == Part.HAIR, part == Part.CLOTHES], [0.5, 0.03, 0.0], 0.05)
    sharp = np.where(part == Part.EYE, 120.0, 12.0)
    spark = gloss * np.clip(normals @ half, 0, None) ** sharp
    return np.asarray(colours * (light.lamp * diffuse + light.ambient * sky)[:, None] + (light.lamp * spark)[:, None])


def _texture(part: NDArray[np.uint8], at: Floats, grain: int) -> Floats:
    """Relative unevenness (n): pores and blotches of skin, strands of hair, a weave of cloth."""
    rng = np.random.default_rng(grain)
    amplitude = np.asarray([0.02, 0.02, 0.16, 0.02, 0.01, 0.02])[part]
    stretch = np.where((part == Part.HAIR)[:, None], (1.0, 0.12, 1.0), (1.0, 1.0, 1.0))
    stretched = at * stretch
    total = np.zeros(len(at))
    for waves_per_cm in (0.25, 0.7, 2.0, 5.0):
        for _ in range(2):
            direction = rng.normal(size=3)
            direction *= waves_per_cm / np.linalg.norm(direction)
            phase = rng.uniform(0, 2 * np.pi)
            total += np.sin(2 * np.pi * stretched @ direction + phase)
    return amplitude * total / 2


def _painted(colours: Floats, at: Floats, looks: Looks) -> Floats:
    """Lips, brows, lashes, nostrils and cheeks on skin."""
    points, _ = canonical()
    xy, front = at[:, :2], at[:, 2] > 0
    flush = np.exp(-(((np.abs(xy[:, 0]) - 4.2) / 2.0) ** 2 + ((xy[:, 1] + 0.8) / 2.2) ** 2))
    colours = colours * (1 + flush[:, None] * (0.05, -0.05, -0.05))
    mouth = _inside(xy, points[list(LIPS), :2], 0.12) * front
    colours = _blend(colours, looks.lips, mouth)
    seam = _near(xy, points[[78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308], :2], 0.10)
    inner = np.maximum(_inside(xy, points[list(MOUTH), :2], 0.06), 0.8 * seam) * front
    colours = _blend(colours, tuple(0.25 * c for c in looks.lips), inner)
    for brow in BROWS:
        line = points[list(brow), :2] - (0, 0.35)
        colours = _blend(colours, looks.hair, 0.85 * _near(xy, line, looks.brow_thickness) * front)
    for ring in EYES:
        upper, lower = points[[*ring[8:], ring[0]], :2], points[list(ring[:9]), :2]
        colours = _blend(colours, looks.hair, 0.95 * _near(xy, upper, 0.16) * front)
        colours = _blend(colours, looks.hair, 0.45 * _near(xy, lower, 0.07) * front)
        crease = _near(xy, upper + np.asarray((0, 0.42)), 0.07)
        colours *= (1 - 0.35 * crease * front)[:, None]
    for side in (-1, 1):
        nostril = np.exp(-(((xy[:, 0] - side * 0.75) / 0.34) ** 2 + ((xy[:, 1] + 2.35) / 0.2) ** 2) * 2)
        colours *= (1 - 0.8 * nostril * front)[:, None]
    return colours


def _iris(colours: Floats, at: Floats, looks: Looks) -> Floats:
    away = np.hypot(at[:, 0], at[:, 1])
    ahead = at[:, 2] > 0
    colours = _blend(colours, looks.iris, np.clip((_IRIS_CM - away) / 0.05, 0, 1) * ahead)
    colours = _blend(colours, (0.004, 0.004, 0.004), np.clip((_PUPIL_CM - away) / 0.04, 0, 1) * ahead)
    # The upper lid shades what it half covers
    return colours * (0.8 - 0.2 * np.clip(at[:, 1] / _EYEBALL_CM * 3, -1, 1))[:, None]


def _blend(colours: Floats, other: tuple[float, ...], share: Floats) -> Floats:
    return colours + (np.asarray(other) - colours) * np.clip(share, 0, 1)[:, None]


def _near(xy: Floats, line: Floats, width: float) -> Floats:
    """1 on a line (k, 2), falling softly to 0 at its width in cm."""
    return np.clip(1.5 * (1 - _away(xy, line, width) / width), 0, 1)


def _away(xy: Floats, line: Floats, reach: float) -> Floats:
    """Distances of points (n, 2) to a line of corners (k, 2), infinite where they are surely beyond the reach."""
    close = ((xy > line.min(axis=0) - reach) & (xy < line.max(axis=0) + reach)).all(axis=1)
    here = xy[close]
    least = np.full(len(here), np.inf)
    for start, end in pairwise(line):
        step = end - start
        along = np.clip((here - start) @ step / max(step @ step, 1e-12), 0, 1)
        least = np.minimum(least, np.hypot(*(here - start - along[:, None] * step).T))
    distances = np.full(len(xy), np.inf)
    distances[close] = least
    return distances


def _inside(xy: Floats, corners: Floats, soft: float) -> Floats:
    """1 inside a polygon (k, 2), 0 outside, with an edge of that softness in cm."""
    away = _away(xy, np.concatenate((corners, corners[:1])), soft)
    within = np.zeros(len(xy), np.bool_)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        crosses = (ay > xy[:, 1]) != (by > xy[:, 1])
        if ay != by:
            within ^= crosses & (xy[:, 0] < (bx - ax) * (xy[:, 1] - ay) / (by - ay) + ax)
    return np.clip(0.5 + np.where(within, away, -away) / soft, 0, 1)
