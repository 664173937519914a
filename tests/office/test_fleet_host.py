"""The office as the fleet's host: what kits report is kept, once, before it is acknowledged, and nothing personal."""

import json
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

from firmware.datatypes import Timestamp
from firmware.office.fleet import rows, view
from firmware.office.fleet.ledger import Ledger
from firmware.office.fleet.rows import iso
from firmware.office.fleet.words import Look
from firmware.office.store import Store
from firmware.telemetry import payload, readings
from firmware.telemetry.delivery import ACKNOWLEDGED
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.hearing import Word
from firmware.telemetry.metrics import DataType, Metric, Reading, Report, Snapshot
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.node_session import NodeSession, Outgoing
from firmware.telemetry.outbox import OUTBOX, Kept
from firmware.telemetry.topics import Node
from firmware.vocabulary import ClockTrust
from tests import fleets
from tests.brokers import free_port, mosquitto
from tests.fleets import HOST
from tests.telemetry.snapshots import BOOT, now
from tests.telemetry.test_fleet import document

KIT = Node("bangka", "bangka-03")
NAME, NIK = "SITI RAHMAWATI", "1903014107080002"
SAMPLE = "/9j/4AAQSkZJRgABAQEAYABgAAD"
MARKERS = (NAME, "RAHMAWATI", NIK, SAMPLE)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def kit_snapshot(
    recorded: int, stage: str = "in_service", sensor: str = "ok", when: Timestamp | None = None
) -> Snapshot:
    kit = (
        Reading(readings.STATE, "idle"),
        Reading(readings.CLOCK, "network"),
        Reading(readings.RECORDED, recorded),
        Reading(readings.WAITING, recorded % 10),
        Reading(readings.STAGE, stage),
        Reading(readings.REASON, None),
        Reading(readings.SINCE, 1_790_000_000_000),
    )
    device = (
        Reading(readings.DEVICE_STATE, sensor),
        Reading(readings.DEVICE_WORDS, None if sensor == "ok" else "<i>mute</i>"),
    )
    return Snapshot(when or now(), {"": kit, "fingerprint": device})


def told(kits: dict[str, dict[str, Any]]) -> tuple[object, ...]:
    kit = kits.get(KIT.name, {})
    return tuple(kit.get(key) for key in ("state", "stage", "recorded", "faults"))


def numbers(url: str) -> list[tuple[str, int]]:
    with Store(url) as store:
        found = store.rows(sql.select(rows.reports).order_by(rows.reports.c.number))
    return [(row["boot"], row["number"]) for row in found]


def is_empty(folder: Path) -> bool:
    """Whether the kit's outbox holds nothing that waits."""
    with sqlite3.connect(folder / OUTBOX) as file:
        return bool(file.execute("SELECT count(*) = 0 FROM report").fetchone()[0])


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + fleets.WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_kit_that_waits_for_its_host_is_heard_kept_and_acknowledged_through_a_restart(
    broker: int, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    node = EdgeNode(KIT, Broker("127.0.0.1", broker, HOST), tmp_path, now)
    with node as kit:
        kit.report(kit_snapshot(7))
        with fleets.served(broker, url) as fleet:
            fleet.wait_for(lambda kits: told(kits) == ("idle", "in_service", 7, []))
            kit.report(kit_snapshot(8, sensor="absent"))
            broken = fleet.wait_for(lambda kits: kits[KIT.name]["recorded"] == 8 and bool(kits[KIT.name]["faults"]))
            assert broken[KIT.name]["faults"] == ["The fingerprint sensor cannot be used (<i>mute</i>)"]
            assert "&lt;i&gt;mute" in fleet.get() and "<i>mute" not in fleet.get() + fleet.get(f"kit/{KIT.name}")
            until(lambda: is_empty(tmp_path))
        before = numbers(url)
        kit.report(kit_snapshot(9, "faulty"))
        kit.report(kit_snapshot(9))
        with fleets.served(broker, url) as fleet:
            assert fleet.kits()[KIT.name]["recorded"] in (8, 9), "what was heard before is shown at once"
            fleet.wait_for(lambda kits: told(kits)[:3] == ("idle", "in_service", 9))
            until(lambda: is_empty(tmp_path))
            page = fleet.get(f"kit/{KIT.name}?lang=en")
            assert "Work/Recorded" in page and "Work/Waiting" in page
    after = numbers(url)
    assert len(after) == len(set(after)) and set(before) < set(after)
    with fleets.served(broker, url) as fleet:
        assert told(fleet.kits())[0] == "silent", "nobody vouches for it any more"


def test_a_death_is_told_and_a_kit_that_was_born_unheard_is_asked_for_its_birth(broker: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    node = EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, now)
    with fleets.served(broker, url) as fleet:
        with node as kit:
            kit.report(kit_snapshot(1))
            fleet.wait_for(lambda kits: told(kits)[0] == "idle")
        fleet.wait_for(lambda kits: told(kits)[0] == "away")
        (row,) = rows.load_kits(fleet.store)
        assert view.look(row, datetime.now(UTC) + timedelta(days=2)) is Look.SILENT, "for too long"
    with EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, now) as kit:
        kit.report(kit_snapshot(2))
        until(lambda: kit.is_born)
        with fleets.served(broker, url) as fleet:
            fleet.wait_for(lambda kits: told(kits)[::2] == ("idle", 2))


