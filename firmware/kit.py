"""The kit's hardware: opens the configured devices in order, closes them in reverse, reports all faults at once."""

import fcntl
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from firmware.config import KitConfig
from firmware.datatypes import DeviceState, DeviceStatus
from firmware.drivers.fingerprint import FingerprintSensor
from firmware.drivers.fuel_gauge import FuelGauge
from firmware.errors import ConfigError, DeviceAbsent, DeviceBusy, DeviceError, DevicesFailed
from firmware.power import Limits, Power, PowerMonitor

_log = logging.getLogger(__name__)


def _fingerprint(config: KitConfig) -> FingerprintSensor:
    settings = config.fingerprint
    sensor = FingerprintSensor(
        settings.port, ppi=settings.ppi, passwords=settings.passwords, checks=settings.sensor_check
    )
    try:
        sensor.open()
    except BaseException:
        sensor.close()
        raise
    return sensor


_OPENERS: Mapping[str, Callable[[KitConfig], FingerprintSensor]] = {"fingerprint": _fingerprint}
_STATES = {DeviceAbsent: DeviceState.ABSENT, DeviceBusy: DeviceState.BUSY}


LOOK_S = 5.0
"""How often devices that nobody uses are looked after, seconds."""


class Kit:
    """Every configured device, open while the context lasts; one process owns a kit at a time.

    patient: a device that cannot be opened is no error; `look_after` opens it when it comes.

    Raises DeviceBusy when another process records with this data folder, DevicesFailed or the one DeviceError when
    devices cannot be opened, ConfigError when the data folder cannot be made.
    """

    def __init__(self, config: KitConfig, *, patient: bool = False) -> None:
        self._config = config
        self._patient = patient
        self._devices: dict[str, FingerprintSensor] = {}
        self._faults: dict[str, DeviceError] = {}
        self._next_look = 0.0
        power = config.power
        self._gauge = FuelGauge(power.bus, power.address) if power else None
        limits = Limits(power.low_percent, power.critical_percent, power.critical_v) if power else None
        self._monitor = PowerMonitor(self._gauge.read if self._gauge else None, limits)
        self._power = Power()
        self._ownership = owned(config.data)

    @property
    def fingerprint(self) -> FingerprintSensor:
        """The fingerprint sensor."""
        if "fingerprint" not in self._devices:
            raise DeviceAbsent("fingerprint", "is not open; check its cable and power")
        return self._devices["fingerprint"]

    def statuses(self) -> tuple[DeviceStatus, ...]:
        """How every configured device is doing."""
        battery = (self._battery(),) if self._gauge else ()
        return (*(self._status(name) for name in _OPENERS), *battery)

    def look_at_power(self, now: float) -> Power:
        """The power as last judged; the gauge is read when it is time to. now: seconds of a monotonic clock."""
        self._power = self._monitor.look(now)
        return self._power

    def reopen(self, name: str) -> None:
        """Close one device and open it anew, after its link failed. Raises DeviceError."""
        if name in self._devices:
            self._devices.pop(name).close()
        try:
            self._devices[name] = _OPENERS[name](self._config)
        except DeviceError as fault:
            self._faults[name] = fault
            raise
        self._faults.pop(name, None)

    def look_after(self, now: float) -> bool:
        """Open what came back, notice what went; asks seldom. Returns whether anything changed.

        now: seconds of a monotonic clock.
        """
        if now < self._next_look:
            return False
        self._next_look = now + LOOK_S
        before = self.statuses()
        for name in _OPENERS:
            if name not in self._devices:
                self._try(name)
                continue
            try:
                self._devices[name].check()
            except DeviceError as fault:
                _log.info("kit: %s", fault)
                self._faults[name] = fault
                self._devices.pop(name).close()
        return self.statuses() != before

    def _try(self, name: str) -> None:
        try:
            self.reopen(name)
        except DeviceError as fault:
            _log.info("kit: %s", fault)

    def _battery(self) -> DeviceStatus:
        if self._power.fault:
            return DeviceStatus("battery", DeviceState.FAULT, self._power.fault)
        known = self._power.reading and self._gauge
        return DeviceStatus("battery", DeviceState.OK if known else DeviceState.UNKNOWN, model=_model(self._gauge))

    def _status(self, name: str) -> DeviceStatus:
        if name in self._devices:
            return _healthy(name, self._devices[name])
        fault = self._faults.get(name)
        return _ill(name, fault) if fault else DeviceStatus(name, DeviceState.UNKNOWN)

    def __enter__(self) -> Self:
        self._ownership.__enter__()
        try:
            for name in _OPENERS:
                self._try(name)
            if self._faults and not self._patient:
                faults = tuple(self._faults.values())
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
        self._ownership.__exit__(None, None, None)


def probe(config: KitConfig) -> tuple[DeviceStatus, ...]:
    """Look at every device by itself. Raises DeviceBusy while another process records with this data folder."""
    with owned(config.data):
        return tuple(_probed(name, config) for name in _OPENERS)


def all_busy(owner: DeviceBusy) -> tuple[DeviceStatus, ...]:
    """How the devices are while another process owns the kit."""
    return tuple(DeviceStatus(name, DeviceState.BUSY, _words(owner)) for name in _OPENERS)


@contextmanager
def owned(data: Path) -> Iterator[None]:
    """Own a kit's data folder, made if it is missing. Raises DeviceBusy, naming the process that owns it already."""
    path = data / "kit.lock"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.open("a+", encoding="ascii")
    except OSError as error:
        raise ConfigError(f"data: {data} cannot be used ({error}); name a folder that this user may write") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            message = f"process {owner} records with {data}; wait until it ends, or end it"
            raise DeviceBusy("kit", message) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _probed(name: str, config: KitConfig) -> DeviceStatus:
    try:
        device = _OPENERS[name](config)
    except DeviceError as fault:
        return _ill(name, fault)
    try:
        return _healthy(name, device)
    finally:
        device.close()


def _healthy(name: str, device: FingerprintSensor) -> DeviceStatus:
    return DeviceStatus(name, DeviceState.OK, model=_model(device))


def _model(device: FingerprintSensor | FuelGauge | None) -> str:
    return f"{device.device.make} {device.device.model}".strip() if device else ""


def _ill(name: str, fault: DeviceError) -> DeviceStatus:
    return DeviceStatus(name, _STATES.get(type(fault), DeviceState.FAULT), _words(fault))


def _words(error: DeviceError) -> str:
    return str(error).removeprefix(f"{error.device}: ")
