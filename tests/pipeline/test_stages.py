"""One small grown print: its stages are pinned; every process and every processor finds the same minutiae in it."""

import json
import os
import subprocess
import sys
from typing import Any

import llvmlite.binding as llvm
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.pipeline import stages

# Rounding only: with other vectors sums are taken in another order. After a change that is meant to change the figures,
# or new weights: python -m tests.pipeline.stages
TOLERANCE = {"normalised": 2e-4, "period": 2e-3, "enhanced": 1e-3, "presence": 2e-3}
TOLERANCE_OTHERS = 5e-4


def minutiae_in_another_process(**environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.stages", "--minutiae"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def without(*names: str) -> str:
    """The processor's features as numba takes them, less those whose names begin with one of these."""
    features = llvm.get_host_cpu_features().items()
    return ",".join(f"{'+' if has and not name.startswith(names) else '-'}{name}" for name, has in features)


def has(name: str) -> bool:
    return bool(llvm.get_host_cpu_features().get(name))


def test_a_difference_is_told() -> None:
    ours = [[10.0, 10.0, 0.01, 1.0, 90.0], [50.0, 50.0, 3.0, 2.0, 80.0]]
    assert stages.difference(ours, [[50.02, 50, 3.001, 2, 81], [10, 10.02, 6.29, 1, 90]]) == ""
    for place, change in enumerate((0.1, -0.1, 0.02, 1.0, 2.0)):
        others = [row.copy() for row in ours]
        others[1][place] += change
        assert stages.difference(ours, others)
    assert stages.difference(ours, ours[:1]) == "2 minutiae and 1"


@pytest.mark.timeout(600)
def test_two_processes_find_the_same_bits() -> None:
    once, again = minutiae_in_another_process(), minutiae_in_another_process()
    assert once == again


SETS = {
    "compiler off": (True, {"NUMBA_DISABLE_JIT": "1"}),
    "no AVX-512": (has("avx512f"), {"NUMBA_CPU_FEATURES": without("avx512", "avx10")}),
    "no AVX": (has("avx2"), {"NUMBA_CPU_FEATURES": without("avx", "fma", "f16c", "xop", "vaes", "vpclmulqdq")}),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", [name for name, (can, _) in SETS.items() if can])
def test_other_instructions_find_the_same_minutiae(name: str) -> None:
    found, others = stages.minutiae_of(stages.read_print()), json.loads(minutiae_in_another_process(**SETS[name][1]))
    assert len(found) > 4
    assert stages.difference(found, others) == ""


def test_every_stage_is_as_pinned() -> None:
    pinned: dict[str, Any] = json.loads(stages.PINNED.read_text())
    found = stages.stages_of(stages.read_print())
    assert found.keys() == pinned.keys()
    assert stages.difference(found.pop("minutiae"), pinned["minutiae"]) == ""
    for name, value in found.items():
        if not isinstance(value, dict):
            assert value == pinned[name], name
            continue
        assert value["shape"] == pinned[name]["shape"], name
        atol = TOLERANCE.get(name, TOLERANCE_OTHERS)
        for part in ("mean", "deviation", "values"):
            np.testing.assert_allclose(value[part], pinned[name][part], rtol=0, atol=atol, err_msg=f"{name}: {part}")
