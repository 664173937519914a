"""Feeds systemd's watchdog as long as every worker of the station shows signs of life, and tells it what goes on."""

import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

_log = logging.getLogger(__name__)

_A_FEED = 4
"""Looks at the workers in the time that systemd gives."""


class Pulse:
    """The signs of life of one worker."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._until_s = 0.0
        self._beat_s = time.monotonic()

    def beat(self, quiet_s: float = 0.0) -> None:
        """Show a sign of life; the next one may take `quiet_s`, where that is longer than usual."""
        self._beat_s = time.monotonic()
        self._until_s = self._beat_s + quiet_s

    def silent_s(self) -> float:
        """For how long none was shown, nor announced to take so long."""
        now = time.monotonic()
        return 0.0 if now < self._until_s else now - self._beat_s


class Watchdog:
    """What systemd hears: sd_notify(3), datagrams to the socket that NOTIFY_SOCKET names; nothing without one.

    Where WATCHDOG_USEC says that systemd watches, WATCHDOG=1 goes out four times in that time, from `ready` to the end
    of the context, while no pulse is silent for half of it. One that is stands in STATUS, which `systemctl status`
    shows.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        # Kept open: a process that may open nothing more still has its word
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) if address else None
        is_meant = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.limit_s = int(environment.get("WATCHDOG_USEC", "0")) / 1e6 if address and is_meant else 0.0
        self._pulses: list[Pulse] = []
        self._silent = ""
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._feed, name="watchdog", daemon=True)

    def pulse(self, name: str) -> Pulse:
        """The signs of life of another worker, whose first one counts as shown."""
        made = Pulse(name)
        self._pulses.append(made)
        return made

    def say(self, state: str) -> None:
        """Tell systemd one thing, such as READY=1."""
        if self._socket is None:
            return
        try:
            self._socket.sendto(state.encode(), socket.MSG_DONTWAIT, self._address)
        except OSError as error:
            _log.warning("watchdog: %s was not heard (%s)", state, error)

    def extend(self, seconds: float) -> None:
        """Ask for more time to start in, or to end: the next word comes within it."""
        self.say(f"EXTEND_TIMEOUT_USEC={seconds * 1e6:.0f}")

    def ready(self) -> None:
        """Say that the station is ready; from now on systemd watches."""
        self.say("READY=1")
        if self.limit_s:
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._socket is not None:
            self._socket.close()

    def _feed(self) -> None:
        while not self._is_over.wait(self.limit_s / _A_FEED):
            silent = next((pulse for pulse in self._pulses if pulse.silent_s() > self.limit_s / 2), None)
            if silent is None:
                self.say("WATCHDOG=1")
            else:
                self.say(f"STATUS={silent.name}: no sign of life for {silent.silent_s():.0f} s")
            self._tell(silent.name if silent else "")

    def _tell(self, silent: str) -> None:
        """Log what changed."""
        if silent and silent != self._silent:
            _log.error("watchdog: not fed, %s shows no sign of life", silent)
        elif self._silent and not silent:
            self.say("STATUS=")
            _log.info("watchdog: fed again, %s is back", self._silent)
        self._silent = silent
