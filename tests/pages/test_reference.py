"""Which measures of a print are worst, beside those of good ones."""

import numpy as np
import pytest

from firmware.pages import reference
from firmware.pages.reference import PERCENTS, Reference, Side, worst


def of(values: list[float], side: Side) -> Reference:
    return Reference(side, tuple(np.percentile(values, PERCENTS).tolist()))


@pytest.mark.parametrize("values", [np.linspace(0, 1, 101), np.sqrt(np.linspace(0, 4, 101))], ids=["even", "skewed"])
def test_the_share_of_good_prints_is_that_of_their_values(values: np.ndarray) -> None:
    known = of(values.tolist(), Side.LOW)
    for percent in PERCENTS[1:-1]:
        value = float(np.percentile(values, percent))
        assert known.at_most(value) == pytest.approx(percent / 100, abs=1e-9)
        assert known.under(value) == pytest.approx(percent / 100, abs=1e-9)
    assert (known.at_most(-1), known.under(-1), known.at_most(9), known.under(9)) == (0, 0, 1, 1)


def test_a_value_that_most_good_prints_have_is_not_bad_on_any_side() -> None:
    known = of([0.0] * 95 + [1.0] * 5, Side.HIGH)
    assert known.at_most(0.0) == pytest.approx(0.9, abs=0.06)
    assert known.under(0.0) == 0
    assert worst({"zeros": 0.0}, {"zeros": known})[0].share == 1


def test_the_side_decides_what_is_bad() -> None:
    even = np.linspace(0, 100, 101).tolist()
    known = {side.value: of(even, side) for side in Side}
    shares = {finding.measure: finding.share for finding in worst(dict.fromkeys(known, 5.0), known)}
    assert shares == pytest.approx({"low": 0.05, "both": 0.1, "high": 0.95})
    shares = {finding.measure: finding.share for finding in worst(dict.fromkeys(known, 95.0), known)}
    assert shares == pytest.approx({"low": 0.95, "both": 0.1, "high": 0.05})


def test_beyond_all_good_prints_the_farthest_is_the_worst() -> None:
    known = {"wide": of([0, 100], Side.LOW), "narrow": of([0, 10], Side.LOW), "constant": of([0, 0], Side.HIGH)}
    found = worst({"wide": -20.0, "narrow": -20.0, "constant": 9.0}, known)
    assert [finding.measure for finding in found] == ["constant", "narrow", "wide"]
    assert {finding.share for finding in found} == {0.0}


def test_five_are_told_and_one_of_each_family() -> None:
    names = [
        "FDA_Bin10_0",
        "FDA_Bin10_Mean",
        "OF_Bin10_StdDev",
        "OF_Bin10_9",
        "area_mm2",
        "Mu",
        "MMB",
        "minutiae",
        "other",
    ]
    known = {name: of([0, 100], Side.LOW) for name in names[:-1]}
    found = worst({name: float(place) for place, name in enumerate(names)}, known)
    assert [finding.measure for finding in found] == ["FDA_Bin10_0", "OF_Bin10_StdDev", "area_mm2", "Mu", "MMB"]


def test_the_table_that_is_shipped_is_whole() -> None:
    known = reference.table()
    assert {"area_mm2", "clarity", "minutiae"} <= known.keys()
    for name, one in known.items():
        assert len(one.values) == len(PERCENTS), name
        assert list(one.values) == sorted(one.values), name
    assert known["clarity"].side is Side.LOW
