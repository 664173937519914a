"""The table of measures on good prints."""

import csv
from pathlib import Path

import numpy as np
import pytest

from firmware.errors import InputError
from firmware.pages.reference import PERCENTS
from firmware.training import reference
from sim.grow import Order, grow_finger
from sim.impressions import Condition


def test_the_side_on_which_poor_prints_lie_is_found() -> None:
    rng = np.random.default_rng(4)
    good = {name: rng.normal(0, 1, 300) for name in ("low", "high", "both", "none", "missing")}
    first = {name: values + shift for (name, values), shift in zip(good.items(), (-1, 1, -1, 0, 0), strict=True)}
    second = {name: values + shift for (name, values), shift in zip(good.items(), (0, 0, 1, 0.1, 0), strict=True)}
    del first["missing"]
    lines = reference.tabulate(good, [first, second])
    assert [line[:2] for line in lines] == [["low", "low"], ["high", "high"], ["both", "both"]]
    assert lines[0][2:] == pytest.approx(np.percentile(good["low"], PERCENTS).tolist(), rel=1e-5)


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    for name, condition in (("good", Condition.GOOD), ("partial", Condition.PARTIAL)):
        (tmp_path / name / "truth").mkdir(parents=True)
        for finger in (1, 2):
            grow_finger(finger, Order(tmp_path / name, 2, 31, condition))
    out = tmp_path / "reference.csv"
    reference.main(tmp_path / "good", [tmp_path / "partial"], out)
    rows = {row["measure"]: row for row in csv.DictReader(out.read_text().splitlines())}
    assert rows["area_mm2"]["bad"] == "low"
    assert float(rows["area_mm2"]["p0"]) <= float(rows["area_mm2"]["p100"])
    (tmp_path / "good" / "spoiled.png").write_bytes(b"no image")
    with pytest.raises(InputError, match=r"spoiled\.png: "):
        reference.main(tmp_path / "good", [tmp_path / "partial"], out)
