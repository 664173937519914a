"""Ten bins, mean and deviation of a block's figure, as the reference counts them."""

import numpy as np
import pytest
from scipy import stats

from firmware.errors import SampleError
from firmware.pipeline.nfiq2 import bins

EDGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def test_a_value_on_an_edge_belongs_above_it() -> None:
    measures = bins.describe("X", np.array([0.1, np.nextafter(0.1, 0), -5.0, 0.9, 77.0, 0.85]), EDGES)
    assert [measures[f"X_Bin10_{i}"] for i in range(10)] == [2, 1, 0, 0, 0, 0, 0, 0, 1, 2]


def test_mean_and_deviation_are_those_of_a_population() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.3, 101)
    measures = bins.describe("X", values, EDGES)
    assert list(measures) == [*(f"X_Bin10_{i}" for i in range(10)), "X_Bin10_Mean", "X_Bin10_StdDev"]
    assert measures["X_Bin10_Mean"] == pytest.approx(stats.tmean(values), rel=1e-12)
    assert measures["X_Bin10_StdDev"] == pytest.approx(stats.tstd(values, ddof=0), rel=1e-12)
    assert bins.describe("X", np.array([0.3]), EDGES)["X_Bin10_StdDev"] == 0


def test_order_does_not_matter() -> None:
    values = np.random.default_rng(2).uniform(0, 1, 50)
    turned = bins.describe("X", values[::-1], EDGES)
    assert turned == pytest.approx(bins.describe("X", values, EDGES), rel=1e-12)


@pytest.mark.parametrize(
    ("values", "told"), [([], "X finds no block"), ([0.5, np.inf], "X is not finite"), ([np.nan], "X is not finite")]
)
def test_what_cannot_be_described_is_said(values: list[float], told: str) -> None:
    with pytest.raises(SampleError, match=told):
        bins.describe("X", np.array(values, np.float64), EDGES)
