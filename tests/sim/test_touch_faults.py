"""Touches with one fault each: what a person would see is what is there."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.dirt import sample_dirt
from sim.impressions import Condition, Impression, impress
from sim.motion import Motion, sample_motion, smear
from sim.optics import Sensor
from sim.ridges import Master, grow
from sim.sensor_kinds import SensorKind, sample_sensor
from sim.touch_faults import TouchFault
from sim.touch_faults import impress as spoil

SHAPE = (374, 388)
PLAIN = Sensor(cloudy=0, slope=0, mottled=0, grain=1, clumps=0)


@pytest.fixture(scope="module")
def masters() -> tuple[Master, Master]:
    first, second = (grow(np.random.default_rng(seed)) for seed in (1, 2))
    return first, second


@pytest.fixture(scope="module")
def touches(masters: tuple[Master, Master]) -> dict[TouchFault | None, list[Impression]]:
    """Three touches of each kind on a sensor without faults of its own."""
    made: dict[TouchFault | None, list[Impression]] = {
        fault: [
            spoil(masters[0], np.random.default_rng(seed), fault, masters[1], shape=SHAPE, sensor=PLAIN)
            for seed in (1, 2, 3)
        ]
        for fault in TouchFault
    }
    made[None] = [
        impress(masters[0], np.random.default_rng(seed), shape=SHAPE, condition=Condition.GOOD, sensor=PLAIN)
        for seed in (1, 2, 3)
    ]
    return made


def dark(impression: Impression) -> NDArray[np.bool_]:
    return impression.pixels < 140


def darkness(impressions: list[Impression]) -> float:
    """How dark the middle of the touches is, from paper (0) to ink (1)."""
    middle = [touch.pixels[140:240, 140:240].mean() for touch in impressions]
    return (PLAIN.paper - float(np.mean(middle))) / (PLAIN.paper - PLAIN.ink)


def corners(impressions: list[Impression]) -> float:
    """How much the greys vary where no finger reaches."""
    ends = slice(0, 40), slice(-40, None)
    return float(np.mean([touch.pixels[rows, cols].std() for touch in impressions for rows in ends for cols in ends]))


def test_a_seed_repeats_a_touch(masters: tuple[Master, Master]) -> None:
    one, again, other = (
        spoil(masters[0], np.random.default_rng(s), TouchFault.DRY, masters[1], shape=SHAPE, sensor=PLAIN).pixels
        for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    assert np.abs(one.astype(int) - other).mean() > 10


@pytest.mark.parametrize("fault", TouchFault)
def test_every_fault_gives_an_image_with_truth_inside_it(
    touches: dict[TouchFault | None, list[Impression]], fault: TouchFault
) -> None:
    for touch in touches[fault]:
        assert touch.pixels.shape == SHAPE
        x, y, direction, kind, _ = touch.minutiae.T
        assert ((x >= 0) & (x < SHAPE[1]) & (y >= 0) & (y < SHAPE[0])).all()
        assert ((direction >= 0) & (direction < 2 * np.pi)).all()
        assert set(kind) <= {1.0, 2.0}
        assert bool(len(x)) is (fault is not TouchFault.NONE)


def test_water_and_weight_darken_what_dryness_and_a_light_touch_leave_out(
    touches: dict[TouchFault | None, list[Impression]],
) -> None:
    good = darkness(touches[None])
    for fault in (TouchFault.DRY, TouchFault.LIGHT):
        assert darkness(touches[fault]) < 0.75 * good
    for fault in (TouchFault.WET, TouchFault.HARD):
        assert darkness(touches[fault]) > 1.15 * good


def test_a_tip_and_a_small_part_are_small(touches: dict[TouchFault | None, list[Impression]]) -> None:
    good = sum(dark(touch).sum() for touch in touches[None])
    for fault in (TouchFault.TIP, TouchFault.SMALL):
        assert sum(dark(touch).sum() for touch in touches[fault]) < 0.5 * good


def test_a_touch_off_centre_goes_beyond_the_glass(touches: dict[TouchFault | None, list[Impression]]) -> None:
    for touch in touches[TouchFault.OFF_CENTRE]:
        edges = (touch.pixels[:8], touch.pixels[-8:], touch.pixels[:, :8], touch.pixels[:, -8:])
        assert max((edge < 140).mean() for edge in edges) > 0.1


def test_nothing_lies_on_an_empty_glass(touches: dict[TouchFault | None, list[Impression]]) -> None:
    for touch in touches[TouchFault.NONE]:
        assert not dark(touch).any()


def test_dirt_lies_beside_the_finger_too(touches: dict[TouchFault | None, list[Impression]]) -> None:
    assert corners(touches[TouchFault.DIRTY]) > 3 * corners(touches[None])
    dirt = sample_dirt(np.random.default_rng(1), (120, 100))
    assert 0 <= dirt.min() < 0.05 and 0.3 < dirt.max() <= 1


def test_smearing_keeps_the_ink_and_takes_the_ridges() -> None:
    ridges = np.tile(np.array([1, 1, 1, 1, 0, 0, 0, 0], np.float32), (40, 8))
    across = Motion(np.array([[x, 0] for x in range(-4, 4)]), np.full(8, 1 / 8))
    along = Motion(across.places[:, ::-1], across.shares)
    smeared = smear(ridges, across)[:, 8:-8]
    np.testing.assert_allclose(smeared, 0.5, atol=1e-6)
    np.testing.assert_allclose(smear(ridges, along), ridges, atol=1e-6)
    motion = sample_motion(np.random.default_rng(1))
    assert motion.shares.sum() == pytest.approx(1)
    assert np.hypot(*(motion.places[-1] - motion.places[0])) > 8


@pytest.mark.parametrize("kind", SensorKind)
def test_sensors_of_one_kind_differ_but_see_enough(kind: SensorKind) -> None:
    one, other = (sample_sensor(np.random.default_rng(seed), kind) for seed in (1, 2))
    assert one != other
    assert one.paper - one.ink > 50
    assert (one.bits == 4) is (kind is SensorKind.FOUR_BIT)
