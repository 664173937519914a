"""The operator's panel through real gpiozero, a real socket and the simulated panel behind it."""

import logging
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from firmware.drivers.panel import Panel, Wiring
from firmware.drivers.panel_errors import not_opened
from firmware.drivers.panel_patterns import PATTERNS, Lamp
from firmware.errors import DeviceAbsent, DeviceBusy
from firmware.signals import PanelButton, Press, Signal
from sim.panel import PRESENCE
from sim.panel import Panel as SimulatedPanel
from sim.panel_faults import BouncingButton, FloatingWire, StuckButton
from tests import benches
from tests.benches import PATIENCE_S, Watcher, until

LAMPS = tuple(lamp.value for lamp in Lamp)
QUICK = Wiring(hold_s=1.0)


@pytest.fixture
def bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with benches.bound(tmp_path, monkeypatch):
        yield tmp_path


@pytest.fixture
def world(bound: Path) -> Iterator[SimulatedPanel]:
    with benches.panel(bound) as simulated:
        yield simulated


@pytest.fixture
def panel(world: SimulatedPanel) -> Iterator[Panel]:
    opened = Panel(QUICK)
    opened.open()
    yield opened
    opened.close()


def watched(world: SimulatedPanel) -> Watcher:
    watcher = Watcher()
    world.watch(watcher)
    watcher.seen.clear()
    return watcher


def taken(presses: "SimpleQueue[Press]", count: int) -> list[tuple[PanelButton, bool]]:
    """The next presses; there are no more of them after a while."""
    found = [presses.get(timeout=PATIENCE_S) for _ in range(count)]
    threading.Event().wait(0.2)
    assert presses.empty()
    assert [press.at for press in found] == sorted(press.at for press in found)
    return [(press.button, press.held) for press in found]


def test_an_open_panel_is_dark_and_silent_and_the_sensor_has_power(panel: Panel, world: SimulatedPanel) -> None:
    assert panel.is_open
    assert not panel.stuck
    assert [part for part in (*LAMPS, "buzzer", "supply") if world.is_on(part)] == ["supply"]


@pytest.mark.parametrize("signal", [signal for signal in Signal if signal is not Signal.OFF])
def test_a_signal_is_seen_as_its_pattern_says(panel: Panel, world: SimulatedPanel, signal: Signal) -> None:
    watcher = watched(world)
    panel.show(signal)
    steps = (*PATTERNS[signal].once, *PATTERNS[signal].then[:2])
    for part in (*LAMPS, "buzzer"):
        levels = [step.buzzer if part == "buzzer" else step.lamp is Lamp(part) for step in steps]
        changes = [now for before, now in zip([False, *levels], levels, strict=False) if now != before]
        until(lambda part=part, changes=changes: len(watcher.of(part)) >= len(changes), part)  # type: ignore[misc]
        assert watcher.of(part)[: len(changes)] == changes, part


def test_off_ends_a_signal(panel: Panel, world: SimulatedPanel) -> None:
    panel.show(Signal.READY)
    until(lambda: world.is_on("green"))
    panel.show(Signal.OFF)
    until(lambda: not world.is_on("green"))


def test_two_signals_are_never_mixed(panel: Panel, world: SimulatedPanel) -> None:
    watcher = watched(world)
    chance = random.Random(6)
    for _ in range(60):
        panel.show(chance.choice(list(Signal)))
        threading.Event().wait(chance.random() * 0.03)
    panel.show(Signal.DONE)
    until(lambda: watcher.seen[-2:] == [("green", False), ("green", True)], "the steady part of done")
    lit: set[str] = set()
    for part, is_on in [change for change in watcher.seen if change[0] in LAMPS]:
        lit = lit | {part} if is_on else lit - {part}
        assert len(lit) <= 1
    before = len(watcher.seen)
    until(lambda: len(watcher.seen) >= before + 4)
    assert {part for part, _ in watcher.seen[before:]} == {"green"}


