"""Pages for people whose prints a real cluster assesses."""

import re
import subprocess
import sys
from pathlib import Path

from tests.archive.campaign import cluster
from tests.conftest import ROOT
from tests.worlds import rekam


def assess(prints: Path, document: Path, *options: str) -> None:
    subprocess.run(rekam("assess", prints, "--report", document, *options), cwd=ROOT, check=True, capture_output=True)


def undated(document: Path) -> bytes:
    """A document's bytes without the time at which a PDF says that it was made."""
    return re.sub(rb"D:[0-9]{14}", b"", document.read_bytes())


def test_a_cluster_makes_the_same_document(tmp_path: Path) -> None:
    prints = tmp_path / "prints"
    grow = [sys.executable, "-m", "sim", "grow", str(prints), "--fingers", "3", "--impressions", "2", "--seed", "11"]
    subprocess.run(grow, cwd=ROOT, check=True)
    alone, together = tmp_path / "alone.pdf", tmp_path / "together.pdf"
    with cluster(tmp_path) as (address, _):
        assess(prints, alone)
        assess(prints, together, "--cluster", address)
    assert undated(together) == undated(alone)
    for name in ("alone", "together"):
        assert [path.name for path in tmp_path.glob(f"*{name}*")] == [f"{name}.pdf"]
