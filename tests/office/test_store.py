"""The office's rows, in SQLite and in PostgreSQL alike; its packets in a folder and in another store of files."""

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sql

from firmware.errors import StoreError
from firmware.office.shelf import Shelf
from firmware.office.store import (
    OutboxDay,
    OutboxRow,
    PacketRow,
    RefusalRow,
    Store,
    outbox_days,
    outboxes,
    packets,
    refusals,
)

ROW = PacketRow(
    control_number="K1-0001",
    sha256="a" * 64,
    size=300_000,
    name="live/K1/K1-0001.v1.rekam",
    kit_id="K1",
    district="Pongok",
    place="SMA Negeri 1 Pongok",
    purpose="live",
    recorded_utc="2026-11-24T20:00:03+00:00",
    recorded_day="2026-11-25",
    clock_trust="unconfirmed",
    received_utc="2026-11-29T02:00:00+00:00",
    way="https",
    resident="f" * 64,
    card_from="2027-04-12",
    supersedes="",
    because="",
    notices="",
    receipt='{"format":"rekam-receipt"}\n',
)
REFUSAL = RefusalRow("b" * 64, "K1-0002", 10, "K1", "damaged", "cut", "2026-11-29T02:00:00+00:00", "stick", "{}\n")
OUTBOX = OutboxRow("K1", "Pongok", "SMA", 10, 4, "2026-11-24T20:00:03+00:00", "2026-11-29T02:00:00+00:00", "https")


def test_a_packet_is_kept_once_and_found_by_number_and_digest(store: Store) -> None:
    assert store.keep(ROW) == ROW
    assert store.keep(replace(ROW, received_utc="later")) == ROW
    other = replace(ROW, sha256="c" * 64)
    assert store.keep(other) == ROW, "another packet of this number must change nothing"
    assert store.packet("K1-0001") == store.packet_of("a" * 64) == ROW
    assert store.packet("K1-0009") is None and store.packet_of("c" * 64) is None
    assert len(store.rows(sql.select(packets))) == 1


def test_who_comes_at_once_gets_one_row(store: Store) -> None:
    kept: list[PacketRow] = []
    rows = [replace(ROW, sha256=f"{number:064}") for number in range(8)]
    threads = [threading.Thread(target=lambda row=row: kept.append(store.keep(row))) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 8 and len(set(kept)) == 1
    names = [column.name for column in packets.c]
    assert store.rows(sql.select(packets)) == [{name: getattr(kept[0], name) for name in names}]


def test_a_refusal_of_the_same_bytes_is_told_anew(store: Store) -> None:
    store.refuse(REFUSAL)
    store.refuse(replace(REFUSAL, reason="newer"))
    store.refuse(replace(REFUSAL, control_number="K1-0003"))
    found = store.refusal("b" * 64, "K1-0002")
    assert found and found.reason == "newer"
    assert store.refusal("b" * 64, "K1-0009") is None
    assert len(store.rows(sql.select(refusals))) == 2


def test_the_later_word_of_a_kit_counts(store: Store) -> None:
    store.told(OUTBOX)
    store.told(replace(OUTBOX, recorded=99, told_utc="2026-11-28T02:00:00+00:00"))
    assert store.rows(sql.select(outboxes.c.recorded)) == [{"recorded": 10}]
    store.told(replace(OUTBOX, recorded=12, told_utc="2026-11-30T02:00:00+00:00"))
    assert store.rows(sql.select(outboxes.c.recorded)) == [{"recorded": 12}]
    for days in ((1, 2), (3,)):
        told = [OutboxDay("K1", f"2026-11-2{day}", day, 0) for day in days]
        store.told(replace(OUTBOX, told_utc="2026-12-01T02:00:00+00:00"), told)
    assert store.rows(sql.select(outbox_days.c.day)) == [{"day": "2026-11-23"}]


def test_it_is_there_again_and_a_later_version_is_refused(store: Store, store_url: str) -> None:
    store.keep(ROW)
    with Store(store_url) as again:
        assert again.packet("K1-0001") == ROW
        with again.begin() as connection:
            connection.execute(sql.text("UPDATE version SET number = 7"))
    with pytest.raises(StoreError, match="version 7"), Store(store_url):
        pass
    with store.begin() as connection:
        connection.execute(sql.text("UPDATE version SET number = 1"))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nothing", "no database's address"),
        ("oracle9://x", "no database's address"),
        ("sqlite:////nowhere/at/all.sqlite", "unable to open"),
        ("postgresql+psycopg://rekam:sesame@127.0.0.1:9/postgres", "check that the database"),
    ],
)
def test_a_database_that_cannot_be_is_named_without_its_password(address: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as told, Store(address):
        pass
    assert "sesame" not in str(told.value)


@pytest.fixture(params=["{}/packets", "memory://packets"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return Shelf.at(str(request.param).format(tmp_path))


def test_a_packet_lies_on_the_shelf_as_it_came(shelf: Shelf) -> None:
    for _ in range(2):
        shelf.put("live/K1/one.rekam", b"sealed")
    assert shelf.get("live/K1/one.rekam", hashlib.sha256(b"sealed").hexdigest()) == b"sealed"
    with pytest.raises(StoreError, match="has changed"):
        shelf.get("live/K1/one.rekam", "0" * 64)
    with pytest.raises(StoreError, match="cannot be read"):
        shelf.get("live/K1/two.rekam", "0" * 64)


def test_a_shelf_that_cannot_be_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no place for packets"):
        Shelf.at("nowhere9://x")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="check that the place"):
        Shelf.at(str(tmp_path / "file")).put("live/x", b"")
