"""How much each measure speaks for each advice, as `firmware.training.feedback` found it on grown prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from firmware.datatypes import Feedback

# Less than this part of the glass's light is taken by what only the last finger left
FAINTEST_PRINT = 0.09


@dataclass(frozen=True, slots=True)
class Evidence:
    """A weighted sum of measures; over 0 the advice is given."""

    bias: float
    weights: Mapping[str, float]


EVIDENCE: Mapping[Feedback, Evidence] = {
    Feedback.TOO_DRY: Evidence(-7.323, {"gaps": 17.55, "rest": 44.12, "fills": -55.46}),
    Feedback.TOO_WET: Evidence(9.273, {"fills": 70.77, "gaps": -34.47, "dark_part": -25.03}),
    Feedback.TOO_LIGHT: Evidence(25.95, {"depth_part": -22.2, "dark_part": -24.58, "log_area": -1.904}),
    Feedback.TOO_HARD: Evidence(-35.93, {"dark_part": 64.67, "fills": -32.43, "modulation": -10.5, "evenness": 8.491}),
    Feedback.MOVED: Evidence(22.43, {"modulation": -13.46, "spread": 7.77, "evenness": -13.74, "dark_part": -16.69}),
    Feedback.TIP_ONLY: Evidence(16.59, {"level_ridges": 8.29, "log_area": -2.192, "height_to_width": -12.93}),
    Feedback.OFF_CENTRE: Evidence(-6.356, {"off_centre_mm": 1.777, "lost_mm": 0.6679}),
    Feedback.DIRTY_GLASS: Evidence(
        -1.249, {"old_ridges": 5.563, "smudges": 19.04, "crossed": 2.347, "strongly_crossed": 4.812}
    ),
    Feedback.TOO_SMALL: Evidence(31.79, {"log_area": -7.041, "glass_part": -6.58}),
    Feedback.OVERLAPPING: Evidence(
        -2.281, {"crossed": 15.64, "strongly_crossed": 5.4, "old_ridges": -9.394, "rest": -2.051}
    ),
}
