"""A month without a network, clocks in disorder, an outbox that runs over, and what a day costs."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.datatypes import Timestamp
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.metrics import Snapshot
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.outbox import OUTBOX, Limits, Outbox
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import ClockTrust
from tests.brokers import free_port, mosquitto
from tests.telemetry.hosts import Host
from tests.telemetry.roads import Road
from tests.telemetry.snapshots import TEMPERATURE, at, now, snapshot, temperatures

KIT = Node("bangka", "bangka-03")
MINUTE_S, DAY_S = 60, 86_400


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def wait_until_empty(folder: Path) -> None:
    with Outbox(folder / OUTBOX) as outbox:
        for _ in range(1200):
            if outbox.counts()[0] == 0:
                return
            threading.Event().wait(0.05)
    raise AssertionError(f"{outbox.counts()} still wait")


def moment(turn: int) -> Timestamp:
    """A month by quarter hours, in four boots whose clocks are right, in 1970, back by a day, and unconfirmed."""
    boot, seconds = turn // 720, float(turn * 15 * MINUTE_S)
    trust = (ClockTrust.NETWORK, ClockTrust.WRONG, ClockTrust.BATTERY, ClockTrust.UNCONFIRMED)[boot]
    shift = (0, -1_795_000_000, -DAY_S, 5 * DAY_S)[boot]
    return at(seconds + shift, trust, f"boot-{boot}-of-the-month")


def test_a_month_of_disordered_clocks_arrives_whole_and_once(broker: int, tmp_path: Path) -> None:
    with EdgeNode(KIT, Broker("127.0.0.1", free_port(), "office"), tmp_path, now) as kit:
        for turn in range(4 * 720):
            kit.report(snapshot(moment(turn), temperature=float(turn)))
    with Host(broker, "office", acknowledges=True) as office:
        with EdgeNode(KIT, Broker("127.0.0.1", broker, "office"), tmp_path, now) as kit:
            kit.report(snapshot(temperature=-1.0))
            wait_until_empty(tmp_path)
        told = [(mark, one) for mark, one in office.readings() if one.metric == TEMPERATURE and one.value != -1.0]
        assert [one.value for _, one in told] == [float(turn) for turn in range(4 * 720)]
        for turn, (mark, one) in enumerate(told):
            when = moment(turn)
            assert (mark.boot, mark.trust) == (when.boot_id[:8], when.trust)
            assert one.at_ms == max(0, round(when.utc.timestamp() * 1000)) and one.is_historical
        assert len({(mark.boot, mark.number) for mark, _ in told}) == len(told)


def test_an_outbox_that_ran_over_says_what_it_let_go(broker: int, tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX, Limits(size=100_000)) as outbox:
        for turn in range(2000):
            outbox.put(temperatures(float(turn), at(turn * MINUTE_S)))
        waiting, thinned = outbox.counts()
    with Host(broker, "office-2", acknowledges=True) as office:
        with EdgeNode(KIT, Broker("127.0.0.1", broker, "office-2"), tmp_path, now) as kit:
            kit.report(snapshot(temperature=-1.0))
            birth = office.wait(Verb.NBIRTH)
            assert birth.value("Outbox/Thinned") == thinned > 0
            wait_until_empty(tmp_path)
        told = [one.value for _, one in office.readings() if one.metric == TEMPERATURE and one.value != -1.0]
        assert len(told) == waiting and waiting + thinned == 2000
        assert told == sorted(told, key=lambda value: float(value or 0))


def day(turn: int) -> Snapshot:
    """A kit at work, minute by minute: its temperature wanders, every fourth minute a finger is captured."""
    return snapshot(temperature=round(40 + (turn * 7919 % 50) / 10, 1), captures=turn // 4)


def test_a_chatty_day_costs_less_than_two_megabytes(broker: int, tmp_path: Path) -> None:
    with Host(broker, "office-3", acknowledges=True), Road(broker) as road:
        with EdgeNode(KIT, Broker("127.0.0.1", road.port, "office-3"), tmp_path, now) as kit:
            for turn in range(24 * 60):
                kit.report(day(turn))
            wait_until_empty(tmp_path)
        keepalive = 4 * DAY_S // 30
        assert 100_000 < road.carried + keepalive < 2_000_000
        sys.stdout.write(f" {road.carried + keepalive} bytes a day")  # seen with `pytest -s`
