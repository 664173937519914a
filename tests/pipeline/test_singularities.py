"""Cores and deltas are found where an ideal field has them, and nowhere else."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from firmware.pipeline import parameters, singularities
from tests import naive

SHAPE = (40, 36)
WHOLE = np.ones(SHAPE, np.bool_)
CLEAR = np.full(SHAPE, 0.9, np.float32)


def field_of(
    cores: Sequence[tuple[float, float]] = (), deltas: Sequence[tuple[float, float]] = (), turn: float = 0.0
) -> NDArray[np.float32]:
    """The field that turns by half a turn around each of these points, by blocks."""
    row, col = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    x, y = ((part + 0.5) * parameters.BLOCK - 0.5 for part in (col, row))
    angle = np.full(SHAPE, turn)
    for points, sign in ((cores, 1), (deltas, -1)):
        for u, v in points:
            angle += 0.5 * sign * np.arctan2(v - y, x - u)
    return np.asarray(angle % np.pi, np.float32)


@pytest.mark.kernel
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 5), (30, 33)])
@pytest.mark.parametrize("part", [0.9, 1.0])
def test_each_kernel_does_what_its_twin_does(shape: tuple[int, int], part: float) -> None:
    rng = np.random.default_rng(5)
    field = rng.normal(0, 1, (2, *shape)).astype(np.float32)
    foreground = rng.random(shape) < part
    ours, twin = np.zeros((2, 20, 3), np.float32)
    count = singularities._find_turns(field, foreground, ours)
    assert count == naive.find_turns(field, foreground, twin)
    np.testing.assert_allclose(ours, twin, atol=1e-4)
    answers, expected = np.zeros((2, count, 3), np.float32)
    singularities._compare(field, foreground, ours[:count], 1.3, answers)
    naive.compare(field, foreground, ours[:count], 1.3, expected)
    np.testing.assert_allclose(answers, expected, atol=1e-4)


@pytest.mark.parametrize("opens", [0.0, 1.1, 4.0])
def test_a_core_lies_in_its_place_and_opens_its_way(opens: float) -> None:
    cores, deltas = singularities.find(field_of(cores=[(150.0, 131.0)], turn=opens / 2), CLEAR, WHOLE)
    assert (len(cores), len(deltas)) == (1, 0)
    assert np.hypot(cores.x[0] - 150, cores.y[0] - 131) < 2
    assert np.cos(cores.directions[0, 0] - opens) > np.cos(0.05)
    assert cores.quality[0] > 80


@pytest.mark.parametrize("turn", [0.0, 0.4, 1.5])
def test_a_delta_lies_in_its_place_and_has_three_sides(turn: float) -> None:
    cores, deltas = singularities.find(field_of(deltas=[(97.0, 180.5)], turn=turn), CLEAR, WHOLE)
    assert (len(cores), len(deltas)) == (0, 1)
    assert np.hypot(deltas.x[0] - 97, deltas.y[0] - 180.5) < 2
    # Along a side the field is that side: -phi / 2 + turn = phi
    sides = np.sort((turn + np.arange(3) * np.pi) * 2 / 3 % (2 * np.pi))
    np.testing.assert_allclose(deltas.directions[0], sides, atol=0.05)


def test_both_cores_of_a_whorl_are_found_best_first() -> None:
    flow = field_of(cores=[(150.0, 120.0), (140.0, 160.0)])
    cores, _ = singularities.find(flow, CLEAR, WHOLE)
    assert sorted(np.rint(cores.y / 10).tolist()) == [12, 16]
    assert cores.quality[0] >= cores.quality[1]


def test_a_core_beside_a_delta_is_none() -> None:
    near = parameters.SINGULARITIES_APART - 2
    flow = field_of(cores=[(143.5, 120.0)], deltas=[(143.5, 120.0 + near)])
    assert [len(found) for found in singularities.find(flow, CLEAR, WHOLE)] == [0, 0]


def test_what_is_not_seen_or_not_clear_has_none() -> None:
    flow = field_of(cores=[(150.0, 131.0)])
    away = WHOLE.copy()
    away[:, 16:22] = False
    faint = np.full(SHAPE, 0.15, np.float32)
    for coherence, foreground in ((CLEAR, away), (faint, WHOLE), (CLEAR, np.zeros(SHAPE, np.bool_))):
        assert [len(found) for found in singularities.find(flow, coherence, foreground)] == [0, 0]


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 50), (3, 2)])
def test_a_map_of_any_size_has_an_answer(shape: tuple[int, int]) -> None:
    flow: NDArray[np.float32] = np.zeros(shape, np.float32)
    cores, deltas = singularities.find(flow, flow, np.ones(shape, np.bool_))
    assert (cores.directions.shape, deltas.directions.shape) == ((0, 1), (0, 3))


def test_a_field_of_noise_gives_no_more_than_there_is_room_for() -> None:
    rng = np.random.default_rng(3)
    flow = (rng.random((200, 200)) * np.pi).astype(np.float32)
    found = singularities.find(flow, np.ones_like(flow), np.ones(flow.shape, np.bool_))
    assert sum(map(len, found)) <= singularities.CANDIDATES
