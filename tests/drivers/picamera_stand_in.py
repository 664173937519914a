"""A stand-in for picamera2's class, with its signatures: a sensor whose exposure needs some frames to settle.

Names, order and defaults of all parameters are those of picamera2 0.3.38; the tests hold them to the real package.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 32
_CAMERAS = 1


class Picamera2:
    """One camera that sees `scene`; `slow_frames` is how many frames the exposure takes, `dead` gives none at all."""

    scene: NDArray[np.uint8] = np.zeros((48, 50, 3), np.uint8)
    slow_frames = 4
    dead = False
    opened = 0

    def __init__(
        self, camera_num: Any = 0, verbose_console: Any = None, tuning: Any = None, allocator: Any = None
    ) -> None:
        if camera_num >= _CAMERAS:
            raise IndexError("list index out of range")
        if Picamera2.opened:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        Picamera2.opened += 1
        self._config: dict[str, Any] = {}
        self._started = False
        self._frames = 0

    @property
    def camera_properties(self) -> dict[str, Any]:
        """What the sensor says of itself."""
        return {"Model": "imx708", "PixelArraySize": self.scene.shape[1::-1]}

    def create_still_configuration(
        self,
        main: Any = {},  # noqa: B006  the real one's default
        lores: Any = None,
        raw: Any = {},  # noqa: B006
        transform: Any = None,
        colour_space: Any = None,
        buffer_count: Any = 1,
        controls: Any = {},  # noqa: B006
        display: Any = None,
        encode: Any = None,
        queue: Any = True,
        sensor: Any = {},  # noqa: B006
        use_case: Any = "still",
    ) -> dict[str, Any]:
        """A configuration for single pictures."""
        size = main.get("size", self.scene.shape[1::-1])
        return {"use_case": use_case, "main": {"format": main.get("format", "BGR888"), "size": tuple(size)}}

    def configure(self, camera_config: Any = None) -> None:
        """Take a configuration; the sensor gives only its own size."""
        if tuple(camera_config["main"]["size"]) != self.scene.shape[1::-1]:
            raise RuntimeError("Unable to configure the camera")
        self._config = camera_config

    def camera_configuration(self) -> dict[str, Any]:
        """The configuration that was taken."""
        return self._config

    def start(self, config: Any = None, show_preview: Any = False) -> None:
        """Let frames come."""
        self._started = True

    def stop(self) -> None:
        """No more frames."""
        self._started = False

    def close(self) -> None:
        """Let the camera go."""
        Picamera2.opened -= 1

    def capture_request(
        self, wait: Any = None, signal_function: Callable[..., None] | None = None, flush: Any = None
    ) -> "CompletedRequest":
        """The next frame, within `wait` seconds."""
        if not self._started:
            raise RuntimeError("Camera must be started before capturing")
        if self.dead:
            raise TimeoutError
        self._frames += 1
        return CompletedRequest(self, self._frames)


class CompletedRequest:
    """One frame; it must be released."""

    held = 0

    def __init__(self, camera: Picamera2, number: int) -> None:
        CompletedRequest.held += 1
        self._camera, self._number = camera, number

    def get_metadata(self) -> dict[str, Any]:
        """How the frame was taken: the exposure doubles until it is right."""
        missing = max(0, self._camera.slow_frames - self._number)
        return {"ExposureTime": 16000 >> missing, "AnalogueGain": 1.5, "DigitalGain": 1.0}

    def make_array(self, name: str) -> NDArray[np.uint8]:
        """The frame, its rows padded to the hardware's alignment, its channels as the format has them in memory."""
        scene = self._camera.scene >> max(0, self._camera.slow_frames - self._number)
        if self._camera.camera_configuration()[name]["format"] == "RGB888":
            scene = scene[:, :, ::-1]
        padding = -scene.shape[1] % _ALIGNMENT
        return np.pad(scene, ((0, 0), (0, padding), (0, 0)), constant_values=85)

    def release(self) -> None:
        """Give the frame's buffer back."""
        CompletedRequest.held -= 1
