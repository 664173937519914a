"""Grown fingers are there when the world is."""

import numpy as np

from sim.fingers import GLASS, GrownFingers


def test_the_first_finger_is_there_at_once_and_stays_the_same() -> None:
    fingers = GrownFingers(seed=3)
    first, again = (fingers.impression(1, 1) for _ in range(2))
    assert first is not None
    assert first.shape == GLASS
    assert again is first
    other = fingers.impression(1, 2)
    assert other is not None
    assert np.abs(first.astype(int) - other).mean() > 5
