"""One touch of a grown finger on a sensor: the image, and which of its minutiae can be seen in it."""

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from sim import optics, placement, skin
from sim.ridges import PPI, Master

Floats = NDArray[np.float64]

GLASS_PPI = 500
# A minutia is seen when the touch around it still looks like the finger: the correlation of both over this radius
SIGHT_RADIUS = 10
SEEN = 0.45
DOUBTFUL = 0.20


class Condition(Enum):
    """What is difficult about a touch."""

    GOOD = "good"
    DRY = "dry"
    WET = "wet"
    DISTORTED = "distorted"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True)
class Impression:
    """One image with its truth.

    pixels: uint8 (h, w) at 500 ppi, ridges dark. minutiae: rows of x, y, direction (radians counter-clockwise as seen,
    to the side with more ridges), 1 for a ridge ending or 2 for a bifurcation, and how well it can be seen, 0..1;
    those under SEEN are there but may be missed.
    """

    pixels: NDArray[np.uint8]
    minutiae: Floats


def impress(
    master: Master,
    rng: np.random.Generator,
    *,
    shape: tuple[int, int] = (374, 388),
    condition: Condition | None = None,
    ghost: Master | None = None,
    sensor: optics.Sensor | None = None,
) -> Impression:
    """Touch the glass of `shape` (h, w) once; without a condition, in one drawn as they come in the field."""
    zoom = GLASS_PPI / PPI * np.exp(rng.normal(0, 0.07 if condition is None else 0.03))
    laid = placement.sample_placement(rng, shape, master.ridges.shape, zoom, STANCE.get(condition, FREE))
    ridges = placement.sample(master.ridges, laid.to_master())
    contact = skin.contact_area(rng, shape, sample_contact(rng, laid.glass, shape, condition))
    contact *= ridges != 0
    edges = _sample_edges(rng) if condition is None else ()
    for edge in edges:
        contact[edge.beyond(shape)] = 0
    cover = skin.touch(rng, ridges, sample_skin(rng, shape, condition), contact)
    left_before = np.zeros_like(ridges)
    if ghost is not None:
        turned = placement.sample_placement(rng, shape, ghost.ridges.shape, zoom, replace(FREE, turn=2.0))
        left_before = placement.sample(ghost.ridges, turned.to_master())
    pixels = optics.see(rng, cover, left_before, sensor or _sample_sensor(rng, ghost is not None, condition))
    for edge in edges:
        pixels[edge.beyond(shape)] = round(edge.level)
    return Impression(pixels, truth_of(master, laid, ridges, cover, contact))


# How a finger is laid on the glass; without a condition as in the field
FREE = placement.Stance(turn=0.25, off_x=25, off_y=30, stretch=0.04, distortion=2.2)
STANCE: dict[Condition | None, placement.Stance] = {
    Condition.GOOD: placement.Stance(turn=0.12, off_x=10, off_y=14, stretch=0.02, distortion=1.0),
    Condition.DISTORTED: placement.Stance(turn=0.35, stretch=0.08, distortion=4.0),
}


def sample_contact(
    rng: np.random.Generator, middle: Floats, shape: tuple[int, int], condition: Condition | None
) -> skin.Contact:
    """What of a finger touches whose middle (x, y) lies there on the glass of `shape` (h, w)."""
    half = rng.uniform(95, 165)
    x, y = middle
    if condition is Condition.PARTIAL or (condition is None and rng.random() < 0.25):
        angle = rng.uniform(0, 2 * np.pi)
        half = rng.uniform(50, 85)
        x, y = x + 60 * np.cos(angle), y + 70 * np.sin(angle)
    return skin.Contact(
        x=x,
        y=y,
        half_width=half,
        half_height=half * rng.uniform(1.1, 1.5),
        turn=rng.normal(0, 0.15),
        sharpness=np.exp(rng.uniform(np.log(6), np.log(60))),
        ragged=rng.uniform(0, 0.1),
        speckled=rng.uniform(0, 0.3) * (condition is None and rng.random() < 0.4),
    )


def _sample_edges(rng: np.random.Generator) -> tuple[optics.Edge, ...]:
    """The edges of the sensor's picture: in most images there are none, else up to three sides of a frame."""
    if rng.random() > 0.25:
        return ()
    level = float(rng.choice([0, 255, 255, rng.uniform(0, 255)]))
    tilt = rng.normal(0, 0.12)
    sides = rng.permutation(4)[: rng.integers(1, 4)]
    return tuple(
        optics.Edge(side * np.pi / 2 + tilt * rng.choice([-1, 1]), rng.uniform(0.25, 0.7), level) for side in sides
    )


def sample_skin(rng: np.random.Generator, shape: tuple[int, int], condition: Condition | None) -> skin.Skin:
    """The state of the skin that touches a glass of `shape` (h, w)."""
    plain = skin.Skin(
        thickness=rng.uniform(-0.35, 0.35),
        uneven=abs(rng.normal(0, 0.15)),
        rough=abs(rng.normal(0, 0.2)),
        steep=rng.uniform(2, 8),
        pores=rng.uniform(0, 0.9) * (rng.random() < 0.5),
        creases=skin.sample_creases(rng, shape, _mean_creases(rng, condition)),
    )
    if condition in (Condition.GOOD, Condition.DISTORTED, Condition.PARTIAL):
        return plain
    if condition is None:
        return _sample_any_skin(rng, plain)
    return _dry(rng, plain) if condition is Condition.DRY else _wet(rng, plain)


def _mean_creases(rng: np.random.Generator, condition: Condition | None) -> float:
    if condition is None:
        return float(rng.choice([0.0, 1.5, 5.0, 12.0], p=[0.4, 0.3, 0.2, 0.1]))
    return 0.4 if condition is Condition.GOOD else 1.8


