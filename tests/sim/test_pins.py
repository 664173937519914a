"""The bench's pin factory does what gpiozero's own mock does, scenario by scenario, its far end behind a socket."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from sim.panel import BUTTONS, OUTPUTS
from sim.panel_faults import BouncingButton, StuckButton
from sim.pin_socket import address
from sim.pins import BenchFactory
from tests import benches
from tests.benches import until

LAMP, PRESSED, HELD = OUTPUTS["white"], BUTTONS["accept"], BUTTONS["skip"]
NAMES = {pin: button for button, pin in BUTTONS.items()}


class Rig(Protocol):
    """A factory and the far end of its pins."""

    factory: Any

    def drive(self, pin: int, level: int | None) -> None:
        """Tie a pin, or let it go to its pull; returns when its callbacks are done."""

    def levels(self) -> list[bool]:
        """Every level that the lamp's pin has had as the far end saw it."""


class MockRig:
    """gpiozero's own mock."""

    def __init__(self) -> None:
        self.factory = MockFactory()
        self._lamp = self.factory.pin(LAMP)

    def drive(self, pin: int, level: int | None) -> None:
        mock = self.factory.pin(pin)
        high = mock.pull == "up" if level is None else bool(level)
        mock.drive_high() if high else mock.drive_low()

    def levels(self) -> list[bool]:
        return [state.state for state in self._lamp.states]


class BenchRig:
    """Ours, with the panel behind its socket."""

    def __init__(self, panel: Any, factory: BenchFactory) -> None:
        self.factory = factory
        self._panel = panel
        self._watcher = benches.Watcher()
        panel.watch(self._watcher)

    def drive(self, pin: int, level: int | None) -> None:
        self._panel.tie(NAMES[pin], level)
        benches.settled(self.factory, self._panel)

    def levels(self) -> list[bool]:
        # An output's message may still be on its way
        threading.Event().wait(0.1)
        return self._watcher.of("white")


@pytest.fixture
def rigs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Rig, Rig]]:
    monkeypatch.setenv("REKAM_BENCH_PINS", str(tmp_path / "pins.sock"))
    with benches.panel(tmp_path) as panel:
        factory = BenchFactory()
        yield MockRig(), BenchRig(panel, factory)
        factory.close()


def refusal(attempt: Callable[[], object]) -> str:
    """Which of gpiozero's errors comes."""
    try:
        attempt()
    except gpiozero.GPIOZeroError as error:
        return type(error).__name__
    return "none"


def outputs(rig: Rig) -> list[object]:
    log: list[object] = []
    with gpiozero.LED(LAMP, pin_factory=rig.factory) as lamp:
        for act in (lamp.on, lamp.on, lamp.toggle, lamp.toggle, lamp.off):
            act()
            log.append((lamp.value, lamp.is_lit, lamp.pin.state, lamp.pin.function))
        lamp.value = 1
        log.append(rig.levels())
    return [*log, lamp.closed]


def active_low(rig: Rig) -> list[object]:
    with gpiozero.LED(LAMP, active_high=False, initial_value=True, pin_factory=rig.factory) as lamp:
        log: list[object] = [(lamp.value, lamp.pin.state)]
        lamp.off()
        return [*log, (lamp.value, lamp.pin.state), rig.levels()]


def initially_on(rig: Rig) -> list[object]:
    with gpiozero.DigitalOutputDevice(LAMP, initial_value=True, pin_factory=rig.factory) as device:
        return [device.value, device.pin.state, rig.levels()]


def blinking(rig: Rig) -> list[object]:
    with gpiozero.LED(LAMP, pin_factory=rig.factory) as lamp:
        lamp.blink(0.01, 0.01, n=4, background=False)
        lamp.blink(0.01, 0.01)
        lamp.on()
        # How far the second blink came is chance: what is left is lit
        return [lamp.value, rig.levels()[:9], rig.levels()[-1]]


def pressing(rig: Rig) -> list[object]:
    log: list[object] = []
    with gpiozero.Button(PRESSED, pin_factory=rig.factory) as button:
        button.when_pressed = lambda: log.append(("pressed", button.is_pressed))
        button.when_released = lambda: log.append(("released", button.is_pressed))
        log.append((button.value, button.pull_up, button.pin.state))
        for level in (0, 0, None, 1, 0, 1):
            rig.drive(PRESSED, level)
            log.append((button.value, button.pin.state))
        log.append((button.wait_for_press(0.01), button.wait_for_release(0.01)))
    return log


def pulled_down(rig: Rig) -> list[object]:
    log: list[object] = []
    with gpiozero.DigitalInputDevice(PRESSED, pull_up=False, pin_factory=rig.factory) as device:
        device.when_activated = lambda: log.append("on")
        device.when_deactivated = lambda: log.append("off")
        for level in (1, None, 1, 0):
            rig.drive(PRESSED, level)
            log.append((device.value, device.pull_up))
    return log


