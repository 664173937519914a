"""Admission by stick, as three kits and an office type it, and what can go wrong with a stick."""

import shutil
from pathlib import Path

import pytest

from firmware import board, identity
from firmware.identity import Identity
from firmware.journal import JOURNAL
from firmware.office import keys, register
from firmware.spool import Spool
from firmware.vocabulary import Purpose
from tests import boards, transactions
from tests.conftest import ROOT
from tests.offices import packet
from tests.test_office_verbs import Desk, desk

__all__ = ["desk"]

KITS = ("K1", "K2", "K3")


def settings(kit_id: str, language: str = "en") -> str:
    return f'kit_id = "{kit_id}"\nlanguage = "{language}"\ndata = "{kit_id}"\n[fingerprint]\nport = "/dev/none"\n'


@pytest.fixture
def table(desk: Desk) -> Desk:
    """A folder with an office, three kits and an empty stick."""
    keys.init(desk.folder / "office")
    for kit_id in KITS:
        (desk.folder / f"{kit_id}.toml").write_text(settings(kit_id))
    (desk.folder / "stick").mkdir()
    return desk


def ask(table: Desk, *kits: str) -> None:
    for kit_id in kits:
        table.rekam("identity", "request", "stick", "-c", f"{kit_id}.toml")


def admit(table: Desk, *words: str, status: int = 0) -> str:
    return table.rekam("office", "admit", "stick", "--office", "office", *words, status=status)


def accept(table: Desk, kit_id: str, *, status: int = 0) -> str:
    return table.rekam("identity", "accept", "stick", "-c", f"{kit_id}.toml", status=status)


def kit(table: Desk, kit_id: str) -> Identity:
    return Identity.load_or_create(table.folder / kit_id, kit_id)


def test_one_stick_admits_every_kit_that_asked(table: Desk) -> None:
    ask(table, *KITS)
    said = admit(table)
    assert [kit_id for kit_id in KITS if f"Kit {kit_id} is admitted" in said] == list(KITS)
    for kit_id in KITS:
        accepted = accept(table, kit_id)
        assert f"Kit {kit_id} is admitted until" in accepted
        assert accepted.strip().rsplit(": ", 1)[1] in said
        assert kit(table, kit_id).certificate is not None


def test_a_certificate_is_renewed_in_the_same_way(table: Desk) -> None:
    ask(table, "K1")
    admit(table, "--days", "20")
    accept(table, "K1")
    before = kit(table, "K1").certificate
    assert "expiring" in table.rekam("status", "-c", "K1.toml", "--json")
    ask(table, "K1")
    assert "Kit K1's certificate is renewed until" in admit(table)
    accept(table, "K1")
    after = kit(table, "K1").certificate
    assert before and after and after.not_valid_after_utc > before.not_valid_after_utc
    assert after.public_key() == before.public_key()
    assert '"admitted"' in table.rekam("status", "-c", "K1.toml", "--json")


def test_the_journal_tells_what_became_of_an_identity(table: Desk) -> None:
    ask(table, "K1")
    admit(table)
    accept(table, "K1")
    table.rekam("identity", "renew", "stick", "-c", "K1.toml")
    told = table.rekam("journal", "show", "-c", "K1.toml", "--json").splitlines()
    assert ["accepted" in told[0], "renewed" in told[1], len(told)] == [True, True, 2]
    assert "2 lines, whole" in table.rekam("journal", "verify", "-c", "K1.toml")


@pytest.mark.parametrize("content", [0, 1, 100, 300, -2])
def test_a_request_that_was_cut_short_keeps_no_other_kit_out(table: Desk, content: int) -> None:
    """The stick was pulled out of K2 too early."""
    ask(table, *KITS)
    path = table.folder / "stick" / "K2.request.pem"
    path.write_bytes(path.read_bytes()[:content])
    (table.folder / "stick" / ".K2.request.pem.812.part").write_bytes(b"-----BEGIN")
    complaint = admit(table, status=1)
    assert "stick/K2.request.pem: no kit's request, or damaged" in complaint and "K1" not in complaint
    assert accept(table, "K1") and accept(table, "K3")
    assert "no answer for kit K2 is here, only for K1, K3" in accept(table, "K2", status=1)
    ask(table, "K2")
    admit(table)
    accept(table, "K2")


@pytest.mark.parametrize("content", [0, 1, 100, 1000, -3])
def test_an_answer_that_was_cut_short_is_made_again(table: Desk, content: int) -> None:
    """The stick was pulled out of the office's machine too early."""
    ask(table, "K1")
    admit(table)
    path = table.folder / "stick" / "K1.answer.json"
    path.write_bytes(path.read_bytes()[:content])
    assert "K1.answer.json: is truncated" in accept(table, "K1", status=1)
    assert kit(table, "K1").certificate is None
    admit(table)
    accept(table, "K1")
    assert kit(table, "K1").certificate is not None


def test_an_answer_that_never_reached_the_stick_is_made_again(table: Desk) -> None:
    """The stick was gone when the office wrote to it."""
    ask(table, "K1")
    (table.folder / "gone").write_text("no folder any more")
    assert "gone" in admit(table, "--out", "gone", status=1)
    admit(table)
    accept(table, "K1")


