"""What skin does between ridge and glass: pressure, dryness, wetness, pores, roughness, creases, partial contact."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.noise import texture

Field = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Crease:
    """A line across the ridges where no ink sticks: middle, direction, half length, bend, half width, depth 0..1."""

    x: float
    y: float
    angle: float
    reach: float
    bend: float
    width: float
    depth: float


@dataclass(frozen=True, slots=True)
class Skin:
    """The state of the skin during one touch; strengths are in units of the ridge wave's amplitude.

    thickness: above 0 ridges are wider than valleys. uneven: how much that varies over the finger. rough: fine noise on
    the ridges' edges. beads: how much of that noise comes in bumps as wide as a ridge. steep: how sharp the edges are.
    dry, wet: levels at which ridges break and valleys fill; far below 0 neither happens. patchy: how much dryness or
    wetness varies from place to place. blots: how much of the wetness comes in drops over several ridges. pores: their
    depth 0..1.
    """

    thickness: float = 0.0
    uneven: float = 0.15
    rough: float = 0.2
    beads: float = 0.0
    steep: float = 4.0
    dry: float = -5.0
    wet: float = -5.0
    patchy: float = 0.4
    fill: float = 0.8
    blots: float = 0.0
    pores: float = 0.3
    creases: tuple[Crease, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """The part of the finger that touches: an ellipse (middle, half axes, turn) with a soft, ragged, speckled edge."""

    x: float
    y: float
    half_width: float
    half_height: float
    turn: float = 0.0
    sharpness: float = 25.0
    ragged: float = 0.06
    speckled: float = 0.0


def touch(rng: np.random.Generator, ridges: Field, skin: Skin, contact: Field) -> Field:
    """How much of the glass each pixel's skin covers, float32 (h, w), 0..1.

    ridges: float32 (h, w), -1 valley to 1 ridge. contact: float32 (h, w), 0..1.
    """
    shape = ridges.shape
    medium, coarse = texture(rng, shape, 16), texture(rng, shape, 32)
    level = ridges + skin.thickness + skin.uneven * (medium + coarse) + skin.rough * 1.1 * _grain(rng, shape, skin)
    cover = _sigmoid(skin.steep * (level - 0.8 * (1 - contact)))
    grain = _grain(rng, shape, skin)
    cover *= 1 - _sigmoid(6 * (grain + skin.dry + skin.patchy * (medium + texture(rng, shape, 8))))
    grain = 0.7 * (texture(rng, shape, 2.5) + texture(rng, shape, 1.5)) + skin.blots * texture(rng, shape, 6)
    grain /= math.sqrt(1 + skin.blots**2)
    flooded = _sigmoid(6 * (grain + skin.wet + skin.patchy * (coarse - medium)))
    cover += (1 - cover) * flooded * skin.fill
    if skin.pores:
        holes = _sigmoid(8 * (texture(rng, shape, 0.8) - 1.7)) * (ridges > 0.3)
        cover *= 1 - skin.pores * holes
    for crease in skin.creases:
        cover *= 1 - line(shape, crease, texture(rng, shape, 4))
    return np.asarray(cover * contact, np.float32)


def _grain(rng: np.random.Generator, shape: tuple[int, int], skin: Skin) -> Field:
    """The noise that breaks ridges, deviation about 1: fine, of fibres, and in beads."""
    noise = 0.7 * (texture(rng, shape, 1.5) + texture(rng, shape, 2.5))
    noise += skin.beads * texture(rng, shape, 1.8, without=2.9)
    return np.asarray(noise / math.sqrt(1 + skin.beads**2), np.float32)


def contact_area(rng: np.random.Generator, shape: tuple[int, int], contact: Contact) -> Field:
    """Where the finger touches, float32 (h, w), 0..1."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    cosine, sine = math.cos(contact.turn), math.sin(contact.turn)
    along = ((x - contact.x) * cosine + (y - contact.y) * sine) / contact.half_width
    across = ((y - contact.y) * cosine - (x - contact.x) * sine) / contact.half_height
    edge = contact.ragged * (texture(rng, shape, 16) + texture(rng, shape, 4))
    edge += contact.speckled * texture(rng, shape, 1.2)
    return _sigmoid(contact.sharpness * (1 - np.hypot(along, across) + edge))


def sample_creases(rng: np.random.Generator, shape: tuple[int, int], mean: float) -> tuple[Crease, ...]:
    """A number of creases, most of them side by side."""
    main = rng.uniform(0, math.pi)
    return tuple(
        Crease(
            x=rng.uniform(0, shape[1]),
            y=rng.uniform(0, shape[0]),
            angle=main + rng.normal(0, 0.4) if rng.random() < 0.6 else rng.uniform(0, math.pi),
            reach=rng.uniform(15, 120),
            bend=rng.normal(0, 0.002),
            width=rng.uniform(0.6, 2.6) if rng.random() < 0.85 else rng.uniform(2.5, 5),
            depth=rng.uniform(0.5, 1),
        )
        for _ in range(min(rng.poisson(mean), 12))
    )


def line(shape: tuple[int, int], crease: Crease, wobble: Field) -> Field:
    """A crease's depth at each pixel, float32 (h, w). wobble: float32 (h, w), pixels that it strays aside."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    cosine, sine = math.cos(crease.angle), math.sin(crease.angle)
    along = (x - crease.x) * cosine + (y - crease.y) * sine
    off = (y - crease.y) * cosine - (x - crease.x) * sine - crease.bend * along**2 + 0.8 * wobble
    inside = np.abs(along) < crease.reach
    return np.asarray(crease.depth * np.exp(-0.5 * (off / crease.width) ** 2) * inside, np.float32)


def _sigmoid(values: Field) -> Field:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
