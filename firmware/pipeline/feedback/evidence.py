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
    Feedback.TOO_DRY: Evidence(-7.004, {"gaps": 16.35, "rest": 36.38, "fills": -41.87}),
    Feedback.TOO_WET: Evidence(3.961, {"fills": 60.87, "gaps": -22.05, "dark_part": -15.05}),
    Feedback.TOO_LIGHT: Evidence(24.69, {"depth_part": -24.79, "dark_part": -22.31, "log_area": -1.617}),
    Feedback.TOO_HARD: Evidence(-29.7, {"dark_part": 56.6, "fills": -27.75, "modulation": -11.51, "evenness": 6.286}),
    Feedback.MOVED: Evidence(22.87, {"modulation": -15.43, "spread": 8.535, "evenness": -12.59, "dark_part": -18.66}),
    Feedback.TIP_ONLY: Evidence(14.41, {"level_ridges": 9.184, "log_area": -2.285, "height_to_width": -11.37}),
    Feedback.OFF_CENTRE: Evidence(-4.549, {"off_centre_mm": 1.584, "lost_mm": 0.4896}),
    Feedback.DIRTY_GLASS: Evidence(-0.9237, {"old_ridges": 5.276, "smudges": 21.24, "crossed": 6.183}),
    Feedback.TOO_SMALL: Evidence(31.25, {"log_area": -6.663, "glass_part": -4.869}),
    Feedback.OVERLAPPING: Evidence(0, {"crossed": 18.7}),
}
