"""Seconds a step: each lasts from where the one before it ended."""

import time

from firmware.stopwatch import Stopwatch


def test_each_step_ends_where_the_next_begins() -> None:
    before = time.monotonic()
    watch = Stopwatch()
    questions = watch.lap("questions")
    watch.add("right_thumb", 5.0)
    sealing = watch.lap("sealing")
    steps = {step.step: step.seconds for step in watch.steps()}
    assert list(steps) == ["questions", "right_thumb", "sealing"] and steps["right_thumb"] == 5.0
    assert 0 <= steps["questions"] <= questions - before
    assert 0 <= steps["sealing"] <= sealing - questions
