"""The measures that tell what is wrong with a touch, and where each of them was found."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback
from firmware.pipeline.blocks import keep_parts, level_at, shrink, smooth
from firmware.pipeline.feedback import contact, latents, outline, smearing, smudges, waves
from firmware.pipeline.feedback.contact import Contact
from firmware.pipeline.feedback.waves import Waves
from firmware.pipeline.ridges import Ridges

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
Sight = tuple[Floats | Mask, float]
"""A map by blocks, and from which value on a neighbourhood of it shows something."""

# From this on, as part of it, a second wave crosses the first; where it does on fewer connected blocks, a crease may
CROSSING = 0.15
LEAST_CROSSED = 16
# Where the print is so small, its rim is not left out
LEAST_INSIDE = 20
# What is found on less glass than so many blocks beside the print is found on so many
LEAST_GLASS = 40
SIGHT_SIGMA_BLOCKS = 1.0
# The part of a neighbourhood's crests that is light, of its floors and of all its pixels that is dark, of its blocks
GAPS, FILLS, DARK, BLOCKS = 0.12, 0.06, 0.6, 0.4
# Of its blocks too: one spot of dirt is enough
SPOTS = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """What was measured of a touch, by name, and in which maps an advice is seen. print_: bool (rows, cols)."""

    values: dict[str, float]
    sights: dict[Feedback, Sight]
    print_: Mask

    def where(self, feedback: Feedback) -> Mask:
        """The blocks that show it, bool (rows, cols): where no place is special, all the print, or all the glass."""
        everywhere = ~self.print_ if feedback is Feedback.DIRTY_GLASS else self.print_
        if feedback not in self.sights:
            return everywhere
        values, least = self.sights[feedback]
        place = smooth(np.asarray(values, np.float32), SIGHT_SIGMA_BLOCKS) > least
        return place if place.any() else everywhere


def take(image: NDArray[np.uint8], seen: Ridges, foreground: Mask) -> Measures:
    """Measure a touch. image: uint8 (h, w). foreground: bool (rows, cols), some of it true."""
    touch = contact.see(image, seen.enhanced, seen.candidates, foreground)
    found = waves.find(image, seen.period)
    print_ = outline.own_part(touch, foreground)
    smear = smearing.measure(touch, seen.flow, foreground)
    crossed, crossing = _crossings(found, print_)
    dirt, dirty = _beside(touch, found, seen.flow, print_)
    values = _of_the_skin(touch, print_) | _of_the_outline(outline.measure(print_, seen.flow)) | crossed | dirt
    values |= {"modulation": smear.modulation, "spread": smear.spread, "evenness": smear.evenness}
    sights: dict[Feedback, Sight] = {
        Feedback.TOO_DRY: (print_ * touch.gaps, GAPS),
        Feedback.TOO_WET: (print_ * touch.fills, FILLS),
        Feedback.TOO_HARD: (print_ * touch.dark, DARK),
        Feedback.MOVED: (smear.wiped, BLOCKS),
        Feedback.OVERLAPPING: (crossing, BLOCKS),
        Feedback.DIRTY_GLASS: (dirty | crossing, SPOTS),
    }
    return Measures(values, sights, print_)


def _of_the_skin(touch: Contact, print_: Mask) -> dict[str, float]:
    paper = level_at(touch.paper[print_], 0.5)
    return {
        "gaps": float(touch.gaps[print_].mean()),
        "fills": float(touch.fills[print_].mean()),
        "dark_part": float(touch.dark[print_].mean()),
        "depth_part": (paper - touch.ink) / max(paper, 1.0),
    }


def _of_the_outline(lies: outline.Outline) -> dict[str, float]:
    return {
        "log_area": math.log(lies.area),
        "glass_part": lies.glass_part,
        "height_to_width": lies.height_to_width,
        "level_ridges": lies.level_ridges,
        "off_centre_mm": math.hypot(lies.off_x, lies.off_y),
        "lost_mm": lies.lost,
    }


def _crossings(found: Waves, print_: Mask) -> tuple[dict[str, float], Mask]:
    """How much of the print other ridges cross, the square root, for a little counts already; and where."""
    inside = shrink(print_)
    inside = inside if inside.sum() >= LEAST_INSIDE else print_
    crossing = keep_parts(inside & (found.by_blocks(found.crossing) > CROSSING), LEAST_CROSSED)
    values = {
        "crossed": math.sqrt(float(crossing.sum() / inside.sum())),
        "rest": level_at(found.by_blocks(found.rest)[inside], 0.5),
    }
    return values, crossing


def _beside(touch: Contact, found: Waves, flow: Floats, print_: Mask) -> tuple[dict[str, float], Mask]:
    """How much of the glass beside the print is dirty, the square roots; and where."""
    glass = outline.beside(print_)
    old, smudged = latents.find(touch, found, flow, print_, glass), smudges.find(touch, glass.near)
    seen = max(int(glass.near.sum()), LEAST_GLASS)
    values = {"old_ridges": math.sqrt(float(old.sum()) / seen), "smudges": math.sqrt(float(smudged.sum()) / seen)}
    return values, old | smudged