def _sample_any_skin(rng: np.random.Generator, plain: skin.Skin) -> skin.Skin:
    """The skin as it comes in the field."""
    style = rng.choice(["plain", "dry", "wet", "rough", "bad"], p=[0.36, 0.25, 0.15, 0.14, 0.10])
    found = replace(plain, beads=rng.uniform(0, 1.6) * (rng.random() < 0.7))
    if style == "dry" or (style == "bad" and rng.random() < 0.5):
        found = _dry(rng, found)
    if style == "wet" or (style == "bad" and rng.random() < 0.5):
        found = replace(_wet(rng, found), blots=rng.uniform(0, 2) * (rng.random() < 0.6))
    if style in ("rough", "bad"):
        found = replace(found, rough=rng.uniform(0.2, 0.85))
    if rng.random() < 0.4:
        found = replace(
            found, dry=max(found.dry, rng.uniform(-3.2, -1.6)), patchy=max(found.patchy, rng.uniform(0, 0.5))
        )
    return found


def _dry(rng: np.random.Generator, plain: skin.Skin) -> skin.Skin:
    return replace(
        plain,
        dry=rng.uniform(-2.6, -0.4),
        patchy=rng.uniform(0, 0.8),
        thickness=rng.uniform(-0.8, 0.1),
        rough=rng.uniform(0, 0.6),
    )


def _wet(rng: np.random.Generator, plain: skin.Skin) -> skin.Skin:
    return replace(
        plain,
        wet=rng.uniform(-2.6, -0.6),
        patchy=rng.uniform(0, 0.8),
        fill=rng.uniform(0.4, 1),
        thickness=rng.uniform(-0.1, 0.8),
        uneven=rng.uniform(0.1, 0.4),
    )


def _sample_sensor(rng: np.random.Generator, ghosted: bool, condition: Condition | None) -> optics.Sensor:
    paper = rng.uniform(150, 255)
    strong = rng.random() < 0.15
    return optics.Sensor(
        paper=paper,
        ink=rng.uniform(0, 0.72) * paper,
        cloudy=abs(rng.normal(0, 8)),
        slope=abs(rng.normal(0, 14)),
        mottled=abs(rng.normal(0, 0.12)),
        ghost=rng.uniform(5, 40) if ghosted else 0.0,
        blur=float(rng.choice([0, rng.uniform(0.3, 0.8), rng.uniform(0.6, 1.3)], p=[0.25, 0.45, 0.3])),
        grain=abs(rng.normal(0, 4.5)) * (2.5 if strong else 1),
        clumps=abs(rng.normal(0, 4.5)),
        column_stripes=rng.uniform(1, 6) * (rng.random() < 0.2),
        row_stripes=rng.uniform(1, 5) * (rng.random() < 0.1),
        gain=rng.uniform(0.75, 1.25) if rng.random() < 0.5 else 1.0,
        lift=rng.uniform(0, 40) * (rng.random() < 0.3),
        bits=4 if rng.random() < 0.15 else 8,
        shot=condition is None and rng.random() < 0.3,
        stain=rng.uniform(-25, 40) * (condition is None and rng.random() < 0.1),
    )


def truth_of(
    master: Master,
    laid: placement.Placement,
    ridges: NDArray[np.float32],
    cover: NDArray[np.float32],
    contact: NDArray[np.float32],
) -> Floats:
    """The minutiae that lie in the image, as rows of Impression.minutiae."""
    points = master.minutiae[:, :2].astype(np.float64)
    along = master.minutiae[:, 2:4].astype(np.float64)
    here, ahead, behind = (laid.to_glass(points + step * along) for step in (0.0, 0.75, -0.75))
    direction = np.arctan2(behind[:, 1] - ahead[:, 1], ahead[:, 0] - behind[:, 0]) % (2 * np.pi)
    kind = 1 + master.minutiae[:, 4]
    height, width = ridges.shape
    inside = (here >= 0).all(axis=1) & (here[:, 0] < width) & (here[:, 1] < height)
    sight = np.array([_sight(x, y, ridges, cover, contact) for x, y in here[inside]])
    rows = np.column_stack([here[inside], direction[inside], kind[inside], sight])
    return np.asarray(rows[rows[:, 4] > DOUBTFUL])


def _sight(
    x: float, y: float, ridges: NDArray[np.float32], cover: NDArray[np.float32], contact: NDArray[np.float32]
) -> float:
    """How well the finger's ridges around a point still show in the touch, 0..1."""
    window = (
        slice(max(0, round(y) - SIGHT_RADIUS), round(y) + SIGHT_RADIUS + 1),
        slice(max(0, round(x) - SIGHT_RADIUS), round(x) + SIGHT_RADIUS + 1),
    )
    a, b = ridges[window] - ridges[window].mean(), cover[window] - cover[window].mean()
    alike = float((a * b).mean() / np.sqrt((a * a).mean() * (b * b).mean() + 1e-4))
    touched = float(contact[window].mean())
    return max(0.0, alike) * min(1.0, touched / 0.75) if touched > 0.25 else 0.0


def slide(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same impression, badly made: the finger slid while only its lower part touched the glass."""
    slid = np.mean([np.roll(pixels, shift, axis=0) for shift in range(-7, 8)], axis=0)
    paper = float(np.percentile(pixels, 95))
    height = pixels.shape[0]
    touches = 1 / (1 + np.exp((0.62 * height - np.arange(height)) / 6))[:, None]
    return np.asarray(paper + (slid - paper) * 0.6 * touches, np.uint8)
