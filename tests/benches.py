"""Simulated panels in this very process, behind a real socket, and gpiozero bound to them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import gpiozero
import pytest

from sim.panel import BUTTONS, Panel
from sim.panel_server import PanelServer
from sim.pins import SOCKET, BenchFactory

PATIENCE_S = 20.0


def until(holds: Callable[[], object], what: str = "it") -> None:
    """Wait until it holds; how long that takes is not what is tested."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"{what} never came"
        threading.Event().wait(0.002)


class Watcher:
    """Remembers what the panel showed; a listener of the simulated panel."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def send(self, message: dict[str, object]) -> None:
        self.seen.append((str(message["part"]), bool(message["on"])))

    def of(self, part: str) -> list[bool]:
        return [is_on for name, is_on in list(self.seen) if name == part]


@contextmanager
def panel(folder: Path, *faults: object, on_supply: Callable[[bool], None] | None = None) -> Iterator[Panel]:
    """A panel that is served in this folder."""
    with Panel(faults, on_supply or (lambda _: None)) as simulated, PanelServer(folder / "pins.sock", simulated):
        yield simulated


@contextmanager
def bound(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let gpiozero find the bench of this folder, by its own ways."""
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "rekam_bench")
    monkeypatch.setenv(SOCKET, str(folder / "pins.sock"))
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    try:
        yield
    finally:
        if gpiozero.Device.pin_factory is not None:
            gpiozero.Device.pin_factory.close()


def settled(factory: BenchFactory, simulated: Panel) -> None:
    """Wait until the kit's side has done with all that the panel told it: one more message, in the same order."""
    spare = BUTTONS["repeat"]
    level = 1 if factory.tied.get(spare) is None else None
    simulated.tie("repeat", level)
    until(lambda: factory.tied.get(spare) == level)
