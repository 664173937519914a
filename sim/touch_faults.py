"""Touches of a grown finger with exactly one fault: what an operator is to be told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from sim import optics, placement, skin
from sim.dirt import sample_dirt
from sim.impressions import FREE, GLASS_PPI, STANCE, Condition, Impression, sample_contact, sample_skin, truth_of
from sim.motion import Motion, sample_motion, smear
from sim.ridges import PPI, Master
from sim.skin import Contact, Skin

Floats = NDArray[np.float64]
Shape = tuple[int, int]


class TouchFault(Enum):
    """What is wrong with a touch, all else being good."""

    DRY = "dry"
    WET = "wet"
    LIGHT = "light"
    HARD = "hard"
    MOVED = "moved"
    TIP = "tip"
    OFF_CENTRE = "off-centre"
    DIRTY = "dirty"
    SMALL = "small"
    NONE = "none"
    OVERLAPPING = "overlapping"


@dataclass(frozen=True, slots=True)
class Touch:
    """How one finger touches: where its middle lies (x, y of the glass), what of it touches, in which state, moving.

    pressed: what the skin covers, as part of what it would cover under a firm finger.
    """

    middle: Floats
    contact: Contact
    skin: Skin
    pressed: float = 1.0
    motion: Motion | None = None


def impress(
    master: Master,
    rng: np.random.Generator,
    fault: TouchFault,
    other: Master,
    *,
    shape: Shape,
    sensor: optics.Sensor,
) -> Impression:
    """Touch the glass of `shape` (h, w) once. other: the finger that left a trace before, or touches beside."""
    contrast = sensor.paper - sensor.ink
    left_before, strength = _left_before(rng, fault, other, shape)
    cover, minutiae = np.zeros(shape, np.float32), np.empty((0, 5))
    if fault is not TouchFault.NONE:
        good = _sample_good(rng, shape)
        touches = [(master, _SPOILERS.get(fault, _leave)(rng, shape, good))]
        if fault is TouchFault.OVERLAPPING:
            touches.append((other, _beside(rng, shape, touches[0][1])))
        cover, minutiae = _press(rng, shape, touches)
    pixels = optics.see(rng, cover, left_before, replace(sensor, ghost=strength * contrast))
    return Impression(pixels, minutiae)


def _sample_good(rng: np.random.Generator, shape: Shape) -> Touch:
    middle = np.array([shape[1] / 2 + rng.normal(0, 10), shape[0] / 2 + rng.normal(0, 14)])
    contact = sample_contact(rng, middle, shape, Condition.GOOD)
    return Touch(middle, contact, sample_skin(rng, shape, Condition.GOOD))


def _press(rng: np.random.Generator, shape: Shape, touches: list[tuple[Master, Touch]]) -> tuple[optics.Field, Floats]:
    """How much of the glass is covered, float32 (h, w), and the minutiae as rows of Impression.minutiae."""
    seen, cover = [], np.zeros(shape, np.float32)
    for master, touch in touches:
        zoom = GLASS_PPI / PPI * np.exp(rng.normal(0, 0.03))
        laid = placement.sample_placement(rng, shape, master.ridges.shape, zoom, STANCE[Condition.GOOD])
        laid = replace(laid, glass=touch.middle)
        ridges = placement.sample(master.ridges, laid.to_master())
        contact = skin.contact_area(rng, shape, touch.contact) * (ridges != 0)
        own = touch.pressed * skin.touch(rng, ridges, touch.skin, contact)
        cover = np.maximum(cover, own if touch.motion is None else smear(own, touch.motion))
        seen.append((master, laid, ridges, contact))
    rows = [truth_of(master, laid, ridges, cover, contact) for master, laid, ridges, contact in seen]
    return cover, np.concatenate(rows)


def _left_before(
    rng: np.random.Generator, fault: TouchFault, other: Master, shape: Shape
) -> tuple[optics.Field, float]:
    """What lies on the glass, float32 (h, w) as `optics.see` takes it, and how dark, as part of the contrast."""
    nothing = np.zeros(shape, np.float32)
    if fault is TouchFault.NONE and rng.random() < 0.5:
        return nothing, 0.0
    if fault not in (TouchFault.DIRTY, TouchFault.NONE):
        return nothing, 0.0
    kind = rng.choice(["print", "dirt", "both"])
    out = nothing
    if kind != "dirt":
        laid = placement.sample_placement(rng, shape, other.ridges.shape, GLASS_PPI / PPI, FREE)
        out = placement.sample(other.ridges, laid.to_master())
    if kind != "print":
        out = np.maximum(out, sample_dirt(rng, shape))
    strength = rng.uniform(0.03, 0.12)
    if fault is TouchFault.DIRTY:
        strength = rng.uniform(0.5, 0.9) if kind == "dirt" else rng.uniform(0.3, 0.65)
    return out, strength


def _leave(_rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    return good


def _dry(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """The ridges touch in dots and short pieces."""
    return replace(
        good,
        skin=replace(
            good.skin,
            dry=rng.uniform(-1.3, -0.3),
            patchy=rng.uniform(0.1, 0.8),
            thickness=rng.uniform(-0.7, 0.15),
            rough=rng.uniform(0.1, 0.6),
            beads=rng.uniform(0, 1.6) * (rng.random() < 0.7),
        ),
    )


def _wet(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """Water or sweat fills the valleys here and there."""
    return replace(
        good,
        skin=replace(
            good.skin,
            wet=rng.uniform(-0.9, -0.1),
            patchy=rng.uniform(0.1, 0.7),
            fill=rng.uniform(0.6, 1),
            blots=rng.uniform(0, 2) * (rng.random() < 0.6),
            thickness=rng.uniform(-0.2, 0.5),
            uneven=rng.uniform(0.1, 0.35),
        ),
    )


def _light(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """Little of the finger touches, with the crests of its ridges alone, less and less towards the rim."""
    half = rng.uniform(80, 150)
    contact = replace(
        good.contact, half_width=half, half_height=half * rng.uniform(1.05, 1.4), sharpness=rng.uniform(2.5, 6)
    )
    thin = replace(good.skin, thickness=rng.uniform(-0.85, -0.5), uneven=rng.uniform(0.05, 0.2))
    return replace(good, contact=contact, skin=thin, pressed=rng.uniform(0.4, 0.7))


def _hard(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """The ridges are pressed flat until the valleys between them nearly close."""
    half = rng.uniform(105, 185)
    contact = replace(
        good.contact, half_width=half, half_height=half * rng.uniform(1.1, 1.4), sharpness=rng.uniform(25, 60)
    )
    wide = replace(good.skin, thickness=rng.uniform(0.5, 0.9), uneven=rng.uniform(0.05, 0.15), pores=0.0)
    wide = replace(wide, rough=rng.uniform(0.3, 1) * wide.rough)
    return replace(good, contact=contact, skin=wide)


def _moved(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    return replace(good, motion=sample_motion(rng))


def _dirty(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """A good touch that leaves something of the glass to be seen."""
    half = rng.uniform(90, 125)
    return replace(good, contact=replace(good.contact, half_width=half, half_height=half * rng.uniform(1.1, 1.4)))


def _tip(rng: np.random.Generator, shape: Shape, good: Touch) -> Touch:
    """A steep finger: nothing but the skin over the end of its bone."""
    half = rng.uniform(55, 90)
    x, y = shape[1] / 2 + rng.normal(0, 20), shape[0] / 2 + rng.normal(0, 25)
    contact = replace(good.contact, x=x, y=y, half_width=half, half_height=half * rng.uniform(0.6, 0.85))
    return replace(good, contact=contact, middle=np.array([x + rng.normal(0, 6), y + rng.uniform(145, 185)]))


def _small(rng: np.random.Generator, shape: Shape, good: Touch) -> Touch:
    """A patch somewhere between the middle, the sides and the lower end."""
    half = rng.uniform(45, 68)
    x, y = shape[1] / 2 + rng.normal(0, 15), shape[0] / 2 + rng.normal(0, 15)
    contact = replace(good.contact, x=x, y=y, half_width=half, half_height=half * rng.uniform(1.0, 1.35))
    return replace(good, contact=contact, middle=np.array([x + rng.uniform(-60, 60), y - rng.uniform(-20, 110)]))


def _off_centre(rng: np.random.Generator, shape: Shape, good: Touch) -> Touch:
    """A good part of the touch lies beyond one side of the glass, or beyond two."""
    half = np.array([good.contact.half_width, good.contact.half_height])
    size = np.array(shape[::-1], np.float64)
    beyond = size - half * rng.uniform(0.0, 0.5, 2) if rng.random() < 0.7 else size - half * rng.uniform(0.3, 0.7, 2)
    sides = rng.permutation([True, False]) if rng.random() < 0.7 else np.array([True, True])
    centre = np.array([good.contact.x, good.contact.y])
    there = np.where(sides, np.maximum(beyond, centre + 0.3 * half), centre)
    there = np.where(sides & (rng.random(2) < 0.5), size - there, there)
    contact = replace(good.contact, x=float(there[0]), y=float(there[1]))
    return replace(good, contact=contact, middle=good.middle + there - centre)


def _beside(rng: np.random.Generator, shape: Shape, first: Touch) -> Touch:
    """A second finger: next to the first with their edges over each other, or upon it."""
    good = _sample_good(rng, shape)
    reach = rng.uniform(0.9, 1.5) if rng.random() < 0.6 else rng.uniform(0.25, 0.9)
    # To the side where there is more room
    angle = np.pi * (first.contact.x > shape[1] / 2) + rng.normal(0, 0.5)
    apart = reach * first.contact.half_width * np.array([np.cos(angle), np.sin(angle)])
    contact = replace(good.contact, x=first.contact.x + float(apart[0]), y=first.contact.y + float(apart[1]))
    return replace(good, contact=contact, middle=first.middle + apart)


def _overlapping(rng: np.random.Generator, _shape: Shape, good: Touch) -> Touch:
    """The first of two fingers makes room for the other."""
    half = rng.uniform(80, 130)
    side = rng.normal(0, 45)
    contact = replace(good.contact, x=good.contact.x + side, half_width=half, half_height=half * rng.uniform(1.1, 1.5))
    return replace(good, contact=contact, middle=good.middle + np.array([side, 0.0]))


_SPOILERS: dict[TouchFault, Callable[[np.random.Generator, Shape, Touch], Touch]] = {
    TouchFault.DRY: _dry,
    TouchFault.WET: _wet,
    TouchFault.LIGHT: _light,
    TouchFault.HARD: _hard,
    TouchFault.MOVED: _moved,
    TouchFault.DIRTY: _dirty,
    TouchFault.TIP: _tip,
    TouchFault.SMALL: _small,
    TouchFault.OFF_CENTRE: _off_centre,
    TouchFault.OVERLAPPING: _overlapping,
}
