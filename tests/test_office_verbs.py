"""The verbs of the office, the identity and the stick, as a person types them."""

import json
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware import cli
from firmware.identity import Identity
from firmware.office import keys
from firmware.office.receiving import STICK, Arrival, Reception
from firmware.office.shelf import Shelf
from firmware.office.store import Store
from firmware.records import sealing
from firmware.spool import Spool
from firmware.vocabulary import Purpose
from tests import offices, transactions
from tests.conftest import ROOT
from tests.offices import packet


@dataclass(frozen=True)
class Desk:
    """A folder in which one types."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def rekam(self, *words: str, status: int = 0) -> str:
        """Run one verb; gives what it told: its answer, or its complaint."""
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setattr(sys, "argv", ["rekam", *words])
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.run()
        answer, complaint = self.capture.readouterr()
        assert (ended.value.code or 0) == status, complaint
        return complaint if status else answer

    def keep(self, purpose: Purpose, number: str) -> None:
        """A packet in the kit's spool."""
        kit = Identity.load_or_create(self.folder / "data")
        with Spool(self.folder / "data" / "spool.sqlite") as spool:
            spool.put(packet(kit, purpose, number=number), transactions.AT)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("COLUMNS", "40")
    (tmp_path / "kit.toml").write_text('kit_id = "K1"\n[fingerprint]\nport = "/dev/none"\n')
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture
def admitted(desk: Desk) -> Desk:
    offices.admitted(desk.folder)
    return desk


