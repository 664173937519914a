"""The panel's signals can be told apart without colours, and docs/panel.md shows them as they are."""

import re

import pytest

from firmware.drivers.panel_patterns import PATTERNS, Pattern, Step, notation
from firmware.signals import Signal
from tests.conftest import ROOT


def rhythm(pattern: Pattern, seconds: float = 12.0) -> list[int]:
    """Whether any lamp is lit, every hundredth of a second from the second in which all opening beeps are over."""
    steps = pattern.then or pattern.once[-1:]
    levels = [step.lamp is not None for step in steps for _ in range(round(step.seconds * 100) or 1)]
    return [levels[place % len(levels)] for place in range(round(seconds * 100))]


def beeps(pattern: Pattern) -> list[float]:
    return [step.seconds for step in pattern.once if step.buzzer]


def test_every_signal_has_a_pattern() -> None:
    assert set(PATTERNS) == set(Signal)


def test_no_two_signals_have_the_same_rhythm_whatever_the_colour() -> None:
    rhythms = [tuple(rhythm(pattern)) for pattern in PATTERNS.values()]
    assert len(set(rhythms)) == len(rhythms)


def test_no_two_signals_that_sound_have_the_same_beeps() -> None:
    heard = [tuple(beeps(pattern)) for pattern in PATTERNS.values() if beeps(pattern)]
    assert len(set(heard)) == len(heard)
    assert [signal for signal in Signal if not beeps(PATTERNS[signal])] == [Signal.OFF, Signal.READY]


def test_what_repeats_never_sounds_and_always_takes_time() -> None:
    for pattern in PATTERNS.values():
        assert not any(step.buzzer for step in pattern.then)
        assert not pattern.then or sum(step.seconds for step in pattern.then) >= 0.2


@pytest.mark.parametrize("signal", Signal)
def test_the_page_shows_a_signal_as_it_is(signal: Signal) -> None:
    page = (ROOT / "docs" / "panel.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {signal.value} \|(.*)$", page, re.MULTILINE)
    assert row, f"docs/panel.md has no row for {signal.value}"
    pattern = PATTERNS[signal]
    shown = notation(pattern.then) or notation(tuple(Step(0.1, step.lamp) for step in pattern.once))
    assert f"`{shown}`" in row.group(1)
    sound = " ".join(f"{seconds:g}" for seconds in beeps(pattern)) or "-"
    assert f"| {sound} |" in row.group(1)
