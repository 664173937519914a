"""How far a kit has come: told by whoever is there, kept whole, shown in the kit's language."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from firmware import cli, rollout
from firmware.datatypes import Timestamp
from firmware.errors import InputError
from firmware.rollout import FILE, Rollout, Teller
from firmware.rollout_words import Stage
from firmware.vocabulary import ClockTrust

NIK = "1903015204100007"


def at(day: int) -> Timestamp:
    return Timestamp(datetime(2026, 12, day, tzinfo=UTC), ClockTrust.NETWORK, "boot", 1.0)


def test_what_was_told_last_is_kept_and_the_same_again_keeps_its_date(tmp_path: Path) -> None:
    assert rollout.load(tmp_path) is None
    told = rollout.tell(tmp_path, Stage.WAITING_FOR_WEATHER, " ferry\tcancelled ", at(1), Teller.TECHNICIAN)
    assert told == Rollout(Stage.WAITING_FOR_WEATHER, "ferry cancelled", at(1).utc, Teller.TECHNICIAN)
    assert rollout.tell(tmp_path, Stage.WAITING_FOR_WEATHER, "ferry cancelled", at(2), Teller.OFFICE) == told
    assert rollout.load(tmp_path) == told
    later = rollout.tell(tmp_path, Stage.IN_SERVICE, "", at(3), Teller.OFFICE)
    assert rollout.load(tmp_path) == later and later.since == at(3).utc


@pytest.mark.parametrize("reason", ["x" * 121, "a\x1b[2Jb", f"for {NIK}"])
def test_a_reason_that_cannot_be_kept_changes_nothing(tmp_path: Path, reason: str) -> None:
    before = rollout.tell(tmp_path, Stage.FAULTY, "glass", at(1), Teller.OFFICE)
    with pytest.raises(InputError, match="reason") as refused:
        rollout.tell(tmp_path, Stage.RETIRED, reason, at(2), Teller.OFFICE)
    assert NIK not in str(refused.value)
    assert rollout.load(tmp_path) == before


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"stage": "x"}', b"\xff", b'{"stage": 1}'])
def test_a_spoiled_file_is_no_answer(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    assert rollout.load(tmp_path) is None


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    config = tmp_path / "kit.toml"
    config.write_text('kit_id = "K1"\n[fingerprint]\nport = "/dev/none"\n')
    return config


def rekam(config: Path, *words: str) -> str:
    done = CliRunner().invoke(cli.app, ["rollout", "--config", str(config), *words], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output.strip()


def test_a_technician_tells_and_sees_it(kit: Path) -> None:
    assert rekam(kit) == "Kit K1: belum ada keterangan."
    said = rekam(kit, "waiting_for_network", "--because", "menara [belum] ada")
    told = datetime.fromisoformat(json.loads((kit.parent / "data" / FILE).read_text())["since"])
    since = f"{told.astimezone(ZoneInfo('Asia/Jakarta')):%Y-%m-%d}"
    assert said == f"Kit K1: menunggu jaringan sejak {since} (menara [belum] ada)."
    assert rekam(kit) == said
    kit.write_text('language = "en"\n' + kit.read_text())
    assert rekam(kit, "in_service") == f"Kit K1: in service since {since}."


@pytest.mark.parametrize("words", [["on_the_moon"], ["--because", "rain"], ["faulty", "--because", NIK]])
def test_what_cannot_be_told_is_refused(kit: Path, words: list[str]) -> None:
    done = CliRunner().invoke(cli.app, ["rollout", "--config", str(kit), *words])
    assert isinstance(done.exception, InputError) and not (kit.parent / "data" / FILE).exists()
