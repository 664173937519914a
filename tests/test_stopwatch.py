"""Seconds a step: each lasts from where the one before it ended."""

import dataclasses
import time

from firmware.datatypes import Outcome
from firmware.stopwatch import Stopwatch
from firmware.vocabulary import FingerPosition
from tests.residents import NOON
from tests.transactions import capture


def test_each_step_ends_where_the_next_begins() -> None:
    watch = Stopwatch()
    begun = watch.lap("devices")
    assert watch.lap("warming", begun + 2.0) == begun + 2.0
    taken = [
        dataclasses.replace(capture(position), captured_at=dataclasses.replace(NOON, monotonic_s=begun + at))
        for position, at in ((FingerPosition.RIGHT_THUMB, 5.0), (FingerPosition.RIGHT_RING, 9.0))
    ]
    watch.fingers([taken[0], capture(FingerPosition.RIGHT_INDEX, Outcome.EXCUSED), taken[1]])
    steps = {step.step: round(step.seconds, 6) for step in watch.steps()}
    assert list(steps) == ["devices", "warming", "right_thumb", "right_ring"]
    assert (steps["warming"], steps["right_thumb"], steps["right_ring"]) == (2.0, 3.0, 4.0)
    assert steps["devices"] >= 0 and begun <= time.monotonic()