def test_a_plug_that_is_pulled_is_seen_and_the_signal_goes_on_when_it_is_back(world: SimulatedPanel) -> None:
    panel = Panel(Wiring(presence=PRESENCE))
    assert not panel.is_there
    panel.open()
    assert panel.is_there
    panel.show(Signal.READY)
    until(lambda: world.is_on("green"))
    world.plug(is_in=False)
    until(lambda: not panel.is_there)
    assert panel.is_open and not world.is_on("green") and world.is_on("supply")
    world.press("accept", 0.1)
    world.plug(is_in=True)
    until(lambda: panel.is_there)
    assert world.is_on("green")
    world.press("repeat", 0.1)
    assert taken(panel.presses, 1) == [(PanelButton.REPEAT, False)]
    panel.close()
    assert not panel.is_there


def test_a_panel_without_a_presence_wire_looks_as_if_it_were_there(panel: Panel, world: SimulatedPanel) -> None:
    world.plug(is_in=False)
    assert panel.is_there


def test_presses_come_in_their_order_and_each_once(panel: Panel, world: SimulatedPanel) -> None:
    for button in ("accept", "repeat", "skip", "accept"):
        world.press(button, 0.1)
    assert taken(panel.presses, 4) == [
        (PanelButton.ACCEPT, False), (PanelButton.REPEAT, False), (PanelButton.SKIP, False), (PanelButton.ACCEPT, False)
    ]  # fmt: skip


def test_a_press_during_a_blink_is_taken_and_the_blink_goes_on(panel: Panel, world: SimulatedPanel) -> None:
    panel.show(Signal.FAULT)
    world.press("repeat", 0.1)
    assert taken(panel.presses, 1) == [(PanelButton.REPEAT, False)]
    watcher = watched(world)
    until(lambda: watcher.of("red").count(True) >= 3)
    assert not {part for part, _ in watcher.seen} - {"red", "buzzer"}


def test_held_is_told_while_the_button_is_still_down_and_then_not_again(panel: Panel, world: SimulatedPanel) -> None:
    finger = threading.Thread(target=world.press, args=("skip", 2.5))
    finger.start()
    assert panel.presses.get(timeout=PATIENCE_S).held
    assert finger.is_alive()
    finger.join()
    world.press("skip", 0.1)
    assert taken(panel.presses, 1) == [(PanelButton.SKIP, False)]


@pytest.mark.parametrize("held", [False, True])
def test_what_is_pressed_while_the_third_is_down_waits_behind_it(world: SimulatedPanel, held: bool) -> None:
    panel = Panel(Wiring(hold_s=1.0 if held else 600.0))
    panel.open()
    world.tie("skip", 0)
    world.press("accept", 0.1)
    if not held:
        assert panel.presses.empty()
        world.tie("skip", None)
    assert taken(panel.presses, 2) == [(PanelButton.SKIP, held), (PanelButton.ACCEPT, False)]
    panel.close()


def test_a_panel_closes_while_a_button_is_held(world: SimulatedPanel) -> None:
    panel = Panel(Wiring(hold_s=600.0))
    panel.open()
    world.tie("skip", 0)
    world.press("accept", 0.1)
    panel.close()
    assert panel.presses.empty()


def test_a_bouncing_button_is_pressed_once(bound: Path) -> None:
    with benches.panel(bound, BouncingButton(button="skip", count=8, seconds=0.003)) as world:
        panel = Panel(Wiring(debounce_s=0.15, hold_s=5.0))
        panel.open()
        for _ in range(3):
            world.press("skip", 0.4)
        assert taken(panel.presses, 3) == [(PanelButton.SKIP, False)] * 3
        panel.close()


def test_what_a_broken_wire_picks_up_is_no_press(bound: Path) -> None:
    with benches.panel(bound, FloatingWire(button="accept", every_s=0.02, seconds=0.001)) as world:
        panel = Panel(Wiring(debounce_s=0.2))
        panel.open()
        world.press("accept", 0.5)
        world.press("repeat", 0.5)
        assert taken(panel.presses, 1) == [(PanelButton.REPEAT, False)]
        panel.close()


