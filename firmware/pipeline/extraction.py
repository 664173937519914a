"""The recipe: what becomes of one fingerprint, stage by stage."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import FingerprintFeatures, Minutiae
from firmware.pipeline import (
    detection,
    enhancement,
    frequency,
    minutiae,
    normalisation,
    orientation,
    parameters,
    pattern,
    quality,
    resolution,
    ridge_counts,
    segmentation,
    singularities,
    trace,
    weights,
)
from firmware.pipeline.feedback import advising
from firmware.pipeline.ridges import Ridges
from firmware.structure import Singularities
from firmware.vocabulary import Effort

Points = TypeVar("Points", Minutiae, Singularities)


def extract(pixels: NDArray[np.uint8], ppi: float, effort: Effort = Effort.STANDARD) -> FingerprintFeatures:
    """Quality, minutiae, ridge counts, cores, deltas, pattern class, foreground and orientation of one print.

    pixels: uint8 (h, w), dark ridges. ppi: the image's true resolution. A picture without a print is a result:
    quality 0 and no minutiae. Raises SampleError for an array that is no grey image or of impossible size or
    resolution.
    """
    image, scale = resolution.to_500ppi(pixels, ppi)
    seen = see_ridges(image)
    foreground = segmentation.by_clarity(seen.candidates, seen.clarity)
    near = segmentation.around(foreground, seen.candidates)
    proposals = detection.detect(seen.normalised, near, weights.load(effort))
    found = minutiae.confirm(proposals, seen.normalised, seen.period, seen.clarity, weights.load_judges(effort))
    report = quality.assess(image, seen.enhanced, foreground, seen.clarity, seen.coherence, found)
    advice = advising.advise(image, seen, foreground, len(found))
    report = replace(report, feedback=advice.feedback)
    trace.offer("quality", report)
    cores, deltas = singularities.find(seen.flow, seen.coherence, foreground)
    return FingerprintFeatures(
        minutiae=in_input_pixels(found, scale),
        quality=report,
        foreground=foreground,
        orientation=seen.flow,
        block_px=parameters.BLOCK / scale,
        cores=in_input_pixels(cores, scale),
        deltas=in_input_pixels(deltas, scale),
        pattern=pattern.classify(cores, deltas, seen.flow, foreground),
        ridge_counts=ridge_counts.count(found, seen.enhanced, foreground, seen.period),
        places=advice.places,
    )


def see_ridges(image: NDArray[np.uint8]) -> Ridges:
    """What the first stages see of a print at 500 ppi, uint8 (h, w), dark ridges."""
    normalised, deviation = normalisation.normalise(image)
    flow, coherence = orientation.estimate(normalised)
    candidates = segmentation.by_contrast(deviation)
    period = frequency.estimate(normalised, flow, candidates)
    enhanced, clarity = enhancement.enhance(normalised, flow, period, candidates)
    return Ridges(normalised, flow, coherence, candidates, period, enhanced, clarity)


def in_input_pixels(found: Points, scale: float) -> Points:
    """The same points where they lie in the image that came in; pixel centres are whole numbers in both."""
    if scale == 1.0:
        return found
    x, y = (((part + 0.5) / scale - 0.5).astype(np.float32) for part in (found.x, found.y))
    return replace(found, x=x, y=y)
