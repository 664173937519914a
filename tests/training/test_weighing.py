"""Weighing the measures of a touch: a regression of few measures, and how often its advice may be false."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from firmware.datatypes import Feedback
from firmware.errors import InputError
from firmware.training import feedback


def samples(rng: np.random.Generator, **means: float) -> list[dict[str, float]]:
    """Prints whose measures lie about 0, or about what is named, with deviation 1."""
    names = {name for chosen in feedback.MEASURES.values() for name in chosen}
    return [{name: float(rng.normal(means.get(name, 0.0))) for name in sorted(names)} for _ in range(400)]


def test_a_regression_finds_the_weights_that_made_the_answers() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(0, 1, (20000, 2))
    wanted = rng.random(20000) < 1 / (1 + np.exp(-(2 * x[:, 0] - x[:, 1] + 0.5)))
    weights, bias = feedback.regress(x, wanted.astype(float), np.ones(20000))
    np.testing.assert_allclose([*weights, bias], [2, -1, 0.5], atol=0.15)


def test_advice_is_false_on_no_more_good_prints_than_it_may_be() -> None:
    rng = np.random.default_rng(2)
    found = {name: samples(rng) for name in (feedback.GOOD, *feedback.FOLDERS.values())}
    found["dry"] = samples(rng, gaps=4.0, rest=3.0)
    weights, bias = feedback.fit(Feedback.TOO_DRY, found)
    assert weights[0] > 0 and weights[1] > 0
    for name, least, most in ((feedback.GOOD, 0.0, feedback.FALSE_ON_GOOD + 0.005), ("dry", 0.9, 1.0)):
        told = feedback.table(found[name], feedback.MEASURES[Feedback.TOO_DRY]) @ weights + bias > 0
        assert least <= told.mean() <= most


def test_a_folder_without_prints_of_every_fault_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="dirty, dry, good"):
        feedback.gather(tmp_path, Console(quiet=True))