class Bench:
    """A kit's messages by hand, and what the office keeps of them."""

    def __init__(self, store: Store) -> None:
        self.store, self.session = store, NodeSession(KIT, 1)
        self.ledger = Ledger(rows.load_kits(store), ())
        snapshot = kit_snapshot(1)
        self.hear(*self.session.birth(snapshot, (Reading(ACKNOWLEDGED, None),), snapshot.at))

    def hear(self, *outgoing: Outgoing) -> list[object]:
        """Keep it; gives what was written to the kit."""
        for one in outgoing:
            self.ledger.hear(Word(one.topic, one.payload, False, datetime.now(UTC)))
        changes = self.ledger.take()
        rows.put(self.store, changes.kits.values(), changes.days.values(), changes.reports)
        return [payload.decode(content, self.session.known).readings[0].value for _, content in changes.answers]

    def past(self, *kept: Kept) -> Outgoing:
        return self.session.data("", kept, now(), is_historical=True)


def counted(number: int, at: Timestamp, recorded: int, *more: Reading) -> Kept:
    return Kept(number, Report("", at, (Reading(readings.RECORDED, recorded), *more)))


def ago(days: float, trust: ClockTrust = ClockTrust.NETWORK) -> Timestamp:
    return Timestamp(datetime.now(UTC) - timedelta(days=days), trust, BOOT, 1.0)


def days_of(store: Store) -> list[int | None]:
    return [day.recorded for day in rows.load_days(store, "1970")]


def test_a_report_that_comes_twice_is_kept_once_in_either_database(store: Store) -> None:
    bench = Bench(store)
    first = 4_294_967_000
    several = [counted(first + number, ago(9 - number), 10 * number) for number in (1, 2, 3)]
    for _ in range(2):
        assert bench.hear(bench.past(*several)) == [f"{BOOT[:8]}:{first + 1}-{first + 3}"]
    found = rows.load_reports(store, KIT.name, "")
    assert [(one.boot, one.number, json.loads(one.readings)) for one in found] == [
        (BOOT[:8], first + number, {"Work/Recorded": 10 * number}) for number in (1, 2, 3)
    ]
    assert days_of(store)[:3] == [10, 20, 30], "the past has its own days"
    assert rows.load_kits(store)[0].recorded == 1, "and does not change what is true now"
    rows.prune(store, datetime.now(UTC) + rows.KEPT + timedelta(days=1))
    assert rows.load_reports(store, KIT.name, "") == []


def test_a_day_is_counted_only_by_a_clock_that_is_believed(store: Store) -> None:
    bench = Bench(store)
    bench.hear(
        bench.past(
            counted(1, ago(5, ClockTrust.WRONG), 50),
            counted(2, ago(4, ClockTrust.UNCONFIRMED), 60),
            counted(3, ago(-9), 70),
        )
    )
    assert 50 not in days_of(store) and 60 not in days_of(store) and 70 not in days_of(store)
    assert len(rows.load_reports(store, KIT.name, "")) == 3, "kept all the same"


