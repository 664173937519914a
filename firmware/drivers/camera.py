"""What a camera is to the kit, and how one is found by its name among the entry points `rekam.cameras`."""

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware.errors import ConfigError, DeviceRefused
from firmware.structure import freeze

GROUP = "rekam.cameras"


class CameraShot(Protocol):
    """What a camera gives: pixels uint8 (h, w, 3), RGB; exposure_s in seconds; gain, 1 for none.

    settled: whether the exposure had stopped changing. make, model: of the camera, empty where it does not tell.
    """

    pixels: NDArray[np.uint8]
    exposure_s: float
    gain: float
    settled: bool
    make: str
    model: str


class Camera(Protocol):
    """A camera; made with source, width, height and timeout_s as keywords, it opens at its first use or before.

    capture raises DeviceError: LinkTimeout when no picture comes in time, DeviceAbsent, DeviceBusy, DeviceRefused.
    """

    def capture(self) -> CameraShot:
        """Take one picture, once the exposure has settled or the time for that is over."""

    def close(self) -> None:
        """Let the camera go; it may be closed twice."""


@dataclass(frozen=True, slots=True)
class CameraImage:
    """One picture as the kit keeps it; see `CameraShot`."""

    pixels: NDArray[np.uint8]
    exposure_s: float
    gain: float
    settled: bool
    make: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        freeze(self, "pixels")


def open_camera(name: str, *, source: str = "", width: int = 0, height: int = 0, timeout_s: float = 8.0) -> Camera:
    """The camera of this name. Raises ConfigError when none is installed under it."""
    known = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in known:
        raise ConfigError(f"camera.model: no camera {name!r} is installed; known are {', '.join(sorted(known))}")
    camera: Camera = known[name].load()(source=source, width=width, height=height, timeout_s=timeout_s)
    return camera


def take(camera: Camera) -> CameraImage:
    """One picture of a camera, whoever wrote that. Raises DeviceError, DeviceRefused for what is no picture."""
    shot = camera.capture()
    pixels = np.ascontiguousarray(shot.pixels)
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise DeviceRefused("camera", f"gave {pixels.dtype} {pixels.shape} where uint8 (h, w, 3) was meant")
    return CameraImage(pixels, float(shot.exposure_s), float(shot.gain), bool(shot.settled), shot.make, shot.model)
