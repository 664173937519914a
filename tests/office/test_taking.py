"""A stick goes to the office and comes back with receipts; one that is not as its kit wrote it is told apart."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sql

from firmware import identity
from firmware.errors import DeliveryError, InputError
from firmware.office import admission, register, taking
from firmware.office.count import count
from firmware.office.receiving import Reception
from firmware.office.shelf import Shelf
from firmware.office.store import Store, outbox_days, outboxes
from firmware.records import receipts, stick_lists
from firmware.spool import Spool
from firmware.uplink import outbox, returned, stick
from firmware.uplink.stick import Exporter
from firmware.vocabulary import Language, Purpose
from tests import offices, transactions
from tests.offices import Admitted, packet, settings


@dataclass(frozen=True)
class Trip:
    """A kit with three packets, its stick, and the office to which it goes."""

    admitted: Admitted
    spool: Spool
    stick: Path
    reception: Reception

    def export(self) -> None:
        exporter = Exporter(settings("K1", district="Kaimana"), self.admitted.kit.signer, transactions.AT)
        stick.export(self.spool, self.stick, exporter=exporter)

    def take(self, folder: Path | None = None) -> taking.Taking:
        return taking.take(self.stick, self.reception, folder)

    def come_back(self) -> returned.Taking:
        keys = [self.admitted.kit.signer.certificate.public_key()]
        return returned.take(self.stick, self.spool, "K1", [self.admitted.office.authority], keys)


@pytest.fixture
def trip(tmp_path: Path) -> Iterator[Trip]:
    admitted = offices.admitted(tmp_path)
    with Store(f"sqlite:///{tmp_path}/store.sqlite") as store, Spool(tmp_path / "spool.sqlite") as spool:
        for number in ("K1-0001", "K1-0002", "K1-0003"):
            spool.put(packet(admitted.kit, number=number), transactions.AT)
        reception = Reception(admitted.office, store, Shelf.at(str(tmp_path / "packets")))
        yield Trip(admitted, spool, tmp_path / "to-and-fro", reception)


def test_a_stick_goes_there_and_comes_back_and_the_kit_lets_go(trip: Trip) -> None:
    trip.export()
    taken = trip.take()
    assert len(taken.accepted) == 3 and not (taken.refused or taken.faults or taken.missing)
    assert taken.written == [trip.stick / "K1.receipts.jsonl"]
    assert len(trip.come_back().acknowledged) == 3
    assert trip.spool.tally().acknowledged == 3
    row = trip.reception.store.packet("K1-0002")
    assert row and row.way == "stick" and row.name == "live/K1/K1-0002.v2.rekam"


def test_taken_twice_it_is_the_same(trip: Trip) -> None:
    trip.export()
    first = trip.take()
    before = (trip.stick / "K1.receipts.jsonl").read_bytes()
    assert trip.take().accepted == first.accepted
    assert (trip.stick / "K1.receipts.jsonl").read_bytes() == before


def test_earlier_receipts_on_a_stick_stay(trip: Trip) -> None:
    trip.export()
    trip.take()
    for path in trip.stick.glob("*.rekam"):
        path.unlink()
    trip.spool.put(packet(trip.admitted.kit, number="K1-0004"), transactions.AT)
    trip.export()
    trip.take()
    assert len(receipts.lines((trip.stick / "K1.receipts.jsonl").read_bytes())) == 4


def test_what_was_cut_altered_or_lost_on_the_way_is_told_and_not_judged(trip: Trip) -> None:
    trip.export()
    cut, altered, lost = sorted(trip.stick.glob("*.rekam"))
    cut.write_bytes(cut.read_bytes()[:500])
    altered.write_bytes(altered.read_bytes()[:-1] + b"?")
    lost.unlink()
    taken = trip.take()
    assert not taken.accepted and not taken.refused and taken.missing == ["K1-0003"]
    assert "K1-0001.v2.rekam: was cut short" in taken.faults[0] and "is not what its kit wrote" in taken.faults[1]
    told = "\n".join(taking.lines(taken, Language.ENGLISH))
    assert "1 packet(s) stand in a kit's list" in told and "K1-0003" in told
    assert trip.spool.tally().waiting == 3


def test_a_list_that_was_tampered_with_is_told_and_packets_are_judged_by_themselves(trip: Trip) -> None:
    trip.export()
    path = trip.stick / stick_lists.file_name("K1")
    told = json.loads(path.read_bytes())
    told["packets"] = told["packets"][:1]
    path.write_text(json.dumps(told))
    taken = trip.take()
    assert len(taken.accepted) == 3 and "tampered" in taken.faults[0]


def test_a_list_of_a_stranger_or_a_revoked_kit_is_not_believed(trip: Trip, tmp_path: Path) -> None:
    trip.export()
    register.revoke(trip.admitted.office, "K1")
    taken = trip.take()
    assert "revoked on" in taken.faults[0] and [one.reason for one in taken.refused] == ["revoked_kit"] * 3
    stranger = offices.admitted(tmp_path / "other").kit
    (trip.stick / "K1.list.json").unlink()
    told = stick_lists.StickList("K9", "0" * 8, 1, transactions.AT.utc, transactions.AT.trust, (), {}, 0)
    (trip.stick / "K9.list.json").write_bytes(stick_lists.write(told, stranger.signer))
    assert "never admitted" in trip.take().faults[0]


def test_two_kits_may_share_a_stick_and_each_gets_its_receipts(trip: Trip, tmp_path: Path) -> None:
    trip.export()
    request = identity.write_request(tmp_path / "two", "K2", tmp_path / "two")
    kit = identity.accept_answer(tmp_path / "two", "K2", admission.admit(request, trip.admitted.office).answer)
    offices.on_stick(trip.stick, packet(kit, Purpose.TRAINING, kit_id="K2", number="K2-0001"))
    taken = trip.take()
    assert len(taken.accepted) == 4
    assert [path.name for path in taken.written] == ["K1.receipts.jsonl", "K2.receipts.jsonl"]
    assert "1 of them are practice" in "\n".join(taking.lines(taken, Language.ENGLISH))


def test_a_stick_that_cannot_be_written_gets_its_receipts_elsewhere(trip: Trip, tmp_path: Path) -> None:
    trip.export()
    (trip.stick / "K1.receipts.jsonl").mkdir()
    with pytest.raises(DeliveryError, match="--receipts"):
        trip.take()
    assert trip.reception.store.packet("K1-0001"), "what was taken stays taken"
    assert trip.take(tmp_path / "elsewhere").written == [tmp_path / "elsewhere" / "K1.receipts.jsonl"]


def test_a_path_that_is_no_stick_and_an_empty_one_are_told(trip: Trip, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither a stick nor a packet"):
        taking.take(tmp_path / "nowhere", trip.reception)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeliveryError, match="no packets"):
        taking.take(tmp_path / "empty", trip.reception)


def test_one_packet_may_be_named(trip: Trip) -> None:
    trip.export()
    assert len(taking.take(trip.stick / "K1-0002.v2.rekam", trip.reception).accepted) == 1


def test_the_list_tells_the_count_what_a_kit_recorded_and_where(trip: Trip) -> None:
    trip.export()
    trip.take()
    row, days = (trip.reception.store.rows(sql.select(table)) for table in (outboxes, outbox_days))
    assert [(one["district"], one["recorded"], one["waiting"], one["way"]) for one in row] == [
        ("Kaimana", 3, 3, "stick")
    ]
    assert [(one["recorded"], one["waiting"]) for one in days] == [(3, 3)]
    (kit,) = count(trip.reception.store).kits
    assert (kit.recorded, kit.waiting, kit.accepted) == (3, 3, 3)


def test_a_list_whose_outbox_is_none_is_told_and_its_packets_are_taken(
    trip: Trip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "describe", lambda spool, config: {"recorded": -1})
    trip.export()
    taken = trip.take()
    assert len(taken.accepted) == 3
    assert ["no outbox as a kit tells it" in fault for fault in taken.faults] == [True]


def test_a_list_of_before_tells_the_count_how_many_wait(trip: Trip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "describe", lambda spool, config: {})
    trip.export()
    assert "outbox" not in json.loads((trip.stick / "K1.list.json").read_bytes())
    trip.take()
    rows = trip.reception.store.rows(sql.select(outboxes))
    assert [(row["kit_id"], row["recorded"], row["waiting"], row["way"]) for row in rows] == [("K1", None, 3, "stick")]
    (kit,) = count(trip.reception.store).kits
    assert (kit.recorded, kit.waiting, kit.accepted) == (None, 3, 3)
