"""A stick comes back: receipts are taken, each by itself, and a stick that is not as it went away is told apart."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware import cli, identity, journal_check
from firmware.journal import JOURNAL
from firmware.journal_lines import Line
from firmware.office import admission, keys
from firmware.records import receipts, sealing, stick_lists
from firmware.records.receipts import Receipt, Refusal, Verdict
from firmware.spool import SPOOL, Spool, Tally
from firmware.uplink.words import StickPhrase
from firmware.vocabulary import Purpose
from tests.offices import Admitted, admitted
from tests.test_spool import packet
from tests.transactions import AT

NUMBERS = ("K1-1", "K1-2", "K1-3")


@dataclass(frozen=True)
class Trip:
    """An admitted kit with three packets on its stick, and its office."""

    world: Admitted

    @property
    def settings(self) -> Path:
        return self.world.folder / "kit.toml"

    @property
    def stick(self) -> Path:
        return self.world.folder / "usb"

    def rekam(self, verb: str, *words: object, status: int = 0) -> str:
        done = CliRunner().invoke(cli.app, [verb, *map(str, words), "-c", str(self.settings)])
        assert done.exit_code == status, (done.output, done.exception)
        return " ".join(done.output.split()) if status == 0 or not done.exception else f"{done.output}{done.exception}"

    def tally(self) -> Tally:
        with Spool(self.world.data / SPOOL) as spool:
            return spool.tally()

    def receipt(self, number: str, refusal: Refusal | None = None, kit_id: str = "K1", sha256: str = "") -> bytes:
        verdict = Verdict.REFUSED if refusal else Verdict.ACCEPTED
        why = (refusal.value, "because") if refusal else ("", "")
        at = datetime(2026, 12, 1, tzinfo=UTC)
        told = Receipt(number, sha256 or packet(number).sha256, kit_id, verdict, Purpose.LIVE, at, "Bangka", *why)
        return receipts.write(told, keys.receipt_signer(self.world.office))

    def answer(self, *lines: bytes) -> None:
        (self.stick / "bangka.receipts.jsonl").write_bytes(b"".join(lines))


@pytest.fixture
def trip(tmp_path: Path) -> Trip:
    found = Trip(admitted(tmp_path))
    found.settings.write_text('kit_id = "K1"\nlanguage = "en"\n[fingerprint]\nport = "/dev/null"\n')
    with Spool(found.world.data / SPOOL) as spool:
        for number in NUMBERS:
            spool.put(packet(number), AT)
    found.rekam("export", found.stick)
    return found


def test_receipts_let_packets_go_and_refusals_keep_them(trip: Trip) -> None:
    trip.answer(trip.receipt("K1-1"), trip.receipt("K1-2", Refusal.UNKNOWN_KIT), trip.receipt("K2-7", kit_id="K2"))
    said = trip.rekam("import-receipts", trip.stick)
    assert "1 packet(s) accepted by the office" in said
    assert "K1-2 was refused by the office: the office has not admitted this kit" in said
    assert "1 receipt(s) are for kit K2" in said
    assert "1 of 3 packets on this stick have no receipt yet" in said
    assert trip.tally() == Tally(3, 1, 0, 1, 1, AT.utc)
    said = trip.rekam("import-receipts", trip.stick / "bangka.receipts.jsonl", "--language", "id")
    assert "2 tanda terima sudah pernah diimpor." in said and "0 paket diterima kantor" in said
    read = [line for _, line in journal_check.lines(trip.world.data / JOURNAL)]
    lines = [(line.kind.value, dict(line.facts)) for line in read if isinstance(line, Line)]
    assert lines == [
        ("exported", {"count": 3}),
        ("acknowledged", {"count": 1}),
        ("refused", {"control_number": "K1-2", "reason": "unknown_kit"}),
    ]


def test_one_receipt_that_is_not_believed_costs_no_other(trip: Trip, tmp_path: Path) -> None:
    foreign = receipts.write(
        Receipt(
            "K1-3", packet("K1-3").sha256, "K1", Verdict.ACCEPTED, Purpose.LIVE, datetime(2026, 12, 1, tzinfo=UTC), "X"
        ),
        keys.receipt_signer(keys.init(tmp_path / "other")),
    )
    altered = trip.receipt("K1-3").replace(b"Bangka", b"Bangko")
    other_bytes = trip.receipt("K1-2", sha256="ab" * 32)
    never = trip.receipt("K1-9")
    cut = trip.receipt("K1-3")[:200]
    trip.answer(foreign, altered, other_bytes, never, trip.receipt("K1-1"), cut)
    said = trip.rekam("import-receipts", trip.stick, status=1)
    for number, reason in enumerate(
        ("of another office", "was altered on its way", "is for other bytes", "recorded no such packet"), start=1
    ):
        assert f"line {number}: receipt" in said and reason in said
    assert "line 6: receipt is cut short" in said
    assert trip.tally() == Tally(3, 2, 0, 1, 0, AT.utc)


def swapped(trip: Trip) -> None:
    own = trip.stick / "K1.list.json"
    own.rename(trip.stick / "K2.list.json")
    trip.answer(trip.receipt("K2-1", kit_id="K2"))


def swapped_without_receipts(trip: Trip) -> None:
    (trip.stick / "K1.list.json").rename(trip.stick / "K2.list.json")


def unread(trip: Trip) -> None:
    del trip


def tampered(trip: Trip) -> None:
    path = trip.stick / "K1.list.json"
    told = json.loads(path.read_bytes())
    told["packets"].pop()
    path.write_text(json.dumps(told))
    trip.answer(trip.receipt("K1-1"))


def half_written(trip: Trip) -> None:
    path = trip.stick / "K1.list.json"
    path.write_bytes(path.read_bytes()[:-50])
    trip.answer(trip.receipt("K1-1"))


def signed_by_another(trip: Trip) -> None:
    path = trip.stick / "K1.list.json"
    told, _ = stick_lists.parse(path.read_bytes())
    path.write_bytes(stick_lists.write(told, keys.receipt_signer(trip.world.office)))
    trip.answer(trip.receipt("K1-1"))


def packet_altered(trip: Trip) -> None:
    path = trip.stick / sealing.file_name("K1-2")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    trip.answer(trip.receipt("K1-1"))


def packet_cut(trip: Trip) -> None:
    path = trip.stick / sealing.file_name("K1-2")
    path.write_bytes(path.read_bytes()[:-1])
    trip.answer(trip.receipt("K1-1"))


@pytest.mark.parametrize(
    ("change", "reason", "acknowledged"),
    [
        (swapped, "is the stick of kit K2, this is kit K1", 0),
        (swapped_without_receipts, "is the stick of kit K2, this is kit K1", 0),
        (unread, "no receipts (*.receipts.jsonl) are here", 0),
        (tampered, "the list was tampered with", 1),
        (half_written, "the list is cut short or damaged", 1),
        (signed_by_another, "signed by CN=Rekam office receipts, by no key of this kit", 1),
        (packet_altered, "K1-2.v2.rekam: was altered on this stick", 1),
        (packet_cut, "K1-2.v2.rekam: was cut short on this stick", 1),
    ],
)
def test_a_stick_that_is_not_as_it_went_away_is_told_apart(
    trip: Trip, change: Callable[[Trip], None], reason: str, acknowledged: int
) -> None:
    change(trip)
    assert reason in trip.rekam("import-receipts", trip.stick, status=1)
    assert trip.tally() == Tally(3, 3 - acknowledged, 0, acknowledged, 0, AT.utc)


def test_a_path_that_is_no_stick_is_named(trip: Trip) -> None:
    assert "neither a stick nor a file" in trip.rekam("import-receipts", trip.stick / "nowhere", status=1)


def test_a_kit_that_no_office_admitted_believes_no_receipt(trip: Trip) -> None:
    trip.answer(trip.receipt("K1-1"))
    (trip.world.data / "identity" / "answer.json").unlink()
    assert "no office has admitted this kit yet" in trip.rekam("import-receipts", trip.stick, status=1)
    assert trip.tally().acknowledged == 0


def test_a_kit_with_a_new_key_takes_receipts_and_knows_its_old_list(trip: Trip) -> None:
    trip.answer(*map(trip.receipt, NUMBERS))
    identity.renew(trip.world.data, "K1")
    assert "3 packet(s) accepted" in trip.rekam("import-receipts", trip.stick)
    request = identity.write_request(trip.world.data, "K1", trip.world.folder / "stick")
    answer = admission.admit(request, trip.world.office, replace=True).answer
    identity.accept_answer(trip.world.data, "K1", answer)
    assert "3 receipt(s) had been imported before" in trip.rekam("import-receipts", trip.stick)


def test_export_goes_on_without_a_list_where_the_identity_is_spoiled(trip: Trip) -> None:
    (trip.world.data / "identity" / "kit.key").write_bytes(b"no key")
    said = trip.rekam("export", trip.world.folder / "usb2", "--all")
    assert "Without a signed list" in said and "3 packet(s) written" in said
    assert not list((trip.world.folder / "usb2").glob("*.json"))


def test_a_damaged_spool_gives_what_is_whole(trip: Trip) -> None:
    path = trip.world.data / SPOOL
    data = bytearray(path.read_bytes())
    data[100:110] = b"\xff" * 10
    path.write_bytes(data)
    said = trip.rekam("export", trip.world.folder / "usb2")
    assert "What is still whole is brought out now" in said
    assert sorted(one.name for one in (trip.world.folder / "usb2").iterdir()) == [
        sealing.file_name(number) for number in NUMBERS
    ]


def test_every_text_stands_in_both_languages() -> None:
    assert all(len(set(phrase.value)) == 2 for phrase in StickPhrase)
