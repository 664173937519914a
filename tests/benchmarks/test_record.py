"""`rekam bench record`: a resident's record on the wire, and what WSQ leaves of the minutiae."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from firmware.assessment import Wishes, collect
from firmware.benchmarks import record
from firmware.errors import InputError
from firmware.vocabulary import Effort


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten grown fingers on sensors of the UART family, which give 16 grey levels."""
    folder = tmp_path_factory.mktemp("grown")
    options = ["--fingers", "10", "--seed", "5", "--sensor", "four-bit"]
    subprocess.run([sys.executable, "-m", "sim", "grow", str(folder), *options], check=True, capture_output=True)
    return folder


@pytest.mark.timeout(600)
def test_a_record_fits_and_wsq_keeps_the_minutiae(grown: Path) -> None:
    command = [sys.executable, "-m", "firmware", "bench", "record", str(grown), "--json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout)
    assert (told["prints"], told["records"], told["record_most"]) == (10, 1, 600_000)
    png, jpeg2000, wsq = told["compressions"]
    assert [png["name"], jpeg2000["name"], wsq["name"]] == ["png", "jpeg2000", "wsq"]
    assert png["packet_most"] + told["face_most"] <= told["record_most"], "with any face, at the default settings"
    assert (png["f1"], jpeg2000["f1"]) == (1, 1), "nothing is lost"
    assert wsq["f1"] >= 0.9
    assert 12 <= wsq["ratio"] <= 18
    assert wsq["packet_most"] < png["packet_most"] < jpeg2000["packet_most"]
    assert wsq["kept_as_png"] == 0


def test_ten_prints_are_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="0 prints make no record; name ten or more"):
        record.measure([], Effort.STANDARD, lambda: None)


def test_a_person_reads_it_in_a_table(grown: Path) -> None:
    files = collect([grown], Wishes())
    advanced: list[None] = []
    sizes = record.measure(files, Effort.STANDARD, lambda: advanced.append(None))
    assert len(advanced) == len(files) == 10
    head, *lines, last = record.as_lines(sizes)
    assert {len(line) for line in lines} == {len(head)}
    assert [line.split()[0] for line in lines] == ["png", "jpeg2000", "wsq"]
    assert last.startswith("1 sealed records of ten of 10 prints; a face adds 250 kB at most")
    spared = dataclasses.replace(sizes[2], spared=3)
    assert record.as_lines([spared])[1].split()[-2] == "3"
