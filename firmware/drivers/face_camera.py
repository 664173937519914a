"""Raspberry Pi cameras through picamera2, on the entry point `rekam.cameras` under that name.

From the Picamera2 manual (Raspberry Pi, 2023), appendix A: the format "BGR888" lies in memory as R, G, B, and "RGB888"
as B, G, R. Rows of a buffer may be padded to a longer stride.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.drivers.camera import CameraImage
from firmware.errors import DeviceAbsent, DeviceBusy, DeviceRefused, LinkTimeout

_NAME = "face camera"
_RGB_IN_MEMORY = "BGR888"
_STEADY = 0.02
"""Light that changes by less than this part from frame to frame, three frames long, has settled."""
_STEADY_FRAMES = 3
_SETTLING = 0.6
"""The part of the time-out that exposure gets to settle; then the picture is taken all the same, and says so."""


class FaceCamera:
    """A camera on the board's own connector; opened at the first picture, and anew after `close`.

    source: the camera's number, 0 when empty. width, height: 0 for the sensor's own.
    """

    def __init__(
        self,
        *,
        source: str = "",
        width: int = 0,
        height: int = 0,
        timeout_s: float = 8.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if source and not source.isdecimal():
            raise DeviceRefused(_NAME, f"source {source!r} is no number of a camera; write 0 or 1")
        self._number = int(source or 0)
        self._size = (width, height) if width and height else None
        self._timeout_s = timeout_s
        self._clock = clock
        self._camera: Any = None

    def capture(self) -> CameraImage:
        """One picture after the exposure has settled. Raises DeviceError: see `Camera`."""
        if self._camera is None:
            self._camera = self._open()
        end = self._clock() + self._timeout_s
        settling_ends = self._clock() + _SETTLING * self._timeout_s
        steady, before = 0, 0.0
        while True:
            with self._frame(end) as request:
                metadata = request.get_metadata()
                light = _exposure_s(metadata) * _gain(metadata)
                steady = steady + 1 if before and abs(light - before) <= _STEADY * before else 0
                before = light
                settled = bool(metadata.get("AeLocked")) or steady >= _STEADY_FRAMES
                if settled or self._clock() >= settling_ends:
                    pixels = self._pixels(request)
                    model = str(self._camera.camera_properties.get("Model", ""))
                    return CameraImage(pixels, _exposure_s(metadata), _gain(metadata), settled, "Raspberry Pi", model)

    def close(self) -> None:
        """Stop and let the camera go."""
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.stop()
            camera.close()

    def _open(self) -> Any:
        try:
            from picamera2 import Picamera2
        except ImportError as error:
            raise DeviceAbsent(_NAME, f"picamera2 is missing ({error}): apt install python3-picamera2") from error
        try:
            camera = Picamera2(self._number)
        except IndexError as error:
            raise DeviceAbsent(_NAME, f"no camera {self._number}; check its ribbon cable on both ends") from error
        except RuntimeError as error:
            raise DeviceBusy(_NAME, f"cannot be opened ({error}); end the program that uses it") from error
        try:
            main: dict[str, Any] = {"format": _RGB_IN_MEMORY} | ({"size": self._size} if self._size else {})
            camera.configure(camera.create_still_configuration(main=main, buffer_count=2))
            camera.start()
        except RuntimeError as error:
            camera.close()
            raise DeviceRefused(_NAME, f"does not start: {error}") from error
        return camera

    @contextmanager
    def _frame(self, end: float) -> Iterator[Any]:
        """The next frame, given back to the camera in the end."""
        left = end - self._clock()
        try:
            if left <= 0:
                raise TimeoutError
            request = self._camera.capture_request(wait=left)
        except TimeoutError as error:
            self.close()
            raise LinkTimeout(_NAME, f"no picture within {self._timeout_s:g} s; check its cable") from error
        except RuntimeError as error:
            self.close()
            raise DeviceRefused(_NAME, f"gave no picture: {error}") from error
        try:
            yield request
        finally:
            request.release()

    def _pixels(self, request: Any) -> NDArray[np.uint8]:
        """The frame without what pads its rows."""
        width, height = self._camera.camera_configuration()["main"]["size"]
        return np.ascontiguousarray(request.make_array("main")[:height, :width], np.uint8)


def _exposure_s(metadata: dict[str, Any]) -> float:
    return float(metadata.get("ExposureTime", 0)) * 1e-6


def _gain(metadata: dict[str, Any]) -> float:
    return float(metadata.get("AnalogueGain", 1)) * float(metadata.get("DigitalGain", 1))