def test_a_record_goes_from_the_kit_to_the_office_and_opens_with_stock_tools(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    assert "1 paket ditulis ke stick" in admitted.rekam("export", "stick", "--config", "kit.toml")
    assert "0 paket ditulis ke stick" in admitted.rekam("export", "stick", "--config", "kit.toml")
    assert "1 sudah ada di sana" in admitted.rekam("export", "stick", "--config", "kit.toml", "--all")
    said = admitted.rekam("office", "open", "stick/K1-0001.v2.rekam", "--office", "office", "--out", "opened")
    assert "Melati Contoh" in said
    assert "TRAINING" not in said
    record = admitted.folder / "opened" / "K1-0001" / "transaction.an2"
    commands = [line for line in said.splitlines() if line.startswith(("age ", "openssl ", "tar "))]
    assert len(commands) == 3
    for command in commands:
        subprocess.run(shlex.split(command), cwd=admitted.folder, check=True, capture_output=True)
    assert record.read_bytes() == transactions.data()


def test_nothing_of_a_resident_lies_in_the_clear_on_the_kit_or_the_stick(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    files = [path for name in ("data", "stick") for path in (admitted.folder / name).rglob("*") if path.is_file()]
    assert len(files) >= 5
    for secret in (transactions.RESIDENT.nik, transactions.RESIDENT.name, "IHDR", "14.999:"):
        assert [path for path in files if secret.encode() in path.read_bytes()] == []


def test_the_documented_steps_open_a_packet_without_rekam(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    [steps] = re.findall(r"### A packet without Rekam\n.*?```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    (admitted.folder / "KIT-1.v2.rekam").write_bytes((admitted.folder / "stick" / "K1-0001.v2.rekam").read_bytes())
    subprocess.run(["bash", "-euo", "pipefail", "-c", steps], cwd=admitted.folder, check=True, capture_output=True)
    assert (admitted.folder / "transaction.an2").read_bytes() == transactions.data()
    told = json.loads((admitted.folder / "manifest.json").read_bytes())
    assert (told["control_number"], told["kit_id"]) == ("K1-0001", "K1")


def test_what_a_revoked_kit_signed_is_set_aside(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    opens = ("office", "open", "stick/K1-0001.v2.rekam", "--office", "office")
    assert "no kit of this name" in admitted.rekam("office", "revoke", "K9", "--office", "office", status=1)
    assert "K1 is no longer trusted" in admitted.rekam("office", "revoke", "K1", "--office", "office")
    assert "was revoked on" in admitted.rekam(*opens, status=1)
    assert "that was revoked on" in admitted.rekam(*opens, "--revoked")
    admitted.rekam("identity", "request", "stick", "--config", "kit.toml")
    admits = ("office", "admit", "stick", "--office", "office")
    assert "K1 was revoked on" in admitted.rekam(*admits, status=1)
    admitted.rekam(*admits, "--replace", "K1")
    assert "Notice" not in admitted.rekam(*opens)


def test_a_training_record_is_told_loudly(admitted: Desk) -> None:
    admitted.keep(Purpose.TRAINING, "K1-0002")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    said = admitted.rekam("office", "open", "stick/K1-0002.v2.rekam", "--office", "office")
    assert "TRAINING" in said
    assert (admitted.folder / "opened" / "TRAINING" / "K1-0002" / "K1-0002.an2").exists()


def test_scripts_get_a_line_a_packet_and_the_bad_ones_by_name(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    (admitted.folder / "bad.rekam").write_bytes(b"")
    words = ["office", "open", "bad.rekam", "stick/K1-0001.v2.rekam", "--office", "office", "--json"]
    assert "bad.rekam: not a sealed packet" in admitted.rekam(*words, status=1)
    told = [json.loads(line) for line in admitted.rekam(*words[:2], *words[3:]).splitlines()]
    assert [line["control_number"] for line in told] == ["K1-0001"]


def test_office_and_kit_show_the_same_fingerprint(desk: Desk) -> None:
    desk.rekam("office", "init", "office", "--sheet", "sheet.html")
    desk.rekam("identity", "request", "stick", "--config", "kit.toml")
    admits = desk.rekam("office", "admit", "stick/K1.request.pem", "--office", "office")
    accepts = desk.rekam("identity", "accept", "stick/K1.answer.json", "--config", "kit.toml")
    shown = accepts.strip().rsplit(": ", 1)[1]
    assert len(shown) == 39
    assert shown in admits


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("office init stick", "never overwritten"),
        ("office admit kit.toml --office office", "no kit's request"),
        ("office admit nowhere --office office", "nowhere: cannot be read"),
        ("office admit stick/K1.request.pem --office stick", "rekam office init"),
        ("office open kit.toml --office office", "not a sealed packet"),
        ("identity accept kit.toml --config kit.toml", "no answer of an office"),
        ("identity request stick --config nowhere.toml", "no such file"),
        ("identity request kit.toml/x --config kit.toml", "choose another folder"),
        ("export nowhere/at/all --config kit.toml", "check that the stick is in"),
        ("export kit.toml --config kit.toml", "check that the stick is in"),
    ],
)
def test_what_cannot_be_is_told_in_one_message(admitted: Desk, words: str, reason: str) -> None:
    assert reason in admitted.rekam(*words.split(), status=1)


def test_the_office_tells_how_long_its_certificates_hold(admitted: Desk) -> None:
    told = admitted.rekam("office", "broker", "broker.example.org", "192.0.2.7", "--office", "office")
    assert "office/broker/server.pem, for broker.example.org, 192.0.2.7, until" in told
    admitted.rekam("identity", "request", "stick", "--config", "kit.toml")
    admitted.rekam("office", "admit", "stick", "--office", "office", "--days", "20")
    lines = admitted.rekam("office", "status", "--office", "office", "--json").splitlines()
    states = {one["name"]: one["state"] for one in map(json.loads, lines)}
    assert states == {"authority": "valid", "receipts": "valid", "server": "valid", "reader": "valid", "K1": "ending"}
    told = admitted.rekam("office", "status", "--office", "office", "--language", "en")
    assert "on that kit `rekam identity request FOLDER`" in told
    told = admitted.rekam("office", "status", "--office", "office", "--language", "id")
    assert "di kit itu `rekam identity request FOLDER`" in told


def test_the_office_reports_what_came(admitted: Desk) -> None:
    office = keys.load(admitted.folder / "office")
    sealed = packet(Identity.load_or_create(admitted.folder / "data"))
    with Store(f"sqlite:///{office.folder}/store.sqlite") as store:
        reception = Reception(office, store, Shelf.at(str(office.folder / "packets")))
        reception.receive(Arrival(sealed.ciphertext, sealing.file_name(sealed.control_number), STICK))
    (admitted.folder / "numbers.csv").write_text(
        "district,what,number,source,date\nPongok,target,2140,semester I,2026-06-30\n"
    )
    words = ["office", "report", "--office", "office", "--numbers", "numbers.csv"]
    admitted.monkeypatch.setenv("COLUMNS", "160")
    said = admitted.rekam(*words, "--language", "id")
    assert "Cakupan terhadap sasaran" in said and "2140" in said and "semester I" in said
    assert [kit["kit_id"] for kit in json.loads(admitted.rekam(*words, "--json"))["kits"]] == ["K1"]
    admitted.rekam(*words, "--csv", "table.csv", "--page", "page.html")
    assert "district,Pongok" in (admitted.folder / "table.csv").read_text()
    assert "<svg" in (admitted.folder / "page.html").read_text()
    assert "TRAINING" in admitted.rekam(*words, "--training", "--language", "en")


def test_a_stick_goes_to_the_office_and_its_receipts_come_back(admitted: Desk) -> None:
    admitted.keep(Purpose.LIVE, "K1-0001")
    admitted.rekam("export", "stick", "--config", "kit.toml")
    said = admitted.rekam("office", "take", "stick", "--office", "office", "--language", "id")
    assert "1 paket diterima" in said and "rekam import-receipts" in said
    admitted.rekam("import-receipts", "stick", "--config", "kit.toml")
    with Spool(admitted.folder / "data" / "spool.sqlite") as spool:
        assert spool.tally().acknowledged == 1
    (admitted.folder / "stick" / "K1-0009.v2.rekam").write_bytes(b"cut")
    admitted.rekam("office", "take", "stick", "--office", "office", status=1)
