"""A first quality score and what to tell the operator, from measures that the stages leave behind.

The score is the product of what a comparison needs: enough area, clear ridges, enough minutiae. It is Rekam's own
and not NFIQ 2's.
"""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback, Minutiae, QualityReport
from firmware.pipeline import parameters


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
    print.
    """
    if not foreground.any():
        return QualityReport(0, {"area_mm2": 0.0, "minutiae": 0.0}, (Feedback.NO_FINGER,))
    measures = _measures(image, enhanced, foreground, clarity, coherence) | {"minutiae": float(len(minutiae))}
    parts = {name: _ramp(measures[name], *parameters.QUALITY_RAMPS[name]) for name in parameters.QUALITY_RAMPS}
    score = max(1, round(100 * float(np.prod([parts[name] for name in parts]))))
    return QualityReport(score, measures, _feedback(measures))


def _measures(
    image: NDArray[np.uint8],
    enhanced: NDArray[np.float32],
    foreground: NDArray[np.bool_],
    clarity: NDArray[np.float32],
    coherence: NDArray[np.float32],
) -> dict[str, float]:
    block_mm = parameters.BLOCK / parameters.PPI * 25.4
    # Every other pixel of every other row says enough
    half = parameters.BLOCK // 2
    image, enhanced = image[::2, ::2], enhanced[::2, ::2]
    inside = np.repeat(np.repeat(foreground, half, 0), half, 1)[: image.shape[0], : image.shape[1]]
    grey = image[inside]
    ridge = enhanced[inside] > 0
    dark = grey < (int(np.percentile(grey, 5)) + int(np.percentile(grey, 95))) / 2
    rows, cols = np.nonzero(foreground)
    return {
        "area_mm2": float(foreground.sum()) * block_mm**2,
        "clarity": float(clarity[foreground].mean()),
        "coherence": float(coherence[foreground].mean()),
        "contrast": float(grey[~ridge].mean() - grey[ridge].mean()) if ridge.any() and not ridge.all() else 0.0,
        "dark_part": float(dark.mean()),
        "off_centre": float(
            np.hypot((rows.mean() + 0.5) / foreground.shape[0] - 0.5, (cols.mean() + 0.5) / foreground.shape[1] - 0.5)
        ),
    }


def _ramp(value: float, low: float, high: float) -> float:
    """0 at `low` and below, 1 at `high` and above."""
    return float(np.clip((value - low) / (high - low), 0, 1))


def _feedback(measures: dict[str, float]) -> tuple[Feedback, ...]:
    """What stands in the way, the most useful advice first."""
    small = measures["area_mm2"] < parameters.FEEDBACK_AREA_MM2
    unclear = measures["clarity"] < parameters.FEEDBACK_CLARITY
    checks = (
        (Feedback.TOO_SMALL, small),
        (Feedback.OFF_CENTRE, small and measures["off_centre"] > parameters.FEEDBACK_OFF_CENTRE),
        (Feedback.LOW_CONTRAST, measures["contrast"] < parameters.FEEDBACK_CONTRAST),
        (Feedback.TOO_DRY, unclear and measures["dark_part"] < parameters.FEEDBACK_DRY),
        (Feedback.TOO_WET, unclear and measures["dark_part"] > parameters.FEEDBACK_WET),
        (Feedback.UNCLEAR, unclear),
        (Feedback.FEW_MINUTIAE, measures["minutiae"] < parameters.FEEDBACK_MINUTIAE),
    )
    return tuple(feedback for feedback, applies in checks if applies)
