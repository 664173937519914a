"""The bundle for the office: what is in it, and that what is planted all over the kit is not."""

import json
import os
import stat
import subprocess
import tarfile
import tomllib
from pathlib import Path

import pytest

from firmware import scrubbing, support
from firmware.config import KitConfig, load
from firmware.datatypes import Outcome
from firmware.errors import InputError
from firmware.identity import Identity
from firmware.journal import JOURNAL, Journal
from firmware.logbook import Logbook
from firmware.scrubbing import LEFT_OUT
from firmware.vocabulary import Language
from tests.patients import kit
from tests.test_doctor_sensor import sensor
from tests.worlds import rekam

NIK, NAME = "1903015204100031", "Wulandari Penanda"
SECRET = "AGE-SECRET-KEY-1QQPQZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQQPQZRY9X8GF2TVDW"
PEM = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\n-----END PRIVATE KEY-----"
PASSWORD = 0x0BADCAFE
MARKERS = (NIK, "1903 0152 0410 0031", "Wulandari", "Penanda", SECRET, "MIGHAgEAMBMG", str(PASSWORD), "Budi's")
MESSAGES = (
    "service: record failed\nTraceback (most recent call last):\n"
    f'  File "/opt/rekam/firmware/service.py", line 170, in _do\n    result = job.work(place)\nKeyError: {NAME!r}',
    f"station: the sensor went away; {NIK} was asked for",
    f"clock: cannot read '{NAME}' but '/dev/rtc0'",
    f"{NAME}, {NIK}: a library writes what it likes",
    f"kit: here is a key {SECRET} and {PEM}",
    f"connection: 1903 0152 0410 0031 and {NIK[:6]}.{NIK[6:12]}.{NIK[12:]}",
    "rekam.service: Main process exited, code=killed, status=6/ABRT",
)
KERNEL = "usb 1-1: new high-speed USB device number 3\nusb 1-1: Product: Budi's iPhone\nmmc0: error -110\nelf: odd\n"
MEMBERS = ("doctor.json", "status.json", "versions.json", "kit.toml", "journal.jsonl", "service.log", "kernel.log")


