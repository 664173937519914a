"""What the station does for a verb, with the devices open: arguments in, result out, both as JSON has it."""

from typing import Any

from firmware import clock, recording
from firmware import resident as civil
from firmware.recording import Workplace
from firmware.terminal import Terminal


def record(place: Workplace, terminal: Terminal, message: dict[str, Any]) -> dict[str, Any]:
    """Record one resident.

    message: `resident`, the values of a resident's file, or null when the operator is asked; `excused`, a reason for
    each finger that is not recorded.
    """
    excused = civil.excuses(message["excused"])
    values = message["resident"]
    today = clock.civil_date(clock.now(), place.config.timezone)
    person = civil.read_file(values, today=today) if values is not None else None
    recorded = recording.record(place, terminal, person, excused)
    terminal.show_recorded(recorded.captures, recorded.control_number, recorded.waiting)
    return recording.as_json(recorded)
