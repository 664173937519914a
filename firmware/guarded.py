"""The devices behind their guards: the same calls as their drivers', none of which lasts for ever."""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Device, FrictionRidgeImage, GivenUp
from firmware.drivers import fuel_gauge
from firmware.drivers.camera import Camera, CameraShot
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.drivers.fingerprint_protocol import DEVICE
from firmware.drivers.fuel_gauge import FuelGauge
from firmware.guard import Guard
from firmware.power import BatteryReading

Alive = Callable[[], None]
"""What is called while a device is waited for: whoever waits is alive."""

_SENSOR_S: Final = 10.0
_GAUGE_S: Final = 3.0
_CAMERA_S: Final = 10.0
"""How long each may be silent; the camera so long beyond the time that its settings give it for a picture."""


class GuardedSensor:
    """A fingerprint sensor; see `FingerprintSensor`. What a capture calls back runs in the caller's thread."""

    def __init__(
        self,
        port: str,
        *,
        ppi: float,
        passwords: Sequence[int],
        checks: bool,
        alive: Alive = lambda: None,
    ) -> None:
        self._guard = Guard(DEVICE, _SENSOR_S, alive)
        self._sensor = FingerprintSensor(port, ppi=ppi, passwords=passwords, checks=checks, clock=self._guard.clock)

    @property
    def device(self) -> Device:
        """What the sensor says of itself."""
        return self._sensor.device

    @property
    def speeds(self) -> tuple[int, int]:
        """The speed at which it was found, and the one in use; zeros while it is not open."""
        return self._sensor.found_at or 0, self._sensor.baud_rate if self._sensor.found_at else 0

    def open(self, *, rare_baud_rates: Sequence[int] = ()) -> None:
        """Find the sensor; a port where none is found is let go. Raises DeviceError."""
        try:
            self._guard.run(lambda: self._sensor.open(rare_baud_rates=rare_baud_rates))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let the port go; closing twice is no fault."""
        self._guard.end(self._sensor.close)

    def check(self) -> int:
        """Ask for a sign of life: the confirmation code of an image that is taken. Raises DeviceError."""
        return self._guard.run(self._sensor.check)

    def capture(
        self,
        *,
        timeout_s: float,
        on_lift: Callable[[], None],
        on_progress: Callable[[float], None],
        on_rows: Callable[[NDArray[np.uint8], int, float], None],
        check: bool,
        stop: Callable[[], bool],
    ) -> FrictionRidgeImage | GivenUp | None:
        """Wait for a finger and take its image. Raises DeviceError."""
        here, sensor = self._guard.here, self._sensor
        return self._guard.run(
            lambda: sensor.capture(
                timeout_s=timeout_s,
                on_lift=here(on_lift),
                on_progress=here(on_progress),
                on_rows=here(on_rows),
                check=check,
                stop=here(stop),
            )
        )

    def wait_for_lift(self, timeout_s: float, *, stop: Callable[[], bool]) -> bool:
        """Wait until no finger is on the glass. Raises DeviceError."""
        return self._guard.run(lambda: self._sensor.wait_for_lift(timeout_s, stop=self._guard.here(stop)))


class GuardedCamera:
    """A camera whose picture takes `timeout_s` at the most; one that was given up is to be made anew."""

    def __init__(self, camera: Camera, timeout_s: float, alive: Alive = lambda: None) -> None:
        self._camera = camera
        self._guard = Guard("camera", timeout_s + _CAMERA_S, alive)

    def capture(self) -> CameraShot:
        """Take one picture. Raises DeviceError."""
        return self._guard.run(self._camera.capture)

    def close(self) -> None:
        """Let the camera go; it may be closed twice."""
        self._guard.end(self._camera.close)


class GuardedGauge:
    """A battery's gauge, whose bus is opened anew once its driver was given up."""

    def __init__(self, bus: int | str, address: int, alive: Alive = lambda: None) -> None:
        self._bus, self._address, self._alive = bus, address, alive
        self._guard, self._gauge = self._anew()

    @property
    def device(self) -> Device:
        """What the gauge says of itself."""
        return self._gauge.device

    def read(self) -> BatteryReading:
        """Read volts, charge and rate. Raises DeviceError."""
        if self._guard.is_given_up:
            self._guard.end(self._gauge.close)
            self._guard, self._gauge = self._anew()
        return self._guard.run(self._gauge.read)

    def close(self) -> None:
        """Let the bus go; closing twice is no fault."""
        self._guard.end(self._gauge.close)

    def _anew(self) -> tuple[Guard, FuelGauge]:
        return Guard(fuel_gauge.DEVICE, _GAUGE_S, self._alive), FuelGauge(self._bus, self._address)
