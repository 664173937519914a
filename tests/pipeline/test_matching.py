"""Two prints are compared as the slow twins compare them, wherever they lie and however they are turned."""

import math

import numpy as np
import pytest

from firmware.datatypes import Minutiae
from firmware.pipeline import matching, neighbourhoods, pairing
from firmware.pipeline.matching import Comparison, Template
from firmware.pipeline.parameters import MATCH_NEIGHBOURS, MATCH_SCORE
from tests import naive_matching
from tests.pipeline.minutiae import again, scattered

SIZES = [(1, 1), (1, 7), (5, 4), (9, 23), (31, 17)]


def templates(seed: int, sizes: tuple[int, int], alike: bool) -> tuple[Template, Template]:
    rng = np.random.default_rng(seed)
    first = scattered(sizes[0], rng)
    second = again(first, rng, 0.5) if alike else scattered(sizes[1], rng)
    return matching.describe(first), matching.describe(second)


def alike(first: Minutiae, second: Minutiae) -> Comparison:
    return matching.compare(matching.describe(first), matching.describe(second))


@pytest.mark.kernel
@pytest.mark.parametrize("sizes", SIZES)
def test_surroundings(sizes: tuple[int, int]) -> None:
    first, second = templates(1, sizes, alike=False)
    around, count = np.zeros_like(first.around), np.zeros_like(first.count)
    naive_matching.look_around(first.points, around, count)
    np.testing.assert_array_equal(first.count, count)
    np.testing.assert_allclose(first.around, around, atol=1e-9)
    twin = np.empty(sizes)
    naive_matching.compare_surroundings(first.around, first.count, second.around, second.count, twin)
    ours = neighbourhoods.likeness((first.around, first.count), (second.around, second.count))
    np.testing.assert_allclose(ours, twin, atol=1e-9)


@pytest.mark.kernel
@pytest.mark.parametrize("sizes", SIZES)
def test_seeking_and_fitting(sizes: tuple[int, int]) -> None:
    first, second = templates(2, sizes, alike=False)
    a, b = first.points, second.points
    rng = np.random.default_rng(3)
    for known in (0, 1, min(sizes)):
        pairs = np.full(sizes[0], -1)
        pairs[rng.permutation(sizes[0])[:known]] = rng.permutation(sizes[1])[:known]
        for k in range(sizes[0]):
            place, turn, nearest = pairing._seek(k, a, b, pairs)
            assert (place, turn, nearest) == pytest.approx(naive_matching.seek(k, a, b, pairs))
            used = rng.random(sizes[1]) < 0.3
            for reach in (10.0, 80.0):
                j, cost = pairing._fit(a[k, 1] * turn, place, b, used, reach)
                assert (j, cost) == pytest.approx(naive_matching.fit(a[k, 1] * turn, place, b, used, reach))