def without_a_pull(rig: Rig) -> list[object]:
    refused = refusal(lambda: gpiozero.Button(PRESSED, pull_up=None, pin_factory=rig.factory))
    log: list[object] = [refused]
    log.append(refusal(lambda: gpiozero.Button(PRESSED, pull_up=True, active_state=True, pin_factory=rig.factory)))
    with gpiozero.Button(PRESSED, pull_up=None, active_state=True, pin_factory=rig.factory) as button:
        for level in (1, 0, 1):
            rig.drive(PRESSED, level)
            log.append((button.is_pressed, button.pull_up))
    return log


def down_from_the_start(rig: Rig) -> list[object]:
    log: list[object] = []
    gpiozero.Button(PRESSED, pin_factory=rig.factory).close()
    rig.drive(PRESSED, 0)
    # The mock goes to its pull when a device takes it: both are driven anew
    with gpiozero.Button(PRESSED, pin_factory=rig.factory) as button:
        rig.drive(PRESSED, 0)
        button.when_released = lambda: log.append("released")
        rig.drive(PRESSED, None)
        log.append(button.is_pressed)
    return log


def holding(rig: Rig) -> list[object]:
    log: list[object] = []
    with gpiozero.Button(HELD, hold_time=0.2, pin_factory=rig.factory) as button:
        button.when_pressed = lambda: log.append("pressed")
        button.when_held = lambda: log.append("held")
        button.when_released = lambda: log.append("released")
        for expected in (3, 5):
            rig.drive(HELD, 0)
            if expected == 3:
                until(lambda: "held" in log)
            rig.drive(HELD, None)
            until(lambda n=expected: len(log) >= n)  # type: ignore[misc]
        log.append((button.is_held, button.hold_time))
    return log


def one_edge_only(rig: Rig) -> list[object]:
    log: list[object] = []
    for edges in ("rising", "falling", "none", "both"):
        pin = rig.factory.pin(PRESSED)
        pin.input_with_pull("up")
        pin.edges = edges

        def changed(_: object, state: object, edges: str = edges) -> None:
            log.append((edges, state))

        pin.when_changed = changed
        rig.drive(PRESSED, 0)
        rig.drive(PRESSED, 1)
        log.append((pin.edges, pin.state))
        pin.close()
    return log


def two_on_one_pin(rig: Rig) -> list[object]:
    factory = rig.factory
    lamp = gpiozero.LED(LAMP, pin_factory=factory)
    log: list[object] = [refusal(lambda: gpiozero.Button(LAMP, pin_factory=factory))]
    log.append(refusal(lambda: gpiozero.LED(f"GPIO{LAMP}", pin_factory=factory)))
    lamp.on()
    lamp.close()
    lamp.close()
    log.append(refusal(lamp.on))
    with gpiozero.Button(LAMP, pin_factory=factory) as button:
        log.append((button.pin.function, button.pin.pull))
    with gpiozero.LED(LAMP, pin_factory=factory) as again:
        log.append((again.value, again.pin.function))
    return log


def reserving(rig: Rig) -> list[object]:
    factory = rig.factory
    with gpiozero.LED(LAMP, pin_factory=factory) as lamp, gpiozero.LED(OUTPUTS["red"], pin_factory=factory) as red:
        log: list[object] = [refusal(lambda: factory.reserve_pins(red, LAMP))]
        factory.release_pins(lamp, LAMP)
        log.append(refusal(lambda: factory.reserve_pins(red, LAMP)))
        factory.release_all(red)
        log.append(refusal(lambda: factory.reserve_pins(lamp, LAMP)))
    return log


def refused(rig: Rig) -> list[object]:
    pin = rig.factory.pin(LAMP)
    log: list[object] = []

    def put(name: str, value: object) -> None:
        log.append((name, value, refusal(lambda: setattr(pin, name, value))))

    put("state", 1)
    put("pull", "sideways")
    put("bounce", "often")
    put("function", "spi")
    pin.function = "output"
    put("pull", "up")
    put("frequency", 100)
    put("frequency", None)
    log.append(pin.frequency)
    pin.close()
    log.append((pin.function, pin.when_changed))
    log.append(refusal(lambda: gpiozero.PWMLED(LAMP, pin_factory=rig.factory)))
    log.append(refusal(lambda: gpiozero.LED(99, pin_factory=rig.factory)))
    log.append(refusal(lambda: gpiozero.Button(2, pull_up=False, pin_factory=rig.factory)))
    log.append(refusal(lambda: gpiozero.LED("J8:1", pin_factory=rig.factory)))
    log.append(rig.factory.pin("J8:15") is rig.factory.pin(22) is rig.factory.pin("GPIO22"))
    return log


SCENARIOS = (
    outputs, active_low, initially_on, blinking, pressing, pulled_down, without_a_pull, down_from_the_start, holding,
    one_edge_only, two_on_one_pin, reserving, refused,
)  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_a_scenario_runs_as_on_gpiozeros_mock(scenario: Callable[[Rig], list[object]], rigs: tuple[Rig, Rig]) -> None:
    mock, bench = rigs
    expected = scenario(mock)
    assert expected
    assert scenario(bench) == expected


