"""The plain matcher and its rates, beside their slow twins and the yardstick."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.benchmarks import matching
from firmware.datatypes import Minutiae
from firmware.records import templates
from tests import naive

YARDSTICK = Path("tools") / "minutiae_eval.py"


def minutiae(n: int, rng: np.random.Generator, side: float = 150) -> Minutiae:
    return Minutiae(
        x=rng.uniform(0, side, n).astype(np.float32),
        y=rng.uniform(0, side, n).astype(np.float32),
        direction=rng.uniform(0, 2 * np.pi, n).astype(np.float32),
        kind=rng.integers(1, 3, n).astype(np.uint8),
        quality=rng.integers(1, 101, n).astype(np.uint8),
    )


def again(found: Minutiae, rng: np.random.Generator, turn: float) -> Minutiae:
    """The same print turned about its origin, shifted, shaken, with some minutiae lost."""
    keep = rng.random(len(found)) > 0.2
    x, y, direction = found.x[keep], found.y[keep], found.direction[keep]
    c, s = math.cos(turn), math.sin(turn)
    shake = rng.normal(0, 3, (2, len(x)))
    return Minutiae(
        x=(30 + c * x + s * y + shake[0]).astype(np.float32),
        y=(20 - s * x + c * y + shake[1]).astype(np.float32),
        direction=((direction + turn + rng.normal(0, 0.1, len(x))) % (2 * np.pi)).astype(np.float32),
        kind=found.kind[keep],
        quality=found.quality[keep],
    )


def rows(found: Minutiae) -> np.ndarray:
    return np.column_stack([found.x, found.y, found.direction]).astype(np.float64)


@pytest.mark.kernel
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_a_score_equals_that_of_the_slow_twin(seed: int, n: int, m: int, same: bool) -> None:
    rng = np.random.default_rng(seed)
    first = minutiae(n, rng)
    second = again(first, rng, rng.uniform(-0.6, 0.6)) if same else minutiae(m, rng)
    (score,), _ = matching.scores([first, second])
    assert score == pytest.approx(naive.similarity(rows(first), rows(second)), rel=1e-6, abs=1e-9)


@pytest.mark.kernel
def test_all_follow_each_print_in_order() -> None:
    rng = np.random.default_rng(3)
    first = minutiae(8, rng)
    prints = [first, again(first, rng, 0.3), minutiae(0, rng), minutiae(7, rng)]
    found = list(matching.scores(prints))
    flat = np.concatenate([rows(found) for found in prints])
    start = np.cumsum([0, *map(len, prints)])
    for i, row in enumerate(found):
        expected = np.empty(3 - i)
        naive.score_row(flat, start, i, expected)
        assert row == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert found[0][0] > 0.2 > found[0][2]


def test_a_turned_print_is_the_same_finger() -> None:
    rng = np.random.default_rng(4)
    first = minutiae(40, rng, 350)
    near, far = again(first, rng, 0.7), again(first, rng, 1.4)
    (to_near, to_far), *_ = matching.scores([first, near, far])
    assert to_near > 0.3 > to_far


def test_only_the_best_hundred_take_part() -> None:
    rng = np.random.default_rng(5)
    many = minutiae(130, rng)
    best = matching.best(many)
    assert len(best) == 100
    assert best.quality.tolist() == sorted(many.quality.tolist(), reverse=True)[:100]
    assert matching.best(best) is best


@pytest.mark.parametrize(
    ("genuine", "impostor", "rates"),
    [
        ([0.9, 0.8], [0.1, 0.2], (0, 0, 0)),
        ([0.1, 0.2], [0.9, 0.8], (1, 1, 1)),
        ([0.5, 0.3], [0.4, 0.2], (0.5, 0.5, 0.5)),
        ([0.5] * 3 + [0.1], [0.2] * 199 + [0.5], (0.125, 0.25, 1)),
    ],
)
def test_error_rates(genuine: list[float], impostor: list[float], rates: tuple[float, float, float]) -> None:
    assert matching.error_rates(np.array(genuine), np.array(impostor)) == pytest.approx(rates, abs=0.003)


def test_the_yardstick_finds_the_same(shared_data: Path) -> None:
    source = importlib.util.spec_from_file_location("yardstick", shared_data.parent / YARDSTICK)
    assert source is not None
    assert source.loader is not None
    yardstick = importlib.util.module_from_spec(source)
    source.loader.exec_module(yardstick)
    plain = getattr(yardstick.similarity, "py_func", yardstick.similarity)
    files = sorted((shared_data / "baselines" / "leader" / "fvc2002_db3_b").glob("10[12]_[1-2].xyt"))
    prints = [templates.read_xyt(file.read_text()) for file in files]
    for i, row in enumerate(matching.scores(prints)):
        expected = [
            plain(rows(prints[i]), rows(other), 15, math.radians(25), math.radians(45)) for other in prints[i + 1 :]
        ]
        assert row == pytest.approx(expected, rel=1e-6)
    genuine, impostor = np.random.default_rng(6).normal([[0.5], [0.3]], 0.1, (2, 2000)).round(3)
    expected = [rate / 100 for rate in yardstick.error_rates(genuine, impostor)]
    assert matching.error_rates(genuine, impostor) == pytest.approx(expected)
