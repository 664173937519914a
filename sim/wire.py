"""A serial wire: a pseudo-terminal that takes the time its bytes need and garbles them at the wrong speed.

A pseudo-terminal passes any byte at once at any speed (measured with pyserial 3.5), so this end keeps the time itself,
reads the speed that the program has set, and lets the path in kit.toml (a symbolic link) outlive a pulled plug.
No slave descriptor is kept open: so the kernel tells by a hang-up when the last program has gone.
"""

import contextlib
import fcntl
import os
import select
import struct
import time
import tty
from pathlib import Path

from sim.uart import hear

# ioctl_tty(2): struct termios2, whose last word is the speed in bits a second, one of the old table's or any other
_TCGETS2, _TERMIOS2 = 0x802C542A, struct.Struct("4I20B2I")
# One chunk of bytes takes this long; shorter costs wake-ups, longer is less like a wire
_CHUNK_S = 0.004
_LOOK_FOR_PROGRAM_S = 0.01
# The kernel holds some 16 kB for a program that does not read; then a real UART would lose bytes
_STALLED_S = 2.0


class Wire:
    """The device's end of a serial line at `path`; `baud` is the device's own speed.

    `pace` stretches the time that bytes take: 1 as on a real wire, 0 at once.
    """

    def __init__(self, path: Path, *, baud: int, pace: float = 1.0) -> None:
        self.baud = baud
        self._path = path
        self._pace = pace
        self._has_program = False
        self._wake_read, self._wake_write = os.pipe()
        self._master = -1
        self.plug_in()

    def plug_in(self) -> None:
        """Make the port appear."""
        if self._master >= 0:
            return
        self._master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        link = self._path.with_name(self._path.name + ".new")
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        os.close(slave)
        link.replace(self._path)

    def unplug(self) -> None:
        """Make the port vanish: programs that have it open see a hang-up."""
        if self._master < 0:
            return
        self._path.unlink(missing_ok=True)
        os.close(self._master)
        self._master = -1
        self._has_program = False

    def wake(self) -> None:
        """End a `receive` or `send` that is under way in another thread; from then on both return at once."""
        os.write(self._wake_write, b"\0")

    def close(self) -> None:
        """Unplug for good; `wake` must have ended the other thread's use before."""
        self.unplug()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def is_newly_opened(self) -> bool:
        """Whether a program has opened the port since the last call; what the one before left unread is gone."""
        is_open = self._is_open()
        is_new = is_open and not self._has_program
        if self._has_program and not is_open:
            self._drain()
        self._has_program = is_open
        return is_new

    def receive(self, timeout_s: float) -> bytes:
        """What a program has sent, once it is all here; empty when nothing came in time.

        Empty too until `is_newly_opened` has told that there is a program: what it sends comes after its opening.
        """
        if not self._has_program or not self._is_open():
            self.pause(min(timeout_s, _LOOK_FOR_PROGRAM_S))
            return b""
        if self._master not in select.select([self._master, self._wake_read], [], [], timeout_s)[0]:
            return b""
        try:
            data = os.read(self._master, 4096)
        except OSError:
            return b""
        self.pause(self._duration(len(data)))
        return hear(data, self._program_baud(), self.baud)

    def send(self, data: bytes) -> None:
        """Send bytes; returns when the last one has arrived, or has been lost as no program reads."""
        begun = time.monotonic()
        chunk = max(1, int(_CHUNK_S * self.baud / 10))
        for start in range(0, len(data), chunk if self._pace else max(1, len(data))):
            piece = data[start : start + chunk] if self._pace else data
            # Against the start, not the last chunk: late wake-ups must not add up
            if not self.pause(begun + self._duration(start + len(piece)) - time.monotonic()):
                return
            if self._master < 0 or not self._write(hear(piece, self.baud, self._program_baud())):
                return

    def pause(self, seconds: float) -> bool:
        """Let time pass; False when the wire is being closed."""
        return not select.select([self._wake_read], [], [], max(0.0, seconds))[0]

    def _duration(self, count: int) -> float:
        return count * 10 / self.baud * self._pace

    def _program_baud(self) -> int:
        # On the master this asks for the slave's settings (Linux, tty_ioctl)
        return int(_TERMIOS2.unpack(fcntl.ioctl(self._master, _TCGETS2, bytes(_TERMIOS2.size)))[-1])

    def _is_open(self) -> bool:
        if self._master < 0:
            return False
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        return not any(event & select.POLLHUP for _, event in poll.poll(0))

    def _write(self, data: bytes) -> bool:
        while data:
            try:
                data = data[os.write(self._master, data) :]
            except BlockingIOError:
                if self._master not in select.select([], [self._master], [], _STALLED_S)[1]:
                    return False
            except OSError:
                return False
            if data and (not self._is_open() or not self.pause(0)):
                return False
        return True

    def _drain(self) -> None:
        """Throw away what the last program did not read, as a kernel does when a real port is closed."""
        with contextlib.suppress(OSError):
            slave = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            try:
                while os.read(slave, 4096):
                    pass
            finally:
                os.close(slave)
