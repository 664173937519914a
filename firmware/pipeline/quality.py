"""A print's quality: the score of NFIQ 2, and measures of what the stages leave behind."""

import math

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae, QualityReport
from firmware.pipeline import parameters, trace
from firmware.pipeline._jit import kernel
from firmware.pipeline.nfiq2 import scoring


def assess(
    image: NDArray[np.uint8],
    enhanced: NDArray[np.float32],
    foreground: NDArray[np.bool_],
    clarity: NDArray[np.float32],
    coherence: NDArray[np.float32],
    minutiae: Minutiae,
) -> QualityReport:
    """The quality of one print at 500 ppi.

    image: uint8 (h, w). enhanced: float32 (h, w). foreground, clarity, coherence: (rows, cols). Score 0 means no
    print: where there is one that NFIQ 2 gives 0 or can't measure, the score is 1. The measures are of what the
    stages saw and, where it can be measured, the 69 of NFIQ 2.
    """
    if not foreground.any():
        return QualityReport(0, {"area_mm2": 0.0, "minutiae": 0.0})
    score, native = scoring.assess(image, minutiae)
    trace.offer("measures", native)
    measures = _measures(image, enhanced, foreground, clarity, coherence) | {"minutiae": float(len(minutiae))}
    return QualityReport(max(1, score), measures | native)


def _measures(
    image: NDArray[np.uint8],
    enhanced: NDArray[np.float32],
    foreground: NDArray[np.bool_],
    clarity: NDArray[np.float32],
    coherence: NDArray[np.float32],
) -> dict[str, float]:
    block_mm = parameters.BLOCK / parameters.PPI * 25.4
    counts = np.zeros((2, 256), np.int64)
    _count_greys(image, enhanced, foreground, counts)
    both = counts.sum(axis=0)
    valley, ridge = (float(part @ np.arange(256)) / max(int(part.sum()), 1) for part in counts)
    middle = (int(_percentile(both, 5)) + int(_percentile(both, 95))) / 2
    rows, cols = np.nonzero(foreground)
    return {
        "area_mm2": float(foreground.sum()) * block_mm**2,
        "clarity": float(clarity[foreground].mean()),
        "coherence": float(coherence[foreground].mean()),
        "contrast": valley - ridge if counts.any(axis=1).all() else 0.0,
        "dark_part": float(both[: math.ceil(middle)].sum() / both.sum()),
        "off_centre": float(
            np.hypot((rows.mean() + 0.5) / foreground.shape[0] - 0.5, (cols.mean() + 0.5) / foreground.shape[1] - 0.5)
        ),
    }


def _percentile(counts: NDArray[np.int64], percent: float) -> float:
    """The grey level below which so many percent lie, between two levels in proportion."""
    place = (int(counts.sum()) - 1) * percent / 100
    low, high = np.searchsorted(counts.cumsum(), [math.floor(place), math.ceil(place)], side="right")
    return float(low + (high - low) * (place % 1))


@kernel
def _count_greys(
    image: NDArray[np.uint8], enhanced: NDArray[np.float32], foreground: NDArray[np.bool_], out: NDArray[np.int64]
) -> None:
    """How often each grey level lies under valleys and under ridges; every other pixel of every other row says enough.

    image, enhanced: (h, w). foreground: (rows, cols). out: (2, 256) of zeros.
    """
    for y in range(0, image.shape[0], 2):
        for x in range(0, image.shape[1], 2):
            if foreground[y // parameters.BLOCK, x // parameters.BLOCK]:
                out[int(enhanced[y, x] > 0), image[y, x]] += 1
