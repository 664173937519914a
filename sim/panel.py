"""The simulated panel: lamps, buzzer and supply switch on a board's outputs, three buttons on its inputs."""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from sim.panel_faults import BouncingButton, ButtonFault, FloatingWire, StuckButton
from sim.pin_socket import Message

# By Broadcom's numbers; the world's kit.toml says the same
OUTPUTS: Mapping[str, int] = {"white": 22, "green": 23, "amber": 24, "red": 25, "buzzer": 12, "supply": 27}
BUTTONS: Mapping[str, int] = {"accept": 5, "repeat": 6, "skip": 13}
PRESENCE = 26
"""A wire that the panel's plug leads back to ground."""
# A button connects its pin to ground
_PRESSED = 0
# Nobody presses again sooner after letting go; longer than any kit's debounce_s
_LIFTED_S = 0.3

_Kind = TypeVar("_Kind", bound=ButtonFault)


class Listener(Protocol):
    """Who is told what happens."""

    def send(self, message: Message) -> None:
        """Take one message; must not wait."""


class Panel:
    """The panel, its wires and their faults; a context manager, within which broken wires pick up their pulses.

    on_supply: told whenever the fingerprint sensor loses its supply or has it back.
    """

    def __init__(self, faults: Iterable[object] = (), on_supply: Callable[[bool], None] = lambda is_on: None) -> None:
        self._faults: list[ButtonFault] = [fault for fault in faults if isinstance(fault, ButtonFault)]
        self._on_supply = on_supply
        self._lock = threading.RLock()
        self._levels: dict[int, int | None] = {}
        self._on = {part: self._acts(part) for part in OUTPUTS}
        self._tied: dict[int, int | None] = dict.fromkeys(BUTTONS.values())
        self._fingers = {button: threading.Lock() for button in BUTTONS}
        self._kits: list[Listener] = []
        self._watchers: list[Listener] = []
        self._is_closing = threading.Event()
        self._is_plugged = True
        for fault in self._of(StuckButton):
            self._tied[BUTTONS[fault.button]] = _PRESSED
        self._threads = [
            threading.Thread(target=self._flutter, args=(fault,), name=f"wire of {fault.button}", daemon=True)
            for fault in self._of(FloatingWire)
        ]

    def __enter__(self) -> "Panel":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_closing.set()
        for thread in self._threads:
            thread.join()

    def is_on(self, part: str) -> bool:
        """Whether a lamp is lit, the buzzer sounds, the sensor has its supply."""
        with self._lock:
            return self._on[part]

    def drive(self, pin: int, level: int | None) -> None:
        """A kit sets an output to this level, or makes an input of the pin (None)."""
        with self._lock:
            self._levels[pin] = level
            self._look()

    def greet(self, kit: Listener) -> None:
        """A kit has come: it hears how all contacts are, and of every change from now on."""
        with self._lock:
            self._tell_contacts(kit)
            kit.send({"ready": True})
            self._kits.append(kit)

    def watch(self, watcher: Listener) -> None:
        """Tell a watcher how all parts are, and every change from now on."""
        with self._lock:
            for part, is_on in self._on.items():
                watcher.send({"part": part, "on": is_on})
            self._watchers.append(watcher)

    def forget(self, gone: Listener) -> None:
        """A kit or watcher is gone. Outputs stay as they are, as under Raspberry Pi's kernel (its issue 6117)."""
        with self._lock:
            self._kits = [kit for kit in self._kits if kit is not gone]
            self._watchers = [watcher for watcher in self._watchers if watcher is not gone]

    def plug(self, *, is_in: bool) -> None:
        """Put the plug of its cable in, or pull it: all is dark then and no contact reaches the kit.

        The sensor keeps its supply, whose switch sits at the sensor.
        """
        with self._lock:
            self._is_plugged = is_in
            self._look()
            for kit in self._kits:
                self._tell_contacts(kit)

    def press(self, button: str, seconds: float) -> None:
        """Hold a button down for so long; returns when the finger has left it. One finger at a time is on a button."""
        with self._fingers[button]:
            if any(fault.button == button for fault in self._of(StuckButton) + self._of(FloatingWire)):
                self._is_closing.wait(seconds)
                return
            self._contact(button, _PRESSED, None)
            self._is_closing.wait(seconds)
            self._contact(button, None, _PRESSED)
            self._is_closing.wait(_LIFTED_S)

    def _acts(self, part: str) -> bool:
        level = self._levels.get(OUTPUTS[part])
        # The switch of the supply is held on by a resistor, and opened by a high level
        return level != 1 if part == "supply" else level == 1 and self._is_plugged

    def _tell_contacts(self, kit: Listener) -> None:
        for pin, level in {PRESENCE: _PRESSED, **self._tied}.items():
            kit.send({"pin": pin, "tied": level if self._is_plugged else None})

    def _look(self) -> None:
        """Tell what has changed."""
        for part, was_on in self._on.items():
            if (is_on := self._acts(part)) != was_on:
                self._on[part] = is_on
                if part == "supply":
                    self._on_supply(is_on)
                for watcher in self._watchers:
                    watcher.send({"part": part, "on": is_on})

    def tie(self, button: str, level: int | None) -> None:
        """The contact of a button ties its pin to this level, or is open (None)."""
        with self._lock:
            pin = BUTTONS[button]
            self._tied[pin] = level
            for kit in self._kits if self._is_plugged else ():
                kit.send({"pin": pin, "tied": level})

    def _contact(self, button: str, level: int | None, before: int | None) -> None:
        """Close or open a contact, with its bounces."""
        self.tie(button, level)
        for fault in self._of(BouncingButton):
            for _ in range(fault.count if fault.button == button else 0):
                for bounced in (before, level):
                    self._is_closing.wait(fault.seconds)
                    self.tie(button, bounced)

    def _flutter(self, fault: FloatingWire) -> None:
        while not self._is_closing.wait(fault.every_s):
            self.tie(fault.button, _PRESSED)
            self._is_closing.wait(fault.seconds)
            self.tie(fault.button, None)

    def _of(self, kind: type[_Kind]) -> list[_Kind]:
        return [fault for fault in self._faults if isinstance(fault, kind)]