@pytest.mark.kernel
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("same", [True, False])
def test_pairing(sizes: tuple[int, int], same: bool) -> None:
    first, second = templates(4, sizes, same)
    a, b = first.points, second.points
    n, m = len(a), len(b)
    ours, twin = np.empty((2, n), np.int64)
    used, taken = np.empty((2, m), np.bool_)
    costs, theirs = np.empty((2, n))
    for seed in {(0, 0), (n - 1, m // 2)} if m else ():
        pairing._grow(a, b, seed, ours, used)
        naive_matching.grow(a, b, seed, twin, taken)
        np.testing.assert_array_equal(ours, twin)
        np.testing.assert_array_equal(used, taken)
        pairing._settle(a, b, ours, used, costs)
        naive_matching.settle(a, b, twin, taken, theirs)
        np.testing.assert_array_equal(ours, twin)
        np.testing.assert_allclose(costs, theirs, atol=1e-9)
        inside = pairing._overlap(a, b, ours, second.outline, 12.0)
        assert inside == naive_matching.overlap(a, b, ours, second.outline, 12.0)


@pytest.mark.kernel
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("same", [True, False])
def test_matching(sizes: tuple[int, int], same: bool) -> None:
    first, second = templates(5, sizes, same)
    if not len(second.points):
        return
    similar = neighbourhoods.likeness((first.around, first.count), (second.around, second.count))
    ours, twin = np.full((2, len(first.points)), -1)
    shapes = first.points, second.points, first.outline, second.outline, similar
    score = matching._match(*shapes, ours)
    assert score == pytest.approx(naive_matching.match(*shapes, twin))
    np.testing.assert_array_equal(ours, twin)
    assert score > MATCH_SCORE or not same or sizes[0] < 9


@pytest.mark.parametrize("n", [0, 1, 3])
def test_too_few_minutiae_are_like_nothing(n: int) -> None:
    few, many = scattered(n, np.random.default_rng(6)), scattered(40, np.random.default_rng(7))
    for one, other in ((few, few), (few, many), (many, few)):
        found = alike(one, other)
        assert found.score == 0
        assert found.pairs.shape == (0, 2)


def test_of_many_minutiae_the_best_hundred_are_compared() -> None:
    many = scattered(300, np.random.default_rng(8), 600)
    found = alike(many, many)
    assert 0.5 < found.score < 1
    assert len(found.pairs) == matching.MOST
    np.testing.assert_array_equal(found.pairs[:, 0], found.pairs[:, 1])
    assert many.quality[found.pairs[:, 0]].min() >= np.sort(many.quality)[-matching.MOST]
    assert len(matching.describe(many).around[0]) == MATCH_NEIGHBOURS


@pytest.mark.parametrize("turn", [0.0, 1.0, math.pi, 5.0])
def test_a_print_that_lies_elsewhere_is_as_much_alike(turn: float) -> None:
    rng = np.random.default_rng(9)
    first = scattered(40, rng, 300)
    second, stranger = again(first, rng, 0.2), scattered(40, rng, 300)
    still = np.random.default_rng(10)
    moved = again(second, still, turn, shake=0, kept=1)
    assert alike(first, moved).score == pytest.approx(alike(first, second).score, rel=1e-3)
    assert alike(first, moved).score > 0.3
    assert alike(stranger, moved).score < MATCH_SCORE


def test_whichever_print_comes_first() -> None:
    rng = np.random.default_rng(11)
    first = scattered(40, rng)
    for second in (again(first, rng, 0.4), again(first, rng, 0.4, kept=1), scattered(40, rng)):
        one, other = alike(first, second), alike(second, first)
        assert one.score == other.score
        np.testing.assert_array_equal(one.pairs, other.pairs[:, ::-1])


def test_the_pairs_are_the_minutiae_that_are_the_same() -> None:
    rng = np.random.default_rng(12)
    first = scattered(50, rng, 300)
    found = alike(first, again(first, rng, 1.1, kept=1))
    right = found.pairs[:, 0] == found.pairs[:, 1]
    assert right.mean() > 0.95
    assert right.sum() > 40


def test_a_stretched_print_is_the_same_finger() -> None:
    first = scattered(45, np.random.default_rng(13), 300)
    x, y = first.x + 18 * np.sin(first.y / 90), first.y + 14 * np.sin(first.x / 80)
    bent = Minutiae(x.astype(np.float32), y.astype(np.float32), first.direction, first.kind, first.quality)
    assert alike(first, bent).score > 0.3


def test_the_resolution_makes_no_difference() -> None:
    rng = np.random.default_rng(14)
    first = scattered(40, rng)
    second = again(first, rng, 0.3)
    double = Minutiae(2 * second.x, 2 * second.y, second.direction, second.kind, second.quality)
    plain = matching.compare(matching.describe(first), matching.describe(second))
    fine = matching.compare(matching.describe(first), matching.describe(double, 1000))
    assert fine.score == pytest.approx(plain.score)