def test_what_cannot_be_kept_is_not_acknowledged_and_comes_again(
    broker: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    with fleets.served(broker, url) as fleet, EdgeNode(KIT, Broker("127.0.0.1", broker, HOST), tmp_path, now) as kit:
        kit.report(kit_snapshot(1))
        fleet.wait_for(lambda kits: told(kits)[0] == "idle")
        until(lambda: is_empty(tmp_path))
        with fleet.store.begin() as connection:
            connection.execute(sql.text("ALTER TABLE fleet_report RENAME TO elsewhere"))
        kit.report(kit_snapshot(2))
        until(lambda: "cannot be written" in fleet.get("?lang=en"))
        assert not is_empty(tmp_path)
        with fleet.store.begin() as connection:
            connection.execute(sql.text("ALTER TABLE elsewhere RENAME TO fleet_report"))
        kit.report(kit_snapshot(3))
        fleet.wait_for(lambda kits: told(kits)[2] == 3)
        until(lambda: is_empty(tmp_path))
        until(lambda: "cannot be written" not in fleet.get("?lang=en"))
    assert "Traceback" not in caplog.text


def test_a_status_that_the_broker_kept_says_no_more_after_a_restart_than_before(broker: int, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    with fleets.speaking(broker) as say, fleets.served(broker, url) as fleet:
        # Once this one is there the page listens, and hears the next as it is said
        say("K8")
        fleet.wait_for(lambda kits: "K8" in kits)
        say("K9", clock="wrong", at="1970-01-01T00:00:00Z", valid_until="1970-01-01T00:15:00Z", recorded=5)
        first = fleet.wait_for(lambda kits: kits.get("K9", {}).get("recorded") == 5)["K9"]
        assert (first["state"], first["faults"]) == ("idle", ["The kit's clock is wrong"])
    with fleets.served(broker, url) as fleet:
        assert fleet.kits()["K9"] == first


@pytest.fixture
def told_by_thieves() -> Sequence[tuple[str, bytes]]:
    """Messages of a kit that tells of residents, wherever it may."""
    strange = {"resident": NAME, "nik": int(NIK), "sample": SAMPLE}
    devices = [{"name": NIK, "state": "fault", "words": "x", "model": "y"}]
    devices += [{"name": "camera", "state": NAME, "words": f"of {NIK}", "model": f"{NIK[:6]} {NIK[6:12]} {NIK[12:]}"}]
    status = document(datetime.now(UTC), devices=devices, software=NAME, recorded=int(NIK), temperature_c=float(NIK))
    session, snapshot = NodeSession(KIT, 1), kit_snapshot(1)
    text, whole = Metric("Resident/Name", DataType.STRING), Metric("Resident/Number", DataType.UINT64)
    named = Metric(f"of {NIK}", DataType.INT32)
    own = (Reading(text, None), Reading(whole, None), Reading(named, None))
    born = session.birth(snapshot, own, snapshot.at)
    stolen = (
        Reading(text, NAME),
        Reading(whole, int(NIK)),
        Reading(named, 1),
        Reading(readings.STATE, NAME),
        Reading(readings.STAGE, NAME),
        Reading(readings.REASON, f"because of {NIK}"),
    )
    data = session.data("", (Kept(1, Report("", now(), stolen)),), now(), is_historical=False)
    return (
        ("rekam/v1/K1/status", json.dumps({**status, **strange}).encode()),
        (f"rekam/v1/{NAME}/status", json.dumps(status).encode()),
        *((one.topic, one.payload) for one in (*born, data)),
        (f"spBv1.0/bangka/NDATA/{NAME}", b"\x00\x01"),
        (f"spBv1.0/bangka/NBIRTH/{KIT.name}", NAME.encode()),
    )


def test_no_row_and_no_line_of_the_log_names_a_resident(
    store: Store, told_by_thieves: Sequence[tuple[str, bytes]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ledger = Ledger((), ())
    for topic, content in told_by_thieves:
        ledger.hear(Word(topic, content, False, datetime.now(UTC)))
    changes = ledger.take()
    rows.put(store, changes.kits.values(), changes.days.values(), changes.reports)
    kept = json.dumps(
        [rows_of for table in (rows.kits, rows.days, rows.reports) for rows_of in store.rows(sql.select(table))]
    )
    assert {row.kit_id for row in rows.load_kits(store)} == {"K1", KIT.name}
    assert len(rows.load_reports(store, KIT.name, "")) == 1
    assert [marker for marker in MARKERS if marker in kept or marker in caplog.text] == []
    assert "of [left out]" in kept, "what is kept is scrubbed"


def test_days_are_joined_by_the_later_word(store: Store) -> None:
    ledger = Ledger((), ())
    for minutes, recorded in ((0, 5), (1, 6)):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        content = json.dumps(document(at, recorded=recorded, temperature_c=60.0 - minutes)).encode()
        ledger.hear(Word("rekam/v1/K1/status", content, False, at))
    (day, *_) = sorted(ledger.take().days.values(), key=lambda one: one.at_utc, reverse=True)
    assert (day.recorded, day.at_utc[:10]) == (6, iso(datetime.now(UTC) + timedelta(minutes=1))[:10])
