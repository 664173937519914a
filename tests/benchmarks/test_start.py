"""The start of the station, measured on the bench."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware.cli import app
from firmware.errors import InputError
from tests.conftest import ROOT
from tests.worlds import world


def test_a_start_is_measured_whole(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        options = ["--config", str(found.settings), "--resident", str(ROOT / "docs" / "resident.toml")]
        told = CliRunner().invoke(app, ["bench", "start", *options, "--starts", "1", "--json"])
        assert told.exit_code == 0, told.output
        measured = json.loads(told.stdout)
        assert 0 < measured["ready_s"] < 300 and measured["resident_mb"] > 50 and measured["first_score_s"] > 0
        assert len(found.packets) == 1


def test_a_kit_that_records_for_real_records_nobody_for_a_benchmark(tmp_path: Path) -> None:
    settings = tmp_path / "kit.toml"
    settings.write_text('kit_id = "k"\n[fingerprint]\nport = "/dev/there-is-none"\n')
    told = CliRunner().invoke(app, ["bench", "start", "-c", str(settings), "--resident", "x.toml"])
    assert isinstance(told.exception, InputError) and "records for real" in str(told.exception)


def test_a_station_that_does_not_come_up_is_told(tmp_path: Path) -> None:
    settings = tmp_path / "kit.toml"
    settings.write_text('kit_id = "k"\n[fingerprint]\nport = "/dev/there-is-none"\n')
    with pytest.raises(InputError, match="no office could open"):
        CliRunner().invoke(app, ["bench", "start", "-c", str(settings)], catch_exceptions=False)
