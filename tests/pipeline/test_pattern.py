"""The class of each kind of finger is told, and none where too little is seen."""

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline import parameters, pattern, singularities
from firmware.vocabulary import PatternClass
from sim.flow import PatternClass as Grown
from sim.flow import sample_flow
from sim.ridges import PPI, SHAPE

CLASSES = {
    Grown.ARCH: PatternClass.PLAIN_ARCH,
    Grown.TENTED_ARCH: PatternClass.TENTED_ARCH,
    Grown.LEFT_LOOP: PatternClass.LEFT_LOOP,
    Grown.RIGHT_LOOP: PatternClass.RIGHT_LOOP,
    Grown.WHORL: PatternClass.WHORL,
}
STEP = round(parameters.BLOCK * PPI / parameters.PPI)


def field(grown: Grown, seed: int) -> NDArray[np.float32]:
    """The orientation field of one finger by blocks."""
    flow = sample_flow(np.random.default_rng(seed), SHAPE, grown).orientation
    return np.ascontiguousarray(flow[STEP // 2 :: STEP, STEP // 2 :: STEP])


def classify(flow: NDArray[np.float32], foreground: NDArray[np.bool_]) -> PatternClass:
    cores, deltas = singularities.find(flow, np.full(flow.shape, 0.9, np.float32), foreground)
    return pattern.classify(cores, deltas, flow, foreground)


def oval(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.asarray((x / 0.8) ** 2 + (y / 0.85) ** 2 < 1)


@pytest.mark.parametrize("grown", Grown)
def test_a_finger_is_of_its_class_or_unknown(grown: Grown) -> None:
    flows = [field(grown, seed) for seed in range(20)]
    told = Counter(classify(flow, oval(flow.shape)) for flow in flows)
    assert told[CLASSES[grown]] >= 15
    assert told[CLASSES[grown]] + told[PatternClass.UNKNOWN] >= 19


@pytest.mark.parametrize("grown", Grown)
def test_the_top_of_a_finger_tells_nothing(grown: Grown) -> None:
    flow = field(grown, 1)
    top = oval(flow.shape)
    top[20:] = False
    assert classify(flow, top) is PatternClass.UNKNOWN


def test_a_loop_whose_core_lies_in_a_hole_is_no_arch() -> None:
    for seed in range(10):
        flow = field(Grown.LEFT_LOOP, seed)
        seen = oval(flow.shape)
        seen[20:40, 18:36] = False
        assert classify(flow, seen) is not PatternClass.PLAIN_ARCH


def test_two_fingers_and_none_have_no_class() -> None:
    flow = np.concatenate([field(Grown.WHORL, 1), field(Grown.ARCH, 2)], axis=1)
    one = oval((flow.shape[0], flow.shape[1] // 2))
    assert classify(flow, np.concatenate([one, one], axis=1)) is PatternClass.UNKNOWN
    assert classify(flow, np.zeros(flow.shape, np.bool_)) is PatternClass.UNKNOWN
    assert classify(np.zeros((0, 0), np.float32), np.zeros((0, 0), np.bool_)) is PatternClass.UNKNOWN