def test_a_button_stuck_from_the_start_is_told_and_does_nothing(bound: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with benches.panel(bound, StuckButton(button="skip")) as world:
        panel = Panel(QUICK)
        panel.open()
        assert panel.stuck == {PanelButton.SKIP}
        assert "the button skip is stuck" in caplog.text
        world.press("accept", 0.1)
        assert taken(panel.presses, 1) == [(PanelButton.ACCEPT, False)]
        # Longer than it would have to be held
        threading.Event().wait(1.2)
        world.tie("skip", None)
        until(lambda: not panel.stuck)
        assert panel.presses.empty()
        panel.close()


def test_a_button_that_is_down_for_too_long_is_told(world: SimulatedPanel) -> None:
    time = [100.0]
    panel = Panel(QUICK, clock=lambda: time[0])
    panel.open()
    world.tie("accept", 0)
    assert panel.presses.get(timeout=PATIENCE_S) == Press(PanelButton.ACCEPT, held=False, at=100.0)
    assert not panel.stuck
    time[0] += 20
    assert panel.stuck == {PanelButton.ACCEPT}
    panel.close()


def test_the_supply_goes_and_comes(bound: Path) -> None:
    heard: list[bool] = []
    with benches.panel(bound, on_supply=heard.append):
        panel = Panel()
        panel.open()
        panel.power_cycle(0.05)
        until(lambda: len(heard) == 2)
        panel.close()
    assert heard == [False, True]


def test_a_panel_that_closes_gives_the_supply_back_at_once(bound: Path) -> None:
    heard: list[bool] = []
    with benches.panel(bound, on_supply=heard.append):
        panel = Panel()
        panel.open()
        cycle = threading.Thread(target=panel.power_cycle, args=(600.0,))
        cycle.start()
        until(lambda: heard == [False])
        panel.close()
        cycle.join(PATIENCE_S)
        assert not cycle.is_alive()
        until(lambda: heard == [False, True])


def test_closing_leaves_all_dark_and_can_be_repeated(panel: Panel, world: SimulatedPanel) -> None:
    panel.show(Signal.ASK_OPERATOR)
    until(lambda: world.is_on("amber"))
    panel.close()
    panel.close()
    until(lambda: not any(world.is_on(part) for part in (*LAMPS, "buzzer")))
    assert world.is_on("supply")
    panel.open()
    world.press("accept", 0.1)
    assert taken(panel.presses, 1) == [(PanelButton.ACCEPT, False)]


def test_a_panel_that_is_not_open_takes_signals_and_has_no_presses() -> None:
    panel = Panel()
    panel.show(Signal.FAULT)
    panel.close()
    assert not panel.is_open
    assert panel.presses.empty()
    with pytest.raises(DeviceAbsent, match="unplug the sensor by hand"):
        panel.power_cycle()


def test_the_panel_opens_before_its_world_is_there(bound: Path) -> None:
    panel = Panel(QUICK)
    panel.open()
    panel.show(Signal.READY)
    with benches.panel(bound) as world:
        until(lambda: world.is_on("green"))
        world.press("accept", 0.1)
        assert taken(panel.presses, 1) == [(PanelButton.ACCEPT, False)]
    panel.show(Signal.FAULT)
    panel.close()


@pytest.fixture
def mock(monkeypatch: pytest.MonkeyPatch) -> Iterator[MockFactory]:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    factory = MockFactory()
    monkeypatch.setattr(gpiozero.Device, "pin_factory", factory)
    yield factory
    factory.close()


def test_the_panel_runs_on_gpiozeros_own_mock_alike(mock: MockFactory) -> None:
    panel = Panel(QUICK)
    panel.open()
    panel.show(Signal.READY)
    until(lambda: mock.pin(QUICK.green).state)
    for pin, count in ((QUICK.repeat, 1), (QUICK.skip, 2)):
        mock.pin(pin).drive_low()
        mock.pin(pin).drive_high()
        until(lambda count=count: panel.presses.qsize() == count)  # type: ignore[misc]
    mock.pin(QUICK.skip).drive_low()
    assert taken(panel.presses, 3) == [
        (PanelButton.REPEAT, False), (PanelButton.SKIP, False), (PanelButton.SKIP, True)
    ]  # fmt: skip
    panel.close()


@pytest.mark.parametrize("high", [False, True])
def test_each_part_acts_at_the_level_that_it_is_wired_for(mock: MockFactory, high: bool) -> None:
    wiring = Wiring(
        lamps_active_high=high, buzzer_active_high=high, supply_active_high=high, buttons_active_high=high, debounce_s=0
    )
    panel = Panel(wiring)
    panel.open()
    assert [mock.pin(pin).state for pin in (wiring.white, wiring.buzzer, wiring.supply)] == [not high, not high, high]
    assert mock.pin(wiring.accept).pull == ("down" if high else "up")
    panel.show(Signal.FAULT)
    until(lambda: mock.pin(wiring.buzzer).state == high)
    assert mock.pin(wiring.red).state == high
    mock.pin(wiring.accept).drive_high() if high else mock.pin(wiring.accept).drive_low()
    assert taken(panel.presses, 1) == [(PanelButton.ACCEPT, False)]
    panel.close()


def test_a_pin_in_use_is_told_and_nothing_is_kept(panel: Panel) -> None:
    second = Panel(Wiring(white=12, green=16, amber=17, red=18, buzzer=19, supply=20, accept=21, repeat=4, skip=5))
    with pytest.raises(DeviceBusy, match=r"panel: a pin is in use already \(pin GPIO12 is already in use by "):
        second.open()
    panel.close()
    second.open()
    second.close()


@pytest.mark.parametrize(
    ("factory", "words"),
    [
        ("nothing", r"GPIOZERO_PIN_FACTORY=nothing cannot be used \(Unable to find pin factory 'nothing'\)"),
        ("rekam_bench", "REKAM_BENCH_PINS is not set; write the path of pins.sock in the world's folder"),
    ],
)
def test_a_factory_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, factory: str, words: str) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", factory)
    monkeypatch.delenv("REKAM_BENCH_PINS", raising=False)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    with pytest.raises(DeviceAbsent, match=words):
        Panel().open()


