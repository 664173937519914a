"""The kit's hardware: opens the configured devices in order, closes them in reverse, reports all faults at once."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Self

from firmware import device_statuses, known_sensor
from firmware.config import KitConfig
from firmware.datatypes import DeviceState, DeviceStatus
from firmware.device_settings import CameraConfig
from firmware.drivers.camera import Camera, SteadyCamera, open_camera
from firmware.drivers.fingerprint_opening import RARE_BAUD_RATES
from firmware.drivers.panel import Panel, Wiring
from firmware.errors import DeviceAbsent, DeviceError, DevicesFailed, LinkError
from firmware.guarded import Alive, GuardedCamera, GuardedGauge, GuardedSensor
from firmware.ownership import owned
from firmware.power import FIRST_AGAIN_S, Limits, Power, PowerMonitor

_log = logging.getLogger(__name__)


def _fingerprint(config: KitConfig, alive: Alive, rare_baud_rates: Sequence[int]) -> GuardedSensor:
    settings = config.fingerprint
    sensor = GuardedSensor(
        settings.port, ppi=settings.ppi, passwords=settings.passwords, checks=settings.sensor_check, alive=alive
    )
    sensor.open(rare_baud_rates=rare_baud_rates)
    return sensor


def _camera(settings: CameraConfig, alive: Alive) -> Camera:
    size, timeout_s = {"width": settings.width, "height": settings.height}, settings.timeout_s
    camera = open_camera(settings.model, source=settings.source, timeout_s=timeout_s, **size)
    return GuardedCamera(camera, timeout_s, alive)


_OPENERS: Mapping[str, Callable[[KitConfig, Alive, Sequence[int]], GuardedSensor]] = {"fingerprint": _fingerprint}


LOOK_S = 5.0
"""How often devices that nobody uses are looked after, seconds."""

PICTURE_S = 30.0
"""How often a camera that failed is asked for a picture, seconds: one that is silent takes some of its own."""


class Kit:
    """Every configured device, open while the context lasts; one process owns a kit at a time.

    patient: a device that cannot be opened is no error; `look_after` opens it when it comes. alive: called a few times
    a second while a device is waited for.

    Raises DeviceBusy when another process records with this data folder, DevicesFailed or the one DeviceError when
    devices cannot be opened, ConfigError when the data folder cannot be made.
    """

    def __init__(self, config: KitConfig, *, patient: bool = False, alive: Alive = lambda: None) -> None:
        self._config = config
        self._alive = alive
        self._patient = patient
        self._devices: dict[str, GuardedSensor] = {}
        self._faults: dict[str, DeviceError] = {}
        self._next_look = self._next_picture = 0.0
        self._was_well: dict[str, bool] = {}
        power = config.power
        self.panel = Panel(Wiring(**config.panel.model_dump())) if config.panel else None
        self._gauge = GuardedGauge(power.bus, power.address, alive) if power else None
        limits = Limits(power.low_percent, power.critical_percent, power.critical_v) if power else None
        self._monitor = PowerMonitor(self._gauge.read if self._gauge else None, limits)
        self._power = Power()
        self.camera = SteadyCamera(partial(_camera, config.camera, alive)) if config.camera else None
        self._ownership = owned(config.data)

    @property
    def fingerprint(self) -> GuardedSensor:
        """The fingerprint sensor."""
        if "fingerprint" not in self._devices:
            raise DeviceAbsent("fingerprint", "is not open; check its cable and power")
        return self._devices["fingerprint"]

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How every configured device is doing."""
        panel = (device_statuses.of_panel(self.panel, self._faults.get("panel")),) if self.panel else ()
        battery = (device_statuses.of_battery(self._power, self._gauge.device),) if self._gauge else ()
        camera = (device_statuses.of_camera(self.camera),) if self.camera else ()
        return (*(self._status(name) for name in _OPENERS), *panel, *battery, *camera)

    def look_at_power(self, now: float) -> Power:
        """The power as last judged; the gauge is read when it is time to. now: seconds of a monotonic clock."""
        self._power = self._monitor.look(now)
        return self._power

    def await_power(self) -> Power:
        """The power before somebody is recorded: a gauge that has not answered yet is given a few seconds to."""
        power = self.look_at_power(time.monotonic())
        while self._monitor.is_settling:
            time.sleep(FIRST_AGAIN_S)
            power = self.look_at_power(time.monotonic())
        return power

    def lost(self, name: str, fault: DeviceError) -> None:
        """Take note that a device failed in its work, until it is opened anew."""
        if name in self._devices:
            self._devices.pop(name).close()
            self._faults[name] = fault

    def reopen(self, name: str) -> None:
        """Close one device and open it anew, after its link failed.

        A sensor that stays silent loses its supply for a moment, where the panel can switch that; a camera opens by
        itself at its next picture. Raises DeviceError.
        """
        if name not in _OPENERS:
            return
        try:
            self._open(name)
        except (DeviceAbsent, LinkError):
            if not (self.panel and self.panel.is_there):
                raise
            self.panel.power_cycle()
            self._open(name)

    def search(self) -> None:
        """Open the sensor anew, at whatever speed of its family it was left. Raises DeviceError."""
        self._open("fingerprint", RARE_BAUD_RATES)

    def _open(self, name: str, rare_baud_rates: Sequence[int] = ()) -> None:
        if name in self._devices:
            self._devices.pop(name).close()
        try:
            self._devices[name] = _OPENERS[name](self._config, self._alive, rare_baud_rates)
        except DeviceError as fault:
            self._faults[name] = fault
            raise
        self._faults.pop(name, None)
        known_sensor.meet(self._config.data, self._devices[name].device)

    def changes(self) -> tuple[DeviceStatus, ...]:
        """The devices that went or came back since this was last asked, as they are now; at first none is gone."""
        known = [status for status in self.statuses() if status.state is not DeviceState.UNKNOWN]
        well = {status.name: status.state is DeviceState.OK for status in known}
        changed = tuple(status for status in known if well[status.name] is not self._was_well.get(status.name, True))
        self._was_well |= well
        return changed

    def look_after(self, now: float, *, in_session: bool = False) -> bool:
        """Open what came back, notice what went; asks seldom. Returns whether anything changed.

        now: seconds of a monotonic clock. in_session: the sensor and the camera are let be, they are at work.
        """
        if now < self._next_look:
            return False
        self._next_look = now + LOOK_S
        before = self.statuses()
        if self.panel and not self.panel.is_open:
            self._open_panel()
        if not in_session:
            self._look_after_sensors()
            self._look_after_camera(now)
        return self.statuses() != before

    def _look_after_sensors(self) -> None:
        for name in _OPENERS:
            if name not in self._devices:
                self._try(name)
                continue
            try:
                self._devices[name].check()
            except DeviceError as fault:
                _log.info("kit: %s", fault)
                self.lost(name, fault)

    def _look_after_camera(self, now: float) -> None:
        """One that works takes its next picture in a session: it would be warm and use power for nothing."""
        camera = self.camera
        if camera is None or now < self._next_picture or (camera.device and not camera.fault):
            return
        self._next_picture = now + PICTURE_S
        try:
            camera.check()
        except DeviceError as fault:
            _log.info("kit: %s", fault)

    def _try(self, name: str) -> None:
        try:
            self._open(name)
        except DeviceError as fault:
            _log.info("kit: %s", fault)

    def _open_panel(self) -> None:
        """A kit without its panel records all the same."""
        if self.panel is None:
            return
        try:
            self.panel.open()
        except DeviceError as fault:
            _log.info("kit: %s", fault)
            self._faults["panel"] = fault
        else:
            self._faults.pop("panel", None)

    def _status(self, name: str) -> DeviceStatus:
        if name in self._devices:
            return device_statuses.healthy(name, self._devices[name].device)
        fault = self._faults.get(name)
        return device_statuses.ill(name, fault) if fault else DeviceStatus(name, DeviceState.UNKNOWN)

    def __enter__(self) -> Self:
        self._ownership.__enter__()
        try:
            for name in _OPENERS:
                self._try(name)
            faults = tuple(self._faults.values())
            self._open_panel()
            if faults and not self._patient:
                raise faults[0] if len(faults) == 1 else DevicesFailed(faults)
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def _close(self) -> None:
        while self._devices:
            self._devices.popitem()[1].close()
        if self._gauge:
            self._gauge.close()
        if self.panel:
            self.panel.close()
        if self.camera:
            self.camera.close()
        self._ownership.__exit__(None, None, None)
