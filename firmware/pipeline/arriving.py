"""Judges a print while its rows still arrive, so that a hopeless one is told before it is whole."""

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Feedback
from firmware.pipeline import parameters, preview
from firmware.pipeline.nfiq2 import sums
from firmware.pipeline.nfiq2.gradients import BLOCK


def foresee(rows: NDArray[np.uint8], height: int, ppi: float, minimum: int) -> tuple[Feedback, ...]:
    """Why a print will hardly reach the score `minimum`; nothing while it may.

    The rows that have come are scored as a print of their own, and those to come may add their share of ARRIVING_GAIN
    points. rows: uint8 (n, w), the upper rows of a print of `height` rows, dark ridges. Raises SampleError as
    `preview.look` does.
    """
    come = len(rows) / height
    if come < parameters.ARRIVING_FROM:
        return ()
    most = preview.look(rows, ppi) + parameters.ARRIVING_GAIN * (1 - come)
    return _explain(rows, come, ppi) if most < minimum else ()


def _explain(rows: NDArray[np.uint8], come: float, ppi: float) -> tuple[Feedback, ...]:
    """What is most likely wrong with the part of a print that has come."""
    lively = _lively(rows)
    area_mm2 = float(lively.sum()) * (BLOCK / ppi * 25.4) ** 2
    if area_mm2 < parameters.ARRIVING_NO_FINGER_MM2:
        return (Feedback.NO_FINGER,)
    if area_mm2 < come * parameters.ARRIVING_SMALL_MM2:
        return (Feedback.TOO_SMALL,)
    dark = _dark_part(rows, lively)
    if dark < parameters.ARRIVING_DRY:
        return (Feedback.TOO_DRY,)
    return (Feedback.TOO_WET,) if dark > parameters.ARRIVING_WET else (Feedback.UNCLEAR,)


def _lively(rows: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Blocks that vary enough to hold ridges, bool (rows, cols)."""
    deviation = np.sqrt(sums.variance(sums.over_blocks(rows)).clip(0))
    floor = parameters.FOREGROUND_DEVIATION_FLOOR
    return np.asarray(deviation > max(floor, parameters.FOREGROUND_DEVIATION_PART * float(deviation.max())))


def _dark_part(rows: NDArray[np.uint8], lively: NDArray[np.bool_]) -> float:
    """The part of the print, every fourth pixel of it, that is darker than the middle between its dark and light."""
    step = 4
    mask = lively.repeat(BLOCK // step, 0).repeat(BLOCK // step, 1)
    seen = rows[::step, ::step]
    greys = seen[mask[: seen.shape[0], : seen.shape[1]]]
    dark, light = np.percentile(greys, (5, 95))
    return float((greys < (dark + light) / 2).mean())
