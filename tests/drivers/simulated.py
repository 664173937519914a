"""The simulated sensor for the driver's tests: any model, any fault, with a finger on the glass."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.faults import AnyFault
from sim.line import SensorLine
from sim.people import Resident
from sim.profiles import PROFILES
from sim.world import sensor_line


class OneFinger:
    """A hand whose every finger has the same print."""

    def impression(self, position: int, attempt: int) -> NDArray[np.uint8]:
        """Concentric ridges, uint8 (400, 400)."""
        y, x = np.mgrid[-200:200, -200:200]
        ridges: NDArray[np.uint8] = (128 + 100 * np.sin(np.hypot(y, x) * 0.7)).astype(np.uint8)
        return ridges


def simulated_sensor(port: Path, model: str = "zfm20", *planned: AnyFault) -> SensorLine:
    """A sensor that is alive within its context; its wire takes no time."""
    return sensor_line(port, PROFILES[model], Resident(OneFinger(), hold=True, faults=planned), planned, pace=0)