def test_another_kits_answer_is_not_taken(table: Desk) -> None:
    ask(table, "K1", "K2")
    admit(table)
    stick = table.folder / "stick"
    (stick / "K1.answer.json").replace(stick / "kept")
    assert "no answer for kit K1 is here, only for K2" in accept(table, "K1", status=1)
    words = ("identity", "accept", "stick/K2.answer.json", "-c", "K1.toml")
    assert "is for kit K2, this is kit K1" in table.rekam(*words, status=1)
    shutil.copy(stick / "K2.answer.json", stick / "K1.answer.json")
    assert "is for kit K2, this is kit K1" in accept(table, "K1", status=1)
    assert kit(table, "K1").certificate is None


def test_a_stick_without_requests_says_where_they_come_from(table: Desk) -> None:
    assert "stick: no request (*.request.pem) is here; `rekam identity request`" in admit(table, status=1)


def test_a_new_key_is_taken_only_for_the_kit_that_is_named(table: Desk) -> None:
    """On a stick with many requests a general permission would let any of them in."""
    ask(table, "K1", "K2")
    admit(table)
    for kit_id in ("K1", "K2"):
        table.rekam("identity", "renew", "stick", "-c", f"{kit_id}.toml")
    complaint = admit(table, "--replace", "K1", status=1)
    assert "K2.request.pem: kit K2 was admitted with another key" in complaint and "--replace K2" in complaint
    assert "K1" not in complaint
    office = keys.load(table.folder / "office")
    assert [len(register.admissions(office, kit_id)) for kit_id in ("K1", "K2")] == [2, 1]
    assert "Kit K2's new key is admitted" in admit(table, "--replace", "K2")


def test_a_card_in_a_replacement_board_goes_on_once_it_is_renewed(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the dead board to the office's table, with what waited on the card."""
    monkeypatch.setattr(board, "ROOT", boards.pi(tmp_path / "first", "10000000a1b2c3d4"))
    ask(table, "K1")
    admit(table)
    accept(table, "K1")
    keep(table, "K1", "K1-0001")
    monkeypatch.setattr(board, "ROOT", boards.pi(tmp_path / "second", "10000000a1b2c3d5"))
    for words in ("identity request stick", "identity accept stick", "selftest"):
        assert "rekam identity renew FOLDER" in table.rekam(*words.split(), "-c", "K1.toml", status=1)
    assert "other_board" in table.rekam("status", "-c", "K1.toml", "--json")
    assert "renew FOLDER" in table.rekam("status", "-c", "K1.toml")
    assert "1 packet(s) written" in table.rekam("export", "stick", "-c", "K1.toml")
    assert "packets that wait are kept" in table.rekam("identity", "renew", "stick", "-c", "K1.toml")
    keep(table, "K1", "K1-0002")
    admit(table, "--replace", "K1")
    accept(table, "K1")
    keep(table, "K1", "K1-0003")
    table.rekam("export", "stick", "-c", "K1.toml")
    packets = [f"stick/K1-000{number}.v2.rekam" for number in (1, 2, 3)]
    said = table.rekam("office", "open", *packets, "--office", "office")
    assert said.count("the signature holds") == 3 and said.count("was replaced on") == 1
    assert "5 lines, whole" in table.rekam("journal", "verify", "-c", "K1.toml")


def test_the_outbox_of_a_dead_card_opens_after_its_identity_was_retired(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied once, renewed on the copy, and then the copy died too; the office never saw the first key."""
    monkeypatch.setattr(board, "ROOT", boards.pi(tmp_path / "first", "10000000a1b2c3d4"))
    recipients = keys.load(table.folder / "office").recipients
    keep(table, "K1", "K1-0001", recipients)
    monkeypatch.setattr(board, "ROOT", boards.pi(tmp_path / "second", "10000000a1b2c3d5"))
    table.rekam("identity", "renew", "stick", "-c", "K1.toml")
    keep(table, "K1", "K1-0002", recipients)
    card = (table.folder / "K1").rename(table.folder / "card")
    assert "2 packet(s) whole" in table.rekam("export", "--from", str(card), "stick")
    words = ("office", "open", "stick/K1-0001.v2.rekam", "stick/K1-0002.v2.rekam", "--office", "office")
    assert table.rekam(*words, status=1).count("never admitted") == 2
    admit(table)
    assert table.rekam(*words).count("the signature holds") == 2


def keep(table: Desk, kit_id: str, number: str, recipients: tuple[str, ...] = ()) -> None:
    """A packet in the kit's spool, signed by the key that it has now."""
    own = kit(table, kit_id)
    own = Identity(own.folder, own.signer, own.recipients or recipients)
    with Spool(table.folder / kit_id / "spool.sqlite") as spool:
        spool.put(packet(own, Purpose.LIVE, kit_id=kit_id, number=number), transactions.AT)


@pytest.mark.parametrize(("language", "words"), [("id", "papan (board) lain"), ("en", "made on another board")])
def test_a_copied_card_refuses_in_the_operators_language(
    table: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    (table.folder / "K1.toml").write_text(settings("K1", language))
    here, there = boards.pi(tmp_path / "1", "10000000a1b2c3d4"), boards.pi(tmp_path / "2", "10000000a1b2c3d5")
    identity.write_request(table.folder / "K1", "K1", table.folder / "stick", here)
    monkeypatch.setattr(board, "ROOT", there)
    person = str(ROOT / "docs" / "resident.toml")
    verbs = ("run", f"record --resident {person}", "selftest", "identity request stick", "identity accept stick")
    for verb in map(str.split, verbs):
        complaint = table.rekam(*verb, "-c", "K1.toml", status=1)
        assert words in complaint and "rekam identity renew FOLDER" in complaint
    assert not (table.folder / "K1" / JOURNAL).exists()
