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
    Feedback.TOO_DRY: Evidence(-6.526, {"gaps": 17.73, "rest": 39.26, "fills": -49.43}),
    Feedback.TOO_WET: Evidence(6.262, {"fills": 68.53, "gaps": -27.82, "dark_part": -20.14}),
    Feedback.TOO_LIGHT: Evidence(24.77, {"depth_part": -21.68, "dark_part": -24.48, "log_area": -1.717}),
    Feedback.TOO_HARD: Evidence(
        -22.61, {"dark_part": 58.48, "fills": -23.8, "modulation": -13.47, "valley_part": -6.331}
    ),
    Feedback.MOVED: Evidence(16.83, {"modulation": -16.45, "spread": 16.7, "valley_part": 4.678, "dark_part": -27.79}),
    Feedback.TIP_ONLY: Evidence(15.56, {"level_ridges": 7.302, "log_area": -2.121, "height_to_width": -12.1}),
    Feedback.OFF_CENTRE: Evidence(-3.925, {"off_centre_mm": 1.642, "lost_mm": 0.4627}),
    Feedback.DIRTY_GLASS: Evidence(-1.779, {"old_ridges": 4.922, "specks": 28.15, "crossed": 10.46}),
    Feedback.TOO_SMALL: Evidence(31.08, {"log_area": -6.688, "glass_part": -7.845}),
    Feedback.OVERLAPPING: Evidence(-2.648, {"crossed": 18.72, "strongly_crossed": 6.42}),
}
