"""Decides what to tell the operator of a touch, from measures alone."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback
from firmware.pipeline import parameters
from firmware.pipeline.feedback import measures
from firmware.pipeline.feedback.evidence import EVIDENCE, FAINTEST_PRINT
from firmware.pipeline.ridges import Ridges

Mask = NDArray[np.bool_]

# What explains other advice comes before it, however strong the evidence for that
EXPLAINS: Mapping[Feedback, frozenset[Feedback]] = {
    Feedback.TIP_ONLY: frozenset({Feedback.TOO_SMALL}),
    Feedback.MOVED: frozenset({Feedback.DIRTY_GLASS, Feedback.OVERLAPPING, Feedback.TOO_SMALL, Feedback.OFF_CENTRE}),
}


@dataclass(frozen=True, slots=True, eq=False)
class Advice:
    """What to tell the operator, the most useful first, and for each where on the print, bool (rows, cols)."""

    feedback: tuple[Feedback, ...]
    places: Mapping[Feedback, Mask]


def advise(image: NDArray[np.uint8], seen: Ridges, foreground: Mask, minutiae: int) -> Advice:
    """What is wrong with a touch at 500 ppi.

    image: uint8 (h, w). foreground: bool (rows, cols). minutiae: how many were found.
    """
    if not foreground.any():
        return Advice((Feedback.NO_FINGER,), {})
    found = measures.take(image, seen, foreground)
    if found.values["depth_part"] < FAINTEST_PRINT:
        return Advice((Feedback.NO_FINGER,), {})
    told = tuple(_by_use(weigh(found.values))) or _without_a_cause(seen, foreground, minutiae)
    return Advice(told, {feedback: found.where(feedback) for feedback in told})


def weigh(values: Mapping[str, float]) -> dict[Feedback, float]:
    """The evidence for each advice as the logarithm of its odds, more than 0 where it is to be given."""
    return {
        feedback: evidence.bias + math.fsum(weight * values[name] for name, weight in evidence.weights.items())
        for feedback, evidence in EVIDENCE.items()
    }


def _by_use(odds: Mapping[Feedback, float]) -> Iterator[Feedback]:
    """What is to be told, the strongest evidence first, but none before what explains it."""
    left = sorted((feedback for feedback in odds if odds[feedback] > 0), key=lambda feedback: -odds[feedback])
    while left:
        explained = frozenset[Feedback]().union(*(EXPLAINS.get(feedback, ()) for feedback in left))
        yield (first := next(feedback for feedback in left if feedback not in explained))
        left.remove(first)


def _without_a_cause(seen: Ridges, foreground: Mask, minutiae: int) -> tuple[Feedback, ...]:
    """What can be told of a poor print that shows none of the known faults."""
    if float(seen.clarity[foreground].mean()) < parameters.FEEDBACK_CLARITY:
        return (Feedback.UNCLEAR,)
    return (Feedback.FEW_MINUTIAE,) if minutiae < parameters.FEEDBACK_MINUTIAE else ()
