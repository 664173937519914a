"""The operator's panel: lamps, a buzzer, three buttons and the switched supply of the fingerprint sensor.

A panel that is not open swallows signals and has no presses: a kit without one, or whose panel is broken, records all
the same. Pins are reached through gpiozero and the pin factory that GPIOZERO_PIN_FACTORY names (lgpio on a board).
"""

import logging
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from firmware.drivers.panel_errors import DEVICE, not_opened
from firmware.drivers.panel_patterns import PATTERNS, Lamp, Pattern, Step
from firmware.drivers.panel_presses import Presses
from firmware.errors import DeviceAbsent
from firmware.signals import PanelButton, Press, Signal

if TYPE_CHECKING:
    import gpiozero

log = logging.getLogger(__name__)

# A sensor takes up to 300 ms to start (ZFM-70 user manual 3.1.3; R503 user manual 1.2.2 p. 3: 50 ms)
_STARTS_S = 0.5


@dataclass(frozen=True, slots=True)
class Wiring:
    """Which GPIO has which part, by Broadcom's numbers, and at which level each part acts; docs/panel.md tells why.

    A button is `active_high` when it connects its pin to 3.3 V; otherwise to ground. The pull of the board's own
    resistor follows from it. presence: a pin that the panel's plug connects as a pressed button does; None without one.
    """

    white: int = 22
    green: int = 23
    amber: int = 24
    red: int = 25
    buzzer: int = 12
    supply: int = 27
    accept: int = 5
    repeat: int = 6
    skip: int = 13
    presence: int | None = None
    lamps_active_high: bool = True
    buzzer_active_high: bool = True
    supply_active_high: bool = False
    buttons_active_high: bool = False
    debounce_s: float = 0.03
    hold_s: float = 2.0


