"""How each signal of the panel looks and sounds, as steps of lamps and buzzer.

No two signals have the same rhythm, whatever the colour: an operator who sees red and green alike still tells them
apart, as one who only hears the buzzer tells what wants an answer. Lamps also differ by their place on the panel.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from firmware.signals import Signal


class Lamp(Enum):
    """The lamps, in their order on the panel from left to right; the white one stands beside the glass."""

    WHITE = "white"
    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Step:
    """A while of the pattern: which lamp is lit, if any, and whether the buzzer sounds."""

    seconds: float
    lamp: Lamp | None = None
    buzzer: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """Steps that come once, then steps that come again and again; without the latter it stays as the last step is."""

    once: tuple[Step, ...] = ()
    then: tuple[Step, ...] = ()


def _beeps(lamp: Lamp, *seconds: float) -> tuple[Step, ...]:
    """Beeps of these lengths with the lamp, a tenth of a second of dark and silence after each."""
    return tuple(step for length in seconds for step in (Step(length, lamp, buzzer=True), Step(0.1)))


def _flashes(lamp: Lamp, *seconds: float) -> tuple[Step, ...]:
    """Flashes without sound: lit, dark, lit, dark, for these lengths."""
    return tuple(Step(length, None if place % 2 else lamp) for place, length in enumerate(seconds))


PATTERNS: Mapping[Signal, Pattern] = {
    Signal.OFF: Pattern(once=(Step(0),)),
    Signal.READY: Pattern(once=(Step(0, Lamp.GREEN),)),
    Signal.PLACE_FINGER: Pattern(_beeps(Lamp.WHITE, 0.1), _flashes(Lamp.WHITE, 0.5, 0.5)),
    Signal.LIFT: Pattern(_beeps(Lamp.WHITE, 0.1, 0.1), _flashes(Lamp.WHITE, 0.1, 0.1, 0.1, 0.7)),
    Signal.AGAIN: Pattern(_beeps(Lamp.AMBER, 0.5), _flashes(Lamp.AMBER, 0.25, 0.25)),
    Signal.DONE: Pattern(_beeps(Lamp.GREEN, 0.1, 0.1, 0.4), _flashes(Lamp.GREEN, 1.8, 0.2)),
    Signal.LOOK_HERE: Pattern(_beeps(Lamp.WHITE, 0.1, 0.4), _flashes(Lamp.WHITE, 1.0, 0.2, 0.2, 0.2)),
    Signal.ASK_OPERATOR: Pattern(_beeps(Lamp.AMBER, 0.4, 0.4), _flashes(Lamp.AMBER, 0.8, 0.2, 0.2, 0.8)),
    Signal.FAULT: Pattern(_beeps(Lamp.RED, 1.0), _flashes(Lamp.RED, 0.1, 0.1)),
    Signal.BATTERY_LOW: Pattern(_beeps(Lamp.RED, 0.4, 0.1, 0.4), _flashes(Lamp.RED, 0.2, 2.8)),
}


def notation(steps: tuple[Step, ...]) -> str:
    """Steps in letters for people: a tenth of a second each, the lamp's capital where it is lit, a dot where not."""
    return "".join((step.lamp.name[0] if step.lamp else ".") * round(step.seconds * 10) for step in steps)
