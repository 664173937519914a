"""The measures that tell what is wrong with a touch, and where each of them was found."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback
from firmware.pipeline.blocks import grow, level_at, shrink, smooth
from firmware.pipeline.feedback import contact, latents, outline, smearing, specks, waves
from firmware.pipeline.feedback.contact import Contact
from firmware.pipeline.feedback.waves import Waves
from firmware.pipeline.ridges import Ridges

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Places = dict[Feedback, Mask]

# From these on a second wave crosses the first, faintly and strongly, as part of it
CROSSING = 0.15
STRONG_CROSSING = 0.3
# Where the print is so small, its rim is not left out
LEAST_INSIDE = 20
# What is found on less glass than so many blocks beside the print is found on so many
LEAST_GLASS = 40
# In a neighbourhood of blocks, the part of the crests that is light, of the floors and of all pixels that is dark
GAPS, FILLS, DARK = 0.12, 0.06, 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What was measured, by name, and by advice where on the print, bool (rows, cols); all the print where not told."""

    values: dict[str, float]
    places: Places


def take(image: NDArray[np.uint8], seen: Ridges, foreground: Mask) -> Measures:
    """Measure a touch. image: uint8 (h, w). foreground: bool (rows, cols), some of it true."""
    touch = contact.see(image, seen.enhanced, seen.candidates, foreground)
    found = waves.find(image, seen.period)
    print_ = outline.own_part(touch, foreground)
    smear = smearing.measure(touch, seen.flow, foreground)
    values, places = _of_the_skin(touch, print_)
    values |= {"modulation": smear.modulation, "spread": smear.spread}
    places[Feedback.MOVED] = smear.wiped
    values |= _of_the_outline(outline.measure(print_, seen.flow))
    for values_, places_ in (_crossings(found, print_), _beside(image, touch, found, seen.flow, foreground, print_)):
        values |= values_
        places |= places_
    places[Feedback.DIRTY_GLASS] |= places[Feedback.OVERLAPPING]
    return Measures(values, {advice: place if place.any() else print_ for advice, place in places.items()})


def _of_the_skin(touch: Contact, print_: Mask) -> tuple[dict[str, float], Places]:
    depth = level_at((touch.paper - touch.ink)[print_], 0.5)
    values = {
        "gaps": float(touch.gaps[print_].mean()),
        "fills": float(touch.fills[print_].mean()),
        "dark_part": float(touch.dark[print_].mean()),
        "valley_part": level_at((touch.paper - touch.valley)[print_], 0.5) / max(depth, 1.0),
        "depth_part": depth / max(level_at(touch.paper.ravel(), 0.5), 1.0),
    }
    near = ((Feedback.TOO_DRY, touch.gaps, GAPS), (Feedback.TOO_WET, touch.fills, FILLS))
    places = {advice: print_ & (smooth(part, 1.0) > least) for advice, part, least in near}
    places[Feedback.TOO_HARD] = print_ & (smooth(touch.dark, 1.0) > DARK)
    return values, places


def _of_the_outline(lies: outline.Outline) -> dict[str, float]:
    return {
        "log_area": math.log(lies.area),
        "glass_part": lies.glass_part,
        "height_to_width": lies.height_to_width,
        "level_ridges": lies.level_ridges,
        "off_centre_mm": math.hypot(lies.off_x, lies.off_y),
        "lost_mm": lies.lost,
    }


def _crossings(found: Waves, print_: Mask) -> tuple[dict[str, float], Places]:
    """How much of the print is crossed by other ridges; the square root, for a little counts already."""
    inside = shrink(np.pad(print_, 1))[1:-1, 1:-1]
    inside = inside if inside.sum() >= LEAST_INSIDE else print_
    crossing = found.by_blocks(found.crossing)
    values = {
        "crossed": math.sqrt(float((crossing[inside] > CROSSING).mean())),
        "strongly_crossed": math.sqrt(float((crossing[inside] > STRONG_CROSSING).mean())),
        "rest": level_at(found.by_blocks(found.rest)[inside], 0.5),
    }
    return values, {Feedback.OVERLAPPING: inside & (crossing > CROSSING)}


def _beside(
    image: NDArray[np.uint8], touch: Contact, found: Waves, flow: Floats, foreground: Mask, print_: Mask
) -> tuple[dict[str, float], Places]:
    """How much of the glass beside the print is dirty; square roots again."""
    old = latents.find(touch, found, flow, foreground, print_)
    dark, where = specks.find(image, touch, print_)
    glass = max(int((~grow(outline.without_bays(print_), latents.NEAR_BLOCKS)).sum()), LEAST_GLASS)
    values = {"old_ridges": math.sqrt(float(old.sum()) / glass), "specks": math.sqrt(dark)}
    return values, {Feedback.DIRTY_GLASS: old | where}
