"""The battery's fuel gauge on the I2C bus."""

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from firmware.datatypes import Device
from firmware.drivers import fuel_gauge_protocol as protocol
from firmware.drivers.i2c import Bus, open_bus
from firmware.errors import DeviceAbsent, DeviceBusy, DeviceError, LinkCorrupt, LinkLost
from firmware.power import BatteryReading

log = logging.getLogger(__name__)

DEVICE: Final = "battery"

_ATTEMPTS = 3
_SILENT = {errno.ENXIO, errno.EREMOTEIO, errno.ENODEV}
_WIRING = "check the four wires of the board and that its battery is in"
_REASONS = {
    errno.ENOENT: "no such I2C bus; switch it on (dtparam=i2c_arm=on in config.txt) and check power.bus in kit.toml",
    errno.EACCES: "this user may not open the bus; add the user to the group i2c",
    errno.EPERM: "this user may not open the bus; add the user to the group i2c",
    errno.ENOTTY: "this is no I2C bus; check power.bus in kit.toml",
    errno.EISDIR: "this is no I2C bus; check power.bus in kit.toml",
    errno.ECONNREFUSED: "nobody serves this bus; start what brings it",
}


class FuelGauge:
    """A MAX17048, or a MAX17043 without its rate; read only, so that no setting of the board is changed.

    bus: number, path or SCHEME:REST. The bus is opened by the first reading, and anew after it failed.
    """

    def __init__(
        self, bus: int | str, address: int = protocol.ADDRESS, *, opener: Callable[[int | str], Bus] = open_bus
    ) -> None:
        self._name = bus
        self._address = address
        self._opener = opener
        self._bus: Bus | None = None
        self._has_rate: bool | None = None

    @property
    def device(self) -> Device:
        """What the gauge says of itself."""
        known = {None: "", True: "MAX17048", False: "MAX17043"}
        return Device("Analog Devices" if self._has_rate is not None else "", known[self._has_rate])

    def open(self) -> None:
        """Take the bus and read once, so that a gauge that is not there is told at once. Raises DeviceError."""
        self.read()

    def close(self) -> None:
        """Let the bus go; closing twice is no fault."""
        if self._bus is not None:
            with suppress(OSError):
                self._bus.close()
            self._bus = None

    def read(self) -> BatteryReading:
        """Read volts, charge and rate; believed once two readings in a row are plausible and agree.

        Raises DeviceAbsent where no bus is, no right to open it, or nothing answers at the address; DeviceBusy where a
        kernel driver owns the gauge; LinkLost where the bus fails; LinkCorrupt where the answers make no sense.
        """
        before, doubt = None, ""
        for _ in range(2 * _ATTEMPTS):
            told = self._read_once()
            if reason := protocol.doubt(told):
                before, doubt = None, reason
                continue
            if before is not None and protocol.agree(before, told):
                return told
            before = told
        doubt = doubt or "no two answers agree"
        raise LinkCorrupt(DEVICE, f"the gauge makes no sense ({doubt}); {_WIRING}; a new battery needs a second")

    def _read_once(self) -> BatteryReading:
        if not self._has_rate:
            self._has_rate = protocol.has_rate(self._register(protocol.VERSION))
        vcell, soc = self._register(protocol.VCELL), self._register(protocol.SOC)
        return protocol.reading(vcell, soc, self._register(protocol.CRATE) if self._has_rate else None)

    def _register(self, register: int) -> bytes:
        faults = []
        for _ in range(_ATTEMPTS):
            try:
                if self._bus is None:
                    self._bus = self._opener(self._name)
                return bytes(self._bus.read_i2c_block_data(self._address, register, 2))
            except OSError as error:
                log.debug("battery: register %#04x: %s", register, error)
                faults.append(error)
                self.close()
        self._has_rate = None
        raise self._named(faults[-1]) from faults[-1]

    def _named(self, error: OSError) -> DeviceError:
        if error.errno in _REASONS:
            return DeviceAbsent(DEVICE, f"bus {self._name}: {_REASONS[error.errno]}")
        if error.errno in _SILENT:
            return DeviceAbsent(DEVICE, f"bus {self._name}: nothing answers at {self._address:#04x}; {_WIRING}")
        if error.errno == errno.EBUSY:
            return DeviceBusy(
                DEVICE, f"bus {self._name}: a kernel driver owns {self._address:#04x}; take its overlay from config.txt"
            )
        return LinkLost(DEVICE, f"bus {self._name}: failed ({error}); {_WIRING}")