def program(folder: Path, name: str, text: str) -> None:
    """A program that prints this, in place of one that would tell of this machine."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.out").write_text(text)
    (folder / name).write_text(f'#!/bin/sh\ncat "{folder}/{name}.out"\n')
    (folder / name).chmod(0o755)


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KitConfig:
    """A kit with markers in everything that a bundle might take from."""
    more = f'# {NAME} {NIK}\npasswords = [0, {PASSWORD}]\n[mqtt]\nhost = "127.0.0.1"\nport = 9\n'
    config = kit(tmp_path, tmp_path / "port", more)
    Identity.load_or_create(config.data)
    log = Logbook(Journal(config.data / JOURNAL))
    log.started()
    log.begin("Budi-07", "K-1-20261129101112-0A0B0C0D", "")
    log.step("right_thumb", Outcome.ACCEPTED, 1, 2.0)
    with (config.data / JOURNAL).open("a") as journal:
        journal.write(f'{{"facts": {{"operator": "{NAME}"}}, "nik": "{NIK}"}}\n')
    for name in ("roster.json", "station.log", "class.csv", "announcements.jsonl"):
        (config.data / name).write_text(f"{NAME},{NIK}\n{PEM}\n{SECRET}\n")
    entries = [{"__REALTIME_TIMESTAMP": str(10**15 + n), "MESSAGE": text} for n, text in enumerate(MESSAGES)]
    entries.append({"__REALTIME_TIMESTAMP": "1", "MESSAGE": [87, 117]})  # type: ignore[dict-item]
    program(tmp_path / "bin", "journalctl", "".join(json.dumps(entry) + "\n" for entry in entries) + "no json\n")
    program(tmp_path / "bin", "dmesg", KERNEL)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return config


def contents(path: Path) -> dict[str, str]:
    with tarfile.open(path) as archive:
        return {
            entry.name.removeprefix("rekam-support/"): archive.extractfile(entry).read().decode()  # type: ignore[union-attr]
            for entry in archive
        }


def test_what_is_planted_is_not_in_the_bundle_and_what_helps_is(planted: KitConfig, tmp_path: Path) -> None:
    path = tmp_path / "out.tar.gz"
    with sensor(tmp_path / "port"):
        assert support.pack(path, planted, tmp_path / "kit.toml", Language.ENGLISH) == MEMBERS
    packed = contents(path)
    assert tuple(packed) == MEMBERS
    key = (planted.data / "identity" / "kit.key").read_text().split("\n")[1]
    for name, text in packed.items():
        assert [marker for marker in (*MARKERS, key) if marker in text] == [], name
    assert json.loads(packed["doctor.json"])["findings"] == []
    assert json.loads(packed["status.json"])["kit"] == "K-1"
    assert "numpy" in " ".join(json.loads(packed["versions.json"])["packages"])
    settings = tomllib.loads(packed["kit.toml"])
    assert settings["fingerprint"] == {"port": str(tmp_path / "port"), "ppi": 500, "passwords": LEFT_OUT}
    assert settings["mqtt"] == {"host": "127.0.0.1", "port": 9} and settings["office"]["recipients"]
    journal = [json.loads(line) for line in packed["journal.jsonl"].splitlines()]
    assert [line["kind"] for line in journal] == ["started", "begun", "step"]
    assert "K-1-20261129101112-0A0B0C0D" in packed["journal.jsonl"], "a control number is no NIK"
    for told in ("service: record failed", "line 170, in _do", f"KeyError: {LEFT_OUT}", "status=6/ABRT", "'/dev/rtc0'"):
        assert told in packed["service.log"]
    assert packed["service.log"].startswith("2001-09-09T01:46:40Z service: record failed\n")
    assert packed["kernel.log"].splitlines() == ["usb 1-1: new high-speed USB device number 3", "mmc0: error -110"]


def test_a_bundle_is_its_owner_s_and_takes_nobody_s_place(planted: KitConfig, tmp_path: Path) -> None:
    path = tmp_path / "out.tar.gz"
    command = rekam("support", path, "-c", tmp_path / "kit.toml", "--lang", "id")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, tuple(done.stdout.split())) == (0, MEMBERS), done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(contents(path)["doctor.json"])["findings"][0]["what"].startswith("Port sensor sidik jari")
    before = path.read_bytes()
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 1 and "is there already; name a new file" in again.stderr
    assert path.read_bytes() == before and not list(tmp_path.glob(".out*"))
    with pytest.raises(InputError, match="cannot be written"):
        support.pack(Path("/proc/out.tar.gz"), planted, tmp_path / "kit.toml", Language.ENGLISH)


def test_a_machine_without_those_programs_has_a_bundle_too(
    planted: KitConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "kit.toml").write_text("no toml")
    support.pack(tmp_path / "out.tar.gz", planted, tmp_path / "kit.toml", Language.ENGLISH)
    packed = contents(tmp_path / "out.tar.gz")
    assert (packed["service.log"], packed["kernel.log"]) == ("\n", "\n")
    assert packed["kit.toml"].startswith("# cannot be read")


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        (f"nik={NIK}.", f"nik={LEFT_OUT}."),
        (f"x{NIK}y", f"x{LEFT_OUT}y"),
        ("1903-0152-0410-0031", LEFT_OUT),
        ("190301.520410.0031", LEFT_OUT),
        (f"1{NIK}", f"1{NIK}"),
        ("BENCH-1-20261129101112-0A0B0C0D", "BENCH-1-20261129101112-0A0B0C0D"),
        ("2026-11-29 10:11:12", "2026-11-29 10:11:12"),
        (f"a {SECRET} b", f"a {LEFT_OUT} b"),
        (f"a\n{PEM}\nb", f"a\n{LEFT_OUT}\nb"),
        ("-----BEGIN EC PRIVATE KEY-----\ncut off", LEFT_OUT),
    ],
)
def test_numbers_and_keys_are_left_out(text: str, scrubbed: str) -> None:
    assert scrubbing.scrub(text) == scrubbed


def test_settings_keep_all_but_their_secrets() -> None:
    settings = {"a": 1, "mqtt": {"host": "h", "password": "hunter2", "api_key": "x", "Token": "t"}, "keyboard": "us"}
    kept = {"host": "h", "password": LEFT_OUT, "api_key": LEFT_OUT, "Token": LEFT_OUT}
    assert scrubbing.without_secrets(settings) == {"a": 1, "mqtt": kept, "keyboard": "us"}


def test_the_example_of_kit_toml_comes_back_as_it_is(tmp_path: Path) -> None:
    from tests.conftest import ROOT

    example = ROOT / "docs" / "kit.toml"
    text = support._settings(example).replace(f'passwords = "{LEFT_OUT}"', "passwords = [0, 305419896]")
    (tmp_path / "kit.toml").write_text(text)
    before, after = load(example), load(tmp_path / "kit.toml")
    assert after.model_copy(update={"data": before.data}) == before
