"""A school class on the bench: killed, corrected, gone on with; and nothing of the list on the kit's disk."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from typer.testing import CliRunner

from firmware import classroom
from firmware.cli import app
from firmware.errors import InputError, KitError, LinkLost, SessionError
from firmware.progress import SkipReason
from firmware.records.contents import Transaction
from firmware.vocabulary import ConsentGiver, MaritalStatus
from tests.test_recording import ALL_BUT_THE_THUMB, at_terminal, opened, run
from tests.test_terminal import plain
from tests.worlds import World, rekam, world

HEADER = "NIK;Nama;Tanggal Lahir;JK;Status Perkawinan;Kelas;Persetujuan;Alasan NIK"
PUPILS = (
    "1903015204100011;Zubaidah Penanda;12-04-2010;P;;XI-A;wali;",
    "1903015204140012;Zainab Penanda;12-04-2014;P;;XI-A;;",  # twelve years old
    "1903015204140013;Zahra Penanda;12-04-2014;P;kawin;XI-A;;",
    "1903015204100014;Zulaikha Penanda;13-04-2010;P;;XI-A;;",  # the NIK says the twelfth
    "1903015204100015;Zaki Penanda;12-04-2010;L;;XI-A;;akta lahir keliru",
)
MARKERS = ("190301520", "Penanda", "Zubaidah", "2010-04-12", "12-04-2010", "keliru")
WORDS = ("--operator", "Budi-07", "--place", "SMA Negeri 1", "--consent", "resident")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("class") / "world") as found:
        yield found


def listed(folder: Path, *pupils: str) -> Path:
    path = folder / "class.csv"
    path.write_text("\r\n".join([HEADER, *pupils]) + "\r\n", encoding="utf-8-sig")
    return path


def command(found: World, path: Path, *words: str) -> list[str]:
    return rekam("record", "-c", found.settings, "--from", path, "--json", *WORDS, *ALL_BUT_THE_THUMB, *words)


def test_a_class_is_killed_corrected_and_gone_on_with(bench: World, tmp_path: Path) -> None:
    path = listed(tmp_path, *PUPILS)
    with subprocess.Popen(command(bench, path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as first:
        assert first.stdout
        lines = [json.loads(first.stdout.readline())]
        first.send_signal(signal.SIGKILL)
        assert first.wait(20) == -signal.SIGKILL
    assert len(bench.packets) == 1 and lines[0]["control_number"] == bench.packets[0]

    path = listed(tmp_path, *reversed(PUPILS))  # sorted anew while nobody looked
    done = run(command(bench, path))
    assert done.returncode == 1, "one pupil was refused"
    *pupils, last = map(json.loads, done.stdout.splitlines())
    assert [pupil["row"] for pupil in pupils] == [2, 4]
    assert [pupil["control_number"] for pupil in pupils] == bench.packets[1:]
    told = last["class"]
    assert (told["recorded"], told["waiting"], told["too_young"]) == (2, 0, [5])
    assert told["skipped"] == [{"row": 3, "reason": "refused"}]
    assert told["slowest_s"] >= told["median_s"] > 0 and told["slowest_step"]["median_s"] > 0
    assert "This list has changed" in done.stderr and "Row 5 is left out" in done.stderr
    assert "Row 3: the NIK contradicts" in done.stderr and "Row 2: the NIK" not in done.stderr
    assert "--override-nik" in done.stderr and "Slowest step: " in done.stderr

    check_records([opened(bench, number, tmp_path) for number in bench.packets])
    check_nothing_of_the_list(bench, done)


def check_records(records: list[Transaction]) -> None:
    assert [record.resident.nik[-2:] for record in records] == ["11", "15", "13"]
    zubaidah, zaki, zahra = (record.circumstances for record in records)
    assert {record.circumstances.operator for record in records} == {"Budi-07"}
    assert {record.circumstances.place for record in records} == {"SMA Negeri 1"}
    consents = [noted.consent.given_by for noted in (zubaidah, zaki, zahra) if noted.consent]
    assert consents == [ConsentGiver.GUARDIAN, ConsentGiver.RESIDENT, ConsentGiver.RESIDENT]
    assert (zubaidah.override, zaki.override) == ("", "akta lahir keliru")
    assert str(zubaidah.card_from) == str(zaki.card_from) == "2027-04-12"
    assert records[2].resident.marital_status is MaritalStatus.MARRIED
    created = records[2].header.created_at
    assert zahra.card_from is not None and abs((zahra.card_from - created.utc.date()).days) <= 1, "married: at once"


def check_nothing_of_the_list(bench: World, done: "subprocess.CompletedProcess[str]") -> None:
    files = [path for path in bench.settings.parent.rglob("*") if path.is_file() and "office" not in path.parts]
    on_disk = [path.read_bytes().decode("latin-1") for path in files]
    assert any(path.name == "roster.json" for path in files)
    for text in (done.stdout, done.stderr, *on_disk):
        assert not any(marker in text for marker in MARKERS)


def test_an_operator_passes_over_and_ends_for_today(bench: World, tmp_path: Path) -> None:
    before = bench.packets
    path = listed(tmp_path, PUPILS[0].replace("0011;Zubaidah", "0021;Zulfa"), PUPILS[0].replace("0011", "0022"))
    words = rekam("record", "-c", bench.settings, "--from", path, *ALL_BUT_THE_THUMB)
    shown, status = at_terminal(
        words, {"today's date": "", "Operator": "Budi-07", "Zulfa Penanda (XI-A), row 2": "s", "row 3, 2 to go": "q"}
    )
    assert status == 0, shown
    assert "Row 2 is skipped" in shown and "0 pupils recorded, 1 skipped, 1 waiting" in shown
    assert bench.packets == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--from", "none.csv"), "none.csv"),
        (("--from", "bad.csv"), "baris 2, nik"),
        (("--from", "bad.csv", "--resident", "r.toml"), "--from: goes neither"),
        (("--from", "bad.csv", "--override-nik", "x"), "--from: goes neither"),
        (("--resident", "r.toml", "--supersedes", "K-1"), "--because"),
        (("--resident", "r.toml", "--because", "wrong name"), "--because"),
        (("--resident", "r.toml", "--supersedes", "K/1", "--because", "wrong name"), "is no control number"),
        (("--resident", "r.toml", "--operator", "a" * 51), "operator: at most 50"),
    ],
)
def test_bad_input_is_told_before_any_device_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kit.toml").write_text('kit_id = "k"\n[fingerprint]\nport = "/dev/there-is-none"\n')
    (tmp_path / "bad.csv").write_text("nik,nama,tanggal_lahir,jk\n1.9E+15,Ayu,12-04-2010,P\n")
    (tmp_path / "r.toml").write_text('nik = "1903015204100007"\nname = "A"\ndate_of_birth = 2010-04-12\nsex = "P"\n')
    told = CliRunner().invoke(app, ["record", "-c", "kit.toml", *options])
    assert isinstance(told.exception, KitError) and words in str(told.exception)
    assert {path.name for path in tmp_path.iterdir()} == {"kit.toml", "bad.csv", "r.toml"}


def attempted(error: Exception, *, sealed: bool = False) -> tuple[object, str]:
    terminal, shown = plain()

    def take() -> NoReturn:
        raise error

    return classroom._attempt(terminal, take, lambda: sealed), shown.getvalue()


def test_who_cannot_be_recorded_is_passed_over_with_a_word() -> None:
    assert attempted(InputError("nik: odd")) == (SkipReason.REFUSED, "nik: odd\n")
    assert attempted(SessionError("no print")) == (SkipReason.UNFINISHED, "no print\n")


def test_a_device_that_stays_away_ends_the_run() -> None:
    lost = SessionError("mend the connection")
    lost.__cause__ = LinkLost("fingerprint", "gone")
    with pytest.raises(SessionError, match="mend"):
        attempted(lost)


def test_a_packet_that_may_be_in_the_spool_is_left_to_the_next_start() -> None:
    with pytest.raises(InputError, match="disk"):
        attempted(InputError("disk"), sealed=True)