def test_a_machine_without_pins_is_told_with_every_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    if list(Path("/dev").glob("gpiochip*")):
        pytest.skip("this machine has pins")
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    with pytest.raises(DeviceAbsent, match=r"this machine has no GPIO chip .*Falling back from lgpio.*leave \[panel\]"):
        Panel().open()


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (Exception("GPIO busy"), DeviceBusy, "end the other program: `gpioinfo` names it"),
        (gpiozero.GPIOPinInUse("pin GPIO5 is in use"), DeviceBusy, "pin GPIO5 is in use"),
        (ModuleNotFoundError("No module named 'gpiozero'", name="gpiozero"), DeviceAbsent, "extra pi"),
        (ModuleNotFoundError("No module named 'lgpio'", name="lgpio"), DeviceAbsent, "python3-lgpio"),
        (gpiozero.PinInvalidPin("99 is not a valid pin name"), DeviceAbsent, r"check the pins of \[panel\]"),
        (PermissionError(13, "Permission denied"), DeviceAbsent, "add the user to the group gpio"),
        (Exception("bad gpiochip"), DeviceAbsent, r"cannot be taken \(bad gpiochip\)"),
    ],
)
def test_each_error_of_a_board_says_what_to_try(
    tmp_path: Path, error: Exception, kind: type[Exception], words: str
) -> None:
    (tmp_path / "gpiochip0").touch()
    told = not_opened(error, tmp_path)
    assert type(told) is kind
    with pytest.raises(kind, match=words):
        raise told
