"""The self-test on the bench, through the station and without one: what passes, what fails, by which words."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware.cli import app
from firmware.config import load
from firmware.reporting import SPOOL
from firmware.spool import Spool
from tests.residents import NOON
from tests.test_service import ask, station
from tests.worlds import World, world

PARTS = ["storage", "spool", "identity", "clock", "battery", "panel", "fingerprint", "camera", "core", "broker", "node"]


def verdicts(found: World) -> dict[str, str]:
    told = json.loads(CliRunner().invoke(app, ["selftest", "-c", str(found.settings), "--json"]).stdout)
    return {finding["part"]: finding["verdict"] for finding in told["findings"]}


def test_each_part_does_its_one_thing(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        alone = ask("selftest", found.settings)
        with station(found.settings):
            asked = ask("selftest", found.settings, "--json")
    assert alone.returncode == 0, alone.stdout
    assert alone.stdout.splitlines()[-1] == "The kit is ready." and "fingerprint: passed: " in alone.stdout
    told = json.loads(asked.stdout)
    assert (asked.returncode, told["passed"]) == (0, True)
    assert [finding["part"] for finding in told["findings"]] == PARTS


def test_what_is_not_there_fails_by_name_and_keeps_none_from_its_test(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        (found.settings.parent / "fingerprint").unlink()
        told = ask("selftest", found.settings)
    assert told.returncode == 1
    lines = told.stdout.splitlines()
    assert lines[-1] == "1 part(s) failed." and len(lines) == len(PARTS) + 1
    assert any(line.startswith("fingerprint: FAILED: ") and "check its cable" in line for line in lines)


def test_a_packet_that_changed_on_the_disk_is_found(tmp_path: Path) -> None:
    with world(tmp_path / "world") as found:
        assert verdicts(found)["spool"] == "passed"
        with Spool(load(found.settings).data / SPOOL) as spool:
            connection = spool._opened()
            columns = "control_number, ciphertext, sha256, recorded_utc, clock_trust, boot_id, monotonic_s"
            row = ("K-1", b"spoiled", "0" * 64, NOON.utc.isoformat(), NOON.trust.value, "b", 0.0)
            connection.execute(f"INSERT INTO packet ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            connection.commit()
        assert verdicts(found)["spool"] == "failed"


def test_a_broker_that_is_away_is_told_and_no_failure(tmp_path: Path) -> None:
    with world(tmp_path / "world", "--broker", "127.0.0.1:9") as found:
        assert verdicts(found)["broker"] == "warning"


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_words_are_those_of_the_kit(tmp_path: Path, language: str) -> None:
    with world(tmp_path / "world") as found:
        text = found.settings.read_text().replace('language = "en"', f'language = "{language}"')
        found.settings.write_text(text)
        last = ask("selftest", found.settings).stdout.splitlines()[-1]
    assert last == {"id": "Kit siap.", "en": "The kit is ready."}[language]
