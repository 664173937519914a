"""Found minutiae against known ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from firmware.benchmarks import truth
from firmware.datatypes import Minutiae
from firmware.records import templates
from tests import naive

KNOWN = templates.read_xyt("10 10 0 50 1\n10 20 90 50 2\n60 60 355 50 1\n# 90 90 0 9 1\n")


def found(text: str) -> Minutiae:
    return templates.read_xyt(text)


def test_hits_are_near_and_point_the_same_way() -> None:
    seen = found("13 14 0 9 1\n10 20 60 9 2\n60 61 5 9 2\n90 90 0 9 1\n")
    tally = truth.compare([(KNOWN, seen), (KNOWN, found(""))])
    assert (tally.known, tally.found, tally.hits, tally.right_kind) == (6, 4, 2, 1)
    assert tally.pixels == pytest.approx(6)
    assert np.degrees(tally.radians) == pytest.approx(10, abs=1e-3)
    assert (tally.precision, tally.recall, tally.f1) == pytest.approx((0.5, 1 / 3, 0.4))


def test_two_do_not_share_one() -> None:
    seen = found("10 14 0 9 1\n10 17 0 9 1\n")
    assert truth.compare([(found("10 10 0 9 1\n10 20 0 9 1\n"), seen)]).hits == 2
    assert truth.compare([(found("10 10 0 9 1\n"), seen)]).hits == 1


def test_nothing_known_and_nothing_found() -> None:
    tally = truth.compare([(found(""), found(""))])
    assert (tally.precision, tally.recall, tally.f1) == (0, 0, 0)


@pytest.mark.kernel
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 2**32))
def test_the_cheapest_pairing_equals_the_slow_twins(n: int, m: int, seed: int) -> None:
    cost = np.random.default_rng(seed).uniform(0, 10, (min(n, m), max(n, m)))
    expected = np.empty(len(cost), np.int64)
    naive.assign(cost, expected)
    for matrix, turned in ((cost, False), (cost.T.copy(), True)):
        rows, cols = truth.assign(matrix)
        assert dict(zip(cols, rows, strict=True) if turned else zip(rows, cols, strict=True)) == dict(
            enumerate(expected)
        )


def test_a_large_pairing_equals_scipys() -> None:
    cost = np.where(np.random.default_rng(8).random((70, 90)) < 0.9, 1e6, np.random.default_rng(9).random((70, 90)))
    rows, cols = truth.assign(cost)
    expected = linear_sum_assignment(cost)
    assert cost[rows, cols].sum() == pytest.approx(cost[expected].sum())
