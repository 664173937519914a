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
    normalised, deviation = normalisation.normalise(image)
    flow, coherence = orientation.estimate(normalised)
    candidates = segmentation.by_contrast(deviation)
    period = frequency.estimate(normalised, flow, candidates)
    enhanced, clarity = enhancement.enhance(normalised, flow, period, candidates)
    foreground = segmentation.by_clarity(candidates, clarity)
    proposals = detection.detect(normalised, candidates, weights.load(effort))
    found = minutiae.confirm(proposals, normalised, period, clarity, weights.load_judges(effort))
    report = quality.assess(image, enhanced, foreground, clarity, coherence, found)
    trace.offer("quality", report)
    cores, deltas = singularities.find(flow, coherence, foreground)
    return FingerprintFeatures(
        minutiae=_in_input_pixels(found, scale),
        quality=report,
        foreground=foreground,
        orientation=flow,
        block_px=parameters.BLOCK / scale,
        cores=_in_input_pixels(cores, scale),
        deltas=_in_input_pixels(deltas, scale),
        pattern=pattern.classify(cores, deltas, flow, foreground),
        ridge_counts=ridge_counts.count(found, enhanced, foreground, period),
    )


def _in_input_pixels(found: Points, scale: float) -> Points:
    """The same points where they lie in the image that came in; pixel centres are whole numbers in both."""
    if scale == 1.0:
        return found
    x, y = (((part + 0.5) / scale - 0.5).astype(np.float32) for part in (found.x, found.y))
    return replace(found, x=x, y=y)