def test_the_factory_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with benches.bound(tmp_path, monkeypatch):
        gpiozero.Device.ensure_pin_factory()
        assert isinstance(gpiozero.Device.pin_factory, BenchFactory)


def test_without_the_socket_s_name_there_is_no_factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with benches.bound(tmp_path, monkeypatch):
        monkeypatch.delenv("REKAM_BENCH_PINS")
        with pytest.raises(gpiozero.BadPinFactory, match="REKAM_BENCH_PINS is not set"):
            gpiozero.Device.ensure_pin_factory()


@pytest.fixture
def factory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BenchFactory]:
    monkeypatch.setenv("REKAM_BENCH_PINS", str(tmp_path / "pins.sock"))
    made = BenchFactory()
    yield made
    made.close()
    made.close()


def test_the_kit_may_start_before_the_world_and_outlive_it(factory: BenchFactory, tmp_path: Path) -> None:
    log: list[str] = []
    lamp = gpiozero.LED(LAMP, pin_factory=factory)
    button = gpiozero.Button(PRESSED, pin_factory=factory)
    button.when_pressed = lambda: log.append("pressed")
    lamp.on()
    for count in (1, 2):
        with benches.panel(tmp_path) as panel:
            until(lambda panel=panel: panel.is_on("white"), "the lamp")  # type: ignore[misc]
            panel.press("accept", 0.01)
            until(lambda count=count: len(log) == count, "the press")  # type: ignore[misc]
    until(lambda: not button.is_pressed)
    lamp.off()
    button.close()
    lamp.close()


def test_a_world_that_ends_lets_its_buttons_go(factory: BenchFactory, tmp_path: Path) -> None:
    with gpiozero.Button(PRESSED, pin_factory=factory) as button:
        with benches.panel(tmp_path, StuckButton(button="accept")):
            until(lambda: button.is_pressed)
        until(lambda: not button.is_pressed)


def test_the_outputs_of_a_kit_that_is_killed_stay_until_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKAM_BENCH_PINS", str(tmp_path / "pins.sock"))
    words = f"import gpiozero, time; lamp = gpiozero.LED({LAMP}); lamp.on(); time.sleep(600)"
    with benches.panel(tmp_path) as panel:
        kit = subprocess.Popen([sys.executable, "-c", words], env={**os.environ, "GPIOZERO_PIN_FACTORY": "rekam_bench"})
        until(lambda: panel.is_on("white"))
        kit.kill()
        kit.wait()
        threading.Event().wait(0.3)
        assert panel.is_on("white")
        factory = BenchFactory()
        gpiozero.LED(LAMP, pin_factory=factory).close()
        until(lambda: not panel.is_on("white"))
        factory.close()


def test_a_world_that_does_not_read_holds_up_no_kit(factory: BenchFactory, tmp_path: Path) -> None:
    deaf = socket.socket(socket.AF_UNIX)
    with gpiozero.LED(LAMP, pin_factory=factory) as lamp:
        with address(tmp_path / "pins.sock") as name:
            deaf.bind(name)
        deaf.listen()
        deaf.accept()[0].detach()
        for _ in range(20_000):
            lamp.toggle()
        lamp.on()
        deaf.close()
        (tmp_path / "pins.sock").unlink()
        with benches.panel(tmp_path) as panel:
            until(lambda: panel.is_on("white"), "the lamp in the next world")


def edges_of(button: gpiozero.Button) -> list[str]:
    log: list[str] = []
    button.when_pressed = lambda: log.append("pressed")
    button.when_released = lambda: log.append("released")
    return log


@pytest.mark.parametrize(("bounce_s", "count"), [(None, 6), (0.2, 1)])
def test_bounces_are_told_unless_they_are_filtered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bounce_s: float | None, count: int
) -> None:
    monkeypatch.setenv("REKAM_BENCH_PINS", str(tmp_path / "pins.sock"))
    with benches.panel(tmp_path, BouncingButton(button="accept", count=5, seconds=0.01)) as panel:
        factory = BenchFactory()
        with gpiozero.Button(PRESSED, bounce_time=bounce_s, pin_factory=factory) as button:
            log = edges_of(button)
            panel.press("accept", 0.8)
            # Five bounces at either end of a press
            expected = 2 * count - 1 if bounce_s is None else count
            until(lambda: log.count("released") >= expected)
            assert log == ["pressed", "released"] * expected
        factory.close()


def test_an_edge_that_stays_shorter_than_the_bounce_time_is_not_told(factory: BenchFactory, tmp_path: Path) -> None:
    with benches.panel(tmp_path) as panel, gpiozero.Button(PRESSED, bounce_time=0.5, pin_factory=factory) as button:
        until(lambda: factory.tied, "the greeting")
        log = edges_of(button)
        panel.press("accept", 0.01)
        assert not button.wait_for_press(1.0)
        panel.press("accept", 1.0)
        until(lambda: len(log) == 2)
        assert log == ["pressed", "released"]
