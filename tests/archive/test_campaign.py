"""The campaign in small: a cluster that loses a worker gives the same rows as one machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.timeout(600)
def test_a_cluster_that_loses_a_worker_gives_the_same_rows(tmp_path: Path) -> None:
    sizes = ("--fingers", "2", "--impressions", "2", "--copies", "60")
    command = [sys.executable, "-m", "tests.archive.campaign", str(tmp_path), *sizes]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["files"], report["rows_equal"], report["each_once"]) == (240, True, True)
    assert 120 <= report["killed"]["after_rows"] < 240
    assert report["killed"]["tasks_it_held"] > 0
    assert {"rekam", "scheduler", "worker_1", "worker_2"} <= report["together"]["peak_mb"].keys()
