"""What the first stages see of a print, for all that come after."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Ridges:
    """What is known of the ridges before anything is decided.

    normalised, enhanced: float32 (h, w), ridges positive. By blocks: flow, the orientation in [0, pi), coherence 0..1,
    candidates for the foreground (bool), period in pixels and clarity 0..1.
    """

    normalised: NDArray[np.float32]
    flow: NDArray[np.float32]
    coherence: NDArray[np.float32]
    candidates: NDArray[np.bool_]
    period: NDArray[np.float32]
    enhanced: NDArray[np.float32]
    clarity: NDArray[np.float32]
