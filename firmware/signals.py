"""What passes between a kit and the operator at its panel: signals out, presses in."""

from dataclasses import dataclass
from enum import Enum


class Signal(Enum):
    """What the panel tells by lamps and buzzer; docs/panel.md shows how each looks and sounds."""

    OFF = "off"
    READY = "ready"
    PLACE_FINGER = "place finger"
    LIFT = "lift"
    AGAIN = "again"
    DONE = "done"
    LOOK_HERE = "look here"
    ASK_OPERATOR = "ask operator"
    FAULT = "fault"
    BATTERY_LOW = "battery low"


class PanelButton(Enum):
    """The three buttons of the panel; the third skips when pressed, and cancels when held."""

    ACCEPT = "accept"
    REPEAT = "repeat"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Press:
    """One press of a button: `held` for the third one when it was held down, `at` when it began, monotonic seconds."""

    button: PanelButton
    held: bool
    at: float
