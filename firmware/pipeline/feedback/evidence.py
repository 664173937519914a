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
    Feedback.TOO_DRY: Evidence(-6.481, {"gaps": 16.5, "rest": 36.21, "fills": -41.93}),
    Feedback.TOO_WET: Evidence(3.469, {"fills": 60.95, "gaps": -22.32, "dark_part": -15.32}),
    Feedback.TOO_LIGHT: Evidence(24.91, {"depth_part": -24.79, "dark_part": -22.31, "log_area": -1.617}),
    Feedback.TOO_HARD: Evidence(-29.33, {"dark_part": 56.42, "fills": -27.74, "modulation": -11.49, "evenness": 6.217}),
    Feedback.MOVED: Evidence(23.59, {"modulation": -15.43, "spread": 8.655, "evenness": -12.69, "dark_part": -18.65}),
    Feedback.TIP_ONLY: Evidence(14.04, {"level_ridges": 9.2, "log_area": -2.263, "height_to_width": -11.06}),
    Feedback.OFF_CENTRE: Evidence(-5.325, {"off_centre_mm": 1.584, "lost_mm": 0.4896}),
    Feedback.DIRTY_GLASS: Evidence(
        -1.369, {"old_ridges": 5.02, "smudges": 21.23, "crossed": 4.51, "strongly_crossed": 3.093}
    ),
    Feedback.TOO_SMALL: Evidence(30.07, {"log_area": -6.686, "glass_part": -4.925}),
    Feedback.OVERLAPPING: Evidence(
        -2.552, {"crossed": 13.31, "strongly_crossed": 10.22, "old_ridges": -15.59, "rest": 0.5904}
    ),
}
