"""The pin factory `rekam_bench`: gpiozero's pins of a board whose contacts and lamps are in a simulated world.

GPIOZERO_PIN_FACTORY=rekam_bench chooses it, REKAM_BENCH_PINS names the socket in the world's folder. It behaves as
gpiozero's own factories do; `bounce` as lgpio's: an edge is told once its level stayed for that time (py_lgpio,
gpio_set_debounce_micros).
"""

import os
import time
from pathlib import Path

from gpiozero import (
    BadPinFactory,
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
    PinSPIUnsupported,
)
from gpiozero.pins.pi import PiFactory, PiPin

from sim.pin_link import PinLink

SOCKET = "REKAM_BENCH_PINS"
# A Raspberry Pi 4 Model B, 4 GB
_REVISION = 0xC03112
_PULLED = {"up": True, "down": False}
_EDGES = {"none": (), "falling": (False,), "rising": (True,), "both": (False, True)}


class BenchPin(PiPin):
    """One pin: an output tells the world its level; an input is as a contact ties it, or else as its pull."""

    def __init__(self, factory: "BenchFactory", info: object) -> None:
        super().__init__(factory, info)
        self._function = "input"
        self._pull = self.info.pull or "floating"
        self._level = self._pull == "up"
        self._bounce: float | None = None
        self._edges = "both"
        self._is_watched = False
        self._told = self._get_state()
        self.settles_at: float | None = None

    def close(self) -> None:
        """Let the pin go: an input that nobody watches."""
        self.when_changed = None
        self.function = "input"

    def output_with_state(self, state: float) -> None:
        """Become an output that begins at this level, without another before it."""
        self._function = "output"
        self._set_state(state)

    def follow(self) -> None:
        """A contact was closed or opened."""
        if self._bounce:
            self.settles_at = time.monotonic() + self._bounce
        else:
            self._tell()

    def settle(self, now: float) -> None:
        """Tell the edge whose level has stayed for long enough."""
        if self.settles_at is not None and now >= self.settles_at:
            self.settles_at = None
            self._tell()

    def _tell(self) -> None:
        level = self._get_state()
        if level == self._told or self._function == "output":
            return
        self._told = level
        if self._is_watched and level in _EDGES[self._edges]:
            self._call_when_changed(time.monotonic(), level)

    def _get_function(self) -> str:
        return self._function

    def _set_function(self, value: str) -> None:
        if value not in ("input", "output"):
            raise PinInvalidFunction("function must be input or output")
        self._level = self._get_state()
        self._function = value
        self._send()

    def _get_state(self) -> bool:
        if self._function == "output":
            return self._level
        tied: bool | None = self.factory.tied.get(self._number)
        return _PULLED.get(self._pull, self._level) if tied is None else tied

    def _set_state(self, value: float) -> None:
        if self._function == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        self._level = bool(value)
        self._send()

    def _send(self) -> None:
        self.factory.link.tell(self._number, int(self._level) if self._function == "output" else None)

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"PWM is not supported on pin {self!r}")

    def _get_pull(self) -> str:
        return self._pull

    def _set_pull(self, value: str) -> None:
        if self._function != "input":
            raise PinFixedPull(f"cannot set pull on non-input pin {self!r}")
        if self.info.pull and value != self.info.pull:
            raise PinFixedPull(f"{self!r} has a fixed pull resistor")
        if value not in ("floating", "up", "down"):
            raise PinInvalidPull("pull must be floating, up, or down")
        self._level = self._get_state()
        self._pull = value
        self._tell()

    def _get_bounce(self) -> float | None:
        return self._bounce

    def _set_bounce(self, value: float | None) -> None:
        try:
            bounce = None if value is None else float(value)
        except ValueError as error:
            raise PinInvalidBounce("bounce must be None or a float") from error
        if bounce is not None and bounce < 0:
            raise PinInvalidBounce("bounce must be 0 or greater")
        self._bounce = bounce

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: str) -> None:
        if value not in _EDGES:
            raise PinInvalidEdges("edges must be none, falling, rising or both")
        self._edges = value

    def _enable_event_detect(self) -> None:
        self._told = self._get_state()
        self._is_watched = True

    def _disable_event_detect(self) -> None:
        self._is_watched = False


class BenchFactory(PiFactory):
    """The board; its pins are reached through the world's socket, whether the world is there already or not.

    Raises gpiozero's BadPinFactory where REKAM_BENCH_PINS is not set.
    """

    def __init__(self) -> None:
        super().__init__()
        path = os.environ.get(SOCKET)
        if not path:
            raise BadPinFactory(f"{SOCKET} is not set; write the path of pins.sock in the world's folder")
        self.pin_class = BenchPin
        self.tied: dict[int, bool | None] = {}
        self.link = PinLink(Path(path), self._tie, self._next_time, self._settle)

    def close(self) -> None:
        """Let all pins and the world go."""
        super().close()
        self.link.close()

    def ticks(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        """Seconds between two `ticks`."""
        return later - earlier

    def spi(self, **spi_args: object) -> object:
        """Raise PinSPIUnsupported: the panel has no SPI."""
        raise PinSPIUnsupported("the bench has no SPI")

    def _get_revision(self) -> int:
        return _REVISION

    def _bench_pins(self) -> list[BenchPin]:
        return list(self.pins.values())

    def _tie(self, number: int, level: int | None) -> None:
        self.tied[number] = None if level is None else bool(level)
        for pin in self._bench_pins():
            if pin._number == number:
                pin.follow()

    def _next_time(self) -> float | None:
        return min((pin.settles_at for pin in self._bench_pins() if pin.settles_at is not None), default=None)

    def _settle(self) -> None:
        now = time.monotonic()
        # In the order of their edges, however late this comes
        for pin in sorted(self._bench_pins(), key=lambda pin: pin.settles_at or 0.0):
            pin.settle(now)
