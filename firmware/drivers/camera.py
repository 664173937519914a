"""What a camera is to the kit, and how one is found by its name among the entry points `rekam.cameras`."""

import errno
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device
from firmware.errors import ConfigError, DeviceAbsent, DeviceBusy, DeviceError, DeviceRefused, LinkLost, LinkTimeout
from firmware.structure import freeze

GROUP = "rekam.cameras"
_NAME = "camera"
_ABSENT = {errno.ENODEV, errno.ENXIO, errno.ENOENT, errno.ECONNREFUSED}


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

    capture raises DeviceError: LinkTimeout when no picture comes in time, DeviceAbsent, DeviceBusy, DeviceRefused; one
    that knows nothing of Rekam raises OSError as the kernel does.
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


class SteadyCamera:
    """A camera that is opened for its first picture, and anew after it failed; all that it raises is a DeviceError.

    open_one: makes it. fault: why the last picture failed, None when it came. device: its maker and model, None before
    the first picture.
    """

    def __init__(self, open_one: Callable[[], Camera]) -> None:
        self._open_one = open_one
        self._camera: Camera | None = None
        self.fault: DeviceError | None = None
        self.device: Device | None = None

    def capture(self) -> CameraImage:
        """Take one picture. Raises DeviceError."""
        try:
            if self._camera is None:
                self._camera = self._open_one()
            image = take(self._camera)
        except DeviceError as fault:
            self._fail(fault)
            raise
        except Exception as error:
            # Who may bring a camera is open, and so is what it raises: fingers are recorded all the same
            named = _named(error)
            self._fail(named)
            raise named from error
        self.fault, self.device = None, Device(image.make, image.model)
        return image

    def check(self) -> None:
        """Take a picture for nobody, and let the camera go again. Raises DeviceError."""
        self.capture()
        self.close()

    def close(self) -> None:
        """Let the camera go; closing twice is no fault."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()

    def _fail(self, fault: DeviceError) -> None:
        self.fault = fault
        self.close()


def _named(error: Exception) -> DeviceError:
    if isinstance(error, TimeoutError):
        return LinkTimeout(_NAME, "no picture in time; check its cable")
    if not isinstance(error, OSError):
        return DeviceRefused(_NAME, f"{error}; check [camera] in kit.toml")
    if error.errno in _ABSENT:
        return DeviceAbsent(_NAME, f"is not there ({error.strerror}); check its cable")
    if error.errno == errno.EBUSY:
        return DeviceBusy(_NAME, "another program uses it; end that one")
    return LinkLost(_NAME, f"failed ({error}); check its cable")