class Panel:
    """The panel behind these pins; `clock` is monotonic, seconds.

    presses: what was pressed, in the order of pressing. Accept and repeat are there once they are down; the third
    button once it is let go or has been held for `hold_s`, and what was pressed meanwhile waits behind it.
    """

    def __init__(self, wiring: Wiring | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.presses: SimpleQueue[Press] = SimpleQueue()
        self._wiring = wiring or Wiring()
        self._buttons = Presses(self.presses, self._wiring.hold_s, clock)
        self._lock = threading.Lock()
        self._devices: list[gpiozero.GPIODevice] = []
        self._lamps: dict[Lamp, gpiozero.LED] = {}
        self._buzzer: gpiozero.Buzzer | None = None
        self._supply: gpiozero.DigitalOutputDevice | None = None
        self._presence: gpiozero.DigitalInputDevice | None = None
        self._player: Any = None
        self._is_closing = threading.Event()

    @property
    def is_open(self) -> bool:
        """Whether the pins are held."""
        return bool(self._devices)

    @property
    def is_there(self) -> bool:
        """Whether the pins are held and the panel's cable is in, as far as a wire of it tells."""
        with self._lock:
            return bool(self._devices) and (self._presence is None or self._presence.is_active)

    @property
    def stuck(self) -> frozenset[PanelButton]:
        """The buttons that were down when the panel was opened, or have been for 20 s: a fault of the button."""
        return self._buttons.stuck

    def open(self) -> None:
        """Take the pins: lamps dark, the sensor's supply on. Raises DeviceAbsent or DeviceBusy with what to try."""
        with self._lock:
            if self._devices:
                return
            try:
                self._take()
            except Exception as error:
                self._release()
                raise not_opened(error) from error
            self._is_closing.clear()
        for button in sorted(self.stuck, key=list(PanelButton).index):
            log.warning("%s: the button %s is stuck: it was down from the start; see its wire", DEVICE, button.value)

    def close(self) -> None:
        """Dark and silent, the sensor's supply on, and the pins free; closing twice is no fault."""
        self._is_closing.set()
        with self._lock:
            self._stop_player()
            self._release()

    def show(self, signal: Signal) -> None:
        """Begin a signal, in place of the one before; it runs by itself, and nothing of it is waited for."""
        with self._lock:
            if not self._devices:
                return
            from gpiozero.threads import GPIOThread

            self._stop_player()
            self._player = GPIOThread(self._play, (PATTERNS[signal],), name="panel signal")
            self._player.start()

    def power_cycle(self, off_s: float = 1.0) -> None:
        """Take the sensor's supply away for `off_s`; returns when it had time to start again.

        The panel may be closed meanwhile, which gives the supply back at once. Raises DeviceAbsent when not open.
        """
        supply = self._supply
        if supply is None:
            raise DeviceAbsent(DEVICE, "the sensor's supply cannot be switched; unplug the sensor by hand")
        log.info("%s: the sensor's supply is off for %g s", DEVICE, off_s)
        with self._lock:
            if not supply.closed:
                supply.off()
        self._is_closing.wait(off_s)
        with self._lock:
            if not supply.closed:
                supply.on()
        self._is_closing.wait(_STARTS_S)

    def _take(self) -> None:
        import gpiozero

        wiring = self._wiring
        _load_factory()
        for lamp in Lamp:
            pin = getattr(wiring, lamp.value)
            self._lamps[lamp] = self._held(gpiozero.LED(pin, active_high=wiring.lamps_active_high))
        self._buzzer = self._held(gpiozero.Buzzer(wiring.buzzer, active_high=wiring.buzzer_active_high))
        self._supply = self._held(
            gpiozero.DigitalOutputDevice(wiring.supply, active_high=wiring.supply_active_high, initial_value=True)
        )
        # gpiozero's Button would do, but its close waits for a held one: as long as hold_s, or ends in ZombieThread
        contact = partial(
            gpiozero.DigitalInputDevice, pull_up=not wiring.buttons_active_high, bounce_time=wiring.debounce_s
        )
        if wiring.presence is not None:
            self._presence = self._held(contact(wiring.presence))
        for button in PanelButton:
            device = self._held(contact(getattr(wiring, button.value)))
            device.when_activated = partial(self._buttons.down, button)
            device.when_deactivated = partial(self._buttons.up, button)
            self._buttons.begin(button, is_down=partial(getattr, device, "is_active"))

    def _held(self, device: Any) -> Any:
        self._devices.append(device)
        return device

    def _release(self) -> None:
        self._write(Step(0))
        if self._supply is not None:
            self._supply.on()
        self._lamps.clear()
        self._buzzer = self._supply = self._presence = None
        while self._devices:
            self._devices.pop().close()
        self._buttons.clear()

    def _stop_player(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player = None

    def _play(self, pattern: Pattern) -> None:
        stopping = self._player.stopping
        try:
            for step in pattern.once:
                self._write(step)
                if stopping.wait(step.seconds):
                    return
            while pattern.then:
                for step in pattern.then:
                    self._write(step)
                    if stopping.wait(step.seconds):
                        return
        except Exception:
            log.exception("%s: its lamps cannot be set; recording goes on without them", DEVICE)

    def _write(self, step: Step) -> None:
        # The lamp to be lit comes last: never are two of them lit
        for lamp, device in sorted(self._lamps.items(), key=lambda item: item[0] is step.lamp):
            device.value = lamp is step.lamp
        if self._buzzer is not None:
            self._buzzer.value = step.buzzer


def _load_factory() -> None:
    """Let gpiozero choose its pin factory; what it warns of on the way goes to the log, and into its error."""
    from gpiozero import BadPinFactory, Device

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            Device.ensure_pin_factory()
        except BadPinFactory as error:
            reasons = "; ".join([str(error), *(str(warning.message) for warning in caught)])
            raise BadPinFactory(reasons) from error
    for warning in caught:
        log.info("%s: %s", DEVICE, warning.message)
