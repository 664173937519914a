"""A serial port whose every read ends by a deadline and whose every fault is one of ours."""

import errno
import fcntl
import logging
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from firmware.errors import DeviceAbsent, DeviceBusy, LinkLost, LinkTimeout

if TYPE_CHECKING:
    import serial

log = logging.getLogger(__name__)

_SLICE_S = 0.05
_WRITE_S = 2.0
_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}
_REASONS = {
    errno.ENOENT: "no such port; check the cable and the port in kit.toml",
    errno.ENXIO: "no device is behind this port; check the cable",
    errno.ENODEV: "no device is behind this port; check the cable",
    errno.EIO: "no device is behind this port; check the cable",
    errno.EACCES: "this user may not open the port; add the user to the group dialout",
    errno.EPERM: "this user may not open the port; add the user to the group dialout",
    errno.ENOTTY: "this is no serial port; check the port in kit.toml",
    errno.EISDIR: "this is no serial port; check the port in kit.toml",
}


class SerialLink:
    """One serial port, 8N1 without modem lines, held for this process alone.

    `port` is a device path or any URL that pyserial opens; `clock` is monotonic, seconds. Deadlines are times of that
    clock and are kept within 50 ms. Every method raises LinkLost when the port went away.
    """

    def __init__(self, device: str, port: str, clock: Callable[[], float]) -> None:
        self._device = device
        self._port = port
        self._clock = clock
        self._serial: serial.Serial | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is held."""
        return self._serial is not None

    def open(self, baud_rate: int) -> None:
        """Take the port. Raises DeviceAbsent where none is, DeviceBusy where another process owns it."""
        import serial

        try:
            self._serial = serial.serial_for_url(
                self._port, baudrate=baud_rate, timeout=_SLICE_S, write_timeout=_WRITE_S, exclusive=True
            )
        except (OSError, termios.error, ValueError) as error:
            raise self._not_opened(error) from error
        log.debug("%s: opened %s at %d baud", self._device, self._port, baud_rate)

    def close(self) -> None:
        """Let the port go; closing twice is no fault, nor is closing while another thread hangs in it."""
        port, self._serial = self._serial, None
        if port is None:
            return
        if (number := getattr(port, "fd", None)) is not None:
            # A read that hangs holds the open port, and with it the lock that keeps others out
            with suppress(OSError):
                fcntl.flock(number, fcntl.LOCK_UN)
        with suppress(OSError, termios.error):
            port.close()

    @property
    def baud_rate(self) -> int:
        """The speed in use."""
        return int(self._opened().baudrate)

    @baud_rate.setter
    def baud_rate(self, baud_rate: int) -> None:
        with self._translated("change of speed"):
            self._opened().baudrate = baud_rate

    def write(self, data: bytes) -> None:
        """Send all of it. Raises LinkTimeout when the port takes no bytes."""
        with self._translated("write"):
            self._opened().write(data)

    def read(self, count: int, deadline: float) -> bytes:
        """At least `count` bytes and whatever came with them; fewer only when the deadline passed."""
        port, got = self._opened(), bytearray()
        with self._translated("read"):
            while True:
                got += port.read(max(count - len(got), port.in_waiting))
                if len(got) >= count or self._clock() >= deadline:
                    return bytes(got)

    def discard(self) -> None:
        """Throw away what has arrived."""
        with self._translated("flush"):
            self._opened().reset_input_buffer()

    def drain(self, quiet_s: float, limit_s: float) -> None:
        """Throw away what arrives until the line was quiet for `quiet_s`. Raises LinkTimeout if it never is."""
        limit = self._clock() + limit_s
        while self.read(1, self._clock() + quiet_s):
            if self._clock() >= limit:
                raise LinkTimeout(self._device, f"{self._port} does not fall silent; switch the device off and on")

    def _opened(self) -> "serial.Serial":
        if self._serial is None:
            raise LinkLost(self._device, f"{self._port} is closed; open it again")
        return self._serial

    @contextmanager
    def _translated(self, operation: str) -> Iterator[None]:
        """Whatever pyserial, the kernel or termios raise becomes a LinkError."""
        import serial

        try:
            yield
        except serial.SerialTimeoutException as error:
            raise LinkTimeout(self._device, f"{self._port} takes no bytes; switch the device off and on") from error
        except (OSError, termios.error) as error:
            self.close()
            raise LinkLost(
                self._device, f"{self._port} went away during a {operation}; check the cable ({error})"
            ) from error

    def _not_opened(self, error: Exception) -> DeviceAbsent | DeviceBusy:
        number = _error_number(error)
        if number in _BUSY:
            return DeviceBusy(self._device, f"{self._port} is owned by another process; end that process first")
        return DeviceAbsent(self._device, f"{self._port}: {_REASONS.get(number, f'it cannot be opened ({error})')}")


def _error_number(error: BaseException | None) -> int:
    """The kernel's own number behind an error, 0 where there is none; pyserial wraps termios' errors in its own."""
    while error is not None:
        number = getattr(error, "errno", None) or (error.args[0] if error.args else None)
        if isinstance(number, int):
            return number
        error = error.__context__
    return 0
