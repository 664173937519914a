"""A kit at a real broker: born, killed, cut off, waiting for its host, and born again."""

import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from firmware.datatypes import Timestamp
from firmware.telemetry import edge_node as edge_node_module
from firmware.telemetry import payload
from firmware.telemetry.bdseq import BDSEQ
from firmware.telemetry.delivery import ACKNOWLEDGED
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.host_session import Mark
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.node_session import REBIRTH
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.payload import Message
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import ClockTrust
from tests.brokers import free_port, mosquitto
from tests.telemetry.hosts import WAIT_S, Heard, Host
from tests.telemetry.roads import Road
from tests.telemetry.snapshots import TEMPERATURE, at, now, snapshot
from tests.telemetry.tck import holds

KIT = Node("bangka", "bangka-03")
VANISHES = """
import os, signal, sys, time
from pathlib import Path
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.topics import Node
from tests.telemetry.snapshots import now, snapshot
with EdgeNode(Node("bangka", "bangka-03"), Broker("127.0.0.1", int(sys.argv[1])), Path(sys.argv[2]), now) as kit:
    kit.report(snapshot())
    while not kit.is_born:
        time.sleep(0.01)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def edge_node(port: int, folder: Path, primary_host: str = "") -> EdgeNode:
    # Between two signs of life the loop sleeps for a quarter of this: what is sent must wake it
    return EdgeNode(KIT, Broker("127.0.0.1", port, primary_host, keepalive_s=600), folder, now)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def waiting(folder: Path) -> int:
    with Outbox(folder / OUTBOX) as outbox:
        return outbox.counts()[0]


def of(verb: Verb, device: str = "") -> Callable[[Heard], bool]:
    return lambda heard: heard.verb is verb and heard.address.device == device


@holds(
    "topics-nbirth-mqtt",
    "topics-dbirth-mqtt",
    "topics-ndata-mqtt",
    "topics-ddata-mqtt",
    "topics-ddeath-mqtt",
    "payloads-nbirth-qos",
    "payloads-nbirth-retain",
    "payloads-dbirth-qos",
    "payloads-dbirth-retain",
    "payloads-dbirth-order",
    "payloads-ndata-qos",
    "payloads-ndata-retain",
    "payloads-ndata-order",
    "payloads-ddata-qos",
    "payloads-ddata-retain",
    "payloads-ddata-order",
    "principles-birth-certificates-order",
    "message-flow-edge-node-birth-publish-connect",
    "message-flow-edge-node-birth-publish-nbirth-topic",
    "message-flow-edge-node-birth-publish-nbirth-qos",
    "message-flow-edge-node-birth-publish-nbirth-retained",
    "message-flow-device-birth-publish-nbirth-wait",
    "message-flow-device-birth-publish-dbirth-topic",
    "message-flow-device-birth-publish-dbirth-match-edge-node-topic",
    "message-flow-device-birth-publish-dbirth-qos",
    "message-flow-device-birth-publish-dbirth-retained",
    "operational-behavior-data-publish-nbirth-change",
    "operational-behavior-data-publish-dbirth-change",
    "operational-behavior-device-ddeath",
    "operational-behavior-edge-node-intentional-disconnect-ndeath",
    "operational-behavior-edge-node-intentional-disconnect-packet",
    "payloads-ndeath-will-message-publisher",
    "payloads-ndeath-will-message-publisher-disconnect-mqtt311",
)
def test_a_kit_from_birth_to_a_graceful_end(broker: int, tmp_path: Path) -> None:
    with Host(broker) as office:
        with edge_node(broker, tmp_path) as kit:
            kit.report(snapshot())
            office.wait(Verb.DBIRTH, 2)
            kit.report(snapshot(temperature=42.0))
            kit.report(snapshot(temperature=42.0))
            kit.report(snapshot(temperature=42.0, captures=4))
            kit.report(snapshot(temperature=42.0, captures=4, gone=("fingerprint",)))
            kit.report(snapshot(temperature=42.0, captures=4))
            office.wait_for(of(Verb.DBIRTH, "fingerprint"), 2)
            until(lambda: waiting(tmp_path) == 0)
        death = office.wait(Verb.NDEATH)
        live = [one for one in office.heard if not any(reading.is_historical for reading in one.message.readings)]
        assert [(one.verb, one.address.device) for one in live] == [
            (Verb.NBIRTH, ""),
            (Verb.DBIRTH, "fingerprint"),
            (Verb.DBIRTH, "camera"),
            (Verb.NDATA, ""),
            (Verb.DDATA, "fingerprint"),
            (Verb.DDEATH, "fingerprint"),
            (Verb.DBIRTH, "fingerprint"),
            (Verb.NDEATH, ""),
        ]
        assert live[3].message.readings[1:] == (Reading(TEMPERATURE, 42.0, live[3].message.readings[1].at_ms),)
        assert [one.message.sequence for one in office.heard] == [*range(len(office.heard) - 1), None]
        assert {(one.verb, one.qos, one.retain) for one in office.heard} == {
            (one.verb, 1 if one.verb is Verb.NDEATH else 0, False) for one in office.heard
        }
        assert death.value("bdSeq") == office.heard[0].value("bdSeq") == 0
    with Host(broker) as late, edge_node(broker, tmp_path) as kit:
        kit.report(snapshot())
        assert late.wait(Verb.NBIRTH).value("bdSeq") == 1
        assert late.heard[0].verb is Verb.NBIRTH, "nothing was retained, and no will was sent"


@holds(
    "message-flow-edge-node-birth-publish-will-message",
    "message-flow-edge-node-birth-publish-will-message-topic",
    "message-flow-edge-node-birth-publish-will-message-qos",
    "message-flow-edge-node-birth-publish-will-message-will-retained",
    "payloads-ndeath-will-message",
    "payloads-ndeath-will-message-qos",
    "payloads-ndeath-will-message-retain",
    "principles-persistence-clean-session-311",
)
def test_the_first_packet_has_the_death_as_its_will(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with edge_node(silent.getsockname()[1], tmp_path):
            silent.settimeout(20)
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(20)
                packet = connection.recv(4096)
        topic = KIT.topic(Verb.NDEATH).encode()
        flags = packet[packet.index(b"\x00\x04MQTT\x04") + 7]
        will_retain, will_qos, will, clean = flags >> 5 & 1, flags >> 3 & 3, flags >> 2 & 1, flags >> 1 & 1
        assert (will_retain, will_qos, will, clean) == (0, 1, 1, 1)
        content = packet[packet.index(topic) + len(topic) + 2 :]
        bdseq = payload.decode(content)
        assert bdseq == Message((Reading(Metric("bdSeq", DataType.INT64), 0),), None)
        assert (tmp_path / BDSEQ).read_text() == "0\n"


def test_a_killed_kit_is_told_dead_by_the_broker(broker: int, tmp_path: Path) -> None:
    with Host(broker) as office:
        for turn in range(2):
            command = [sys.executable, "-c", VANISHES, str(broker), str(tmp_path)]
            ended = subprocess.run(command, timeout=60, check=False)
            assert ended.returncode == -signal.SIGKILL
            death = office.wait(Verb.NDEATH, turn + 1)
            assert death.qos == 1 and not death.retain
            assert death.value("bdSeq") == office.wait(Verb.NBIRTH, turn + 1).value("bdSeq") == turn


def test_a_kit_outlives_its_broker_and_tells_what_happened(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "kit"
    with edge_node(port, folder) as kit:
        kit.report(snapshot(temperature=40.0))
        with mosquitto(tmp_path, port), Host(port) as office:
            assert office.wait(Verb.NBIRTH).value("bdSeq") == 0
            kit.report(snapshot(temperature=41.0))
            office.wait_for(lambda heard: heard.verb is Verb.NDATA and not heard.message.readings[0].is_historical)
        until(lambda: not kit.is_born)
        for degrees in (42.0, 43.0, 44.0):
            kit.report(snapshot(temperature=degrees))
        assert waiting(folder) == 3
        with mosquitto(tmp_path, port), Host(port) as office:
            birth = office.wait(Verb.NBIRTH)
            assert (birth.value("bdSeq"), birth.message.sequence) == (1, 0)
            assert birth.value("Board/Temperature") == 44.0
            late = office.wait(Verb.NDATA).message.readings
            assert [one.value for one in late if one.metric == TEMPERATURE] == [42.0, 43.0, 44.0]
            assert all(one.is_historical for one in late)
            until(lambda: waiting(folder) == 0)


@holds(
    "message-flow-edge-node-birth-publish-phid-wait",
    "message-flow-edge-node-birth-publish-phid-wait-id",
    "message-flow-edge-node-birth-publish-phid-offline",
    "operational-behavior-edge-node-termination-host-offline",
    "operational-behavior-edge-node-birth-sequence-wait",
    "operational-behavior-primary-application-state-with-multiple-servers-state-subs",
)
def test_a_kit_waits_for_its_host_and_leaves_with_it(broker: int, tmp_path: Path) -> None:
    with Host(broker) as ear, edge_node(broker, tmp_path, "office-a") as kit:
        kit.report(snapshot(temperature=40.0))
        with Host(broker, "office-b"):
            threading.Event().wait(1.5)
            assert not kit.is_born and ear.heard == []
        with Host(broker, "office-a", at_ms=1000) as office:
            ear.wait(Verb.NBIRTH)
            office.tell(online=False, at_ms=999)
            kit.report(snapshot(temperature=41.0))
            ear.wait_for(lambda heard: heard.verb is Verb.NDATA and heard.value("Board/Temperature") == 41.0)
            assert kit.is_born
        death = ear.wait(Verb.NDEATH)
        assert death.value("bdSeq") == ear.wait(Verb.NBIRTH).value("bdSeq")
        until(lambda: not kit.is_born)
        kit.report(snapshot(temperature=42.0))
        threading.Event().wait(1.5)
        assert len([one for one in ear.heard if one.verb is Verb.NBIRTH]) == 1
        with Host(broker, "office-a", at_ms=2000, acknowledges=True) as office:
            again = office.wait(Verb.NBIRTH)
            assert again.message.sequence == 0 and again.value("bdSeq") != death.value("bdSeq")
            until(lambda: waiting(tmp_path) == 0)
            told = [one.value for _, one in office.readings() if one.metric == TEMPERATURE]
            assert told == [40.0, 41.0, 42.0]


@holds(
    "message-flow-edge-node-ncmd-subscribe",
    "operational-behavior-data-commands-rebirth-action-1",
    "operational-behavior-data-commands-rebirth-action-2",
    "operational-behavior-data-commands-rebirth-action-3",
)
def test_a_host_that_missed_something_asks_for_a_new_birth(broker: int, tmp_path: Path) -> None:
    with Host(broker) as office, edge_node(broker, tmp_path) as kit:
        kit.report(snapshot())
        first = office.wait(Verb.NBIRTH)
        office.wait(Verb.DBIRTH, 2)
        office.send(KIT, b"\xff no message")
        office.command(KIT, Reading(REBIRTH, False))
        office.command_by_name(KIT, Reading(REBIRTH, True))
        again = office.wait(Verb.NBIRTH, 2)
        office.wait(Verb.DBIRTH, 4)
        assert again.value("bdSeq") == first.value("bdSeq") and again.message.sequence == 0
        after = office.heard[office.heard.index(again) :]
        assert [one.message.sequence for one in after[:3]] == [0, 1, 2]
        assert [one.verb for one in after[:3]] == [Verb.NBIRTH, Verb.DBIRTH, Verb.DBIRTH]


def test_nothing_unacknowledged_is_lost_and_nothing_counts_twice(broker: int, tmp_path: Path) -> None:
    sent = [float(one) for one in range(40, 70)]
    with Host(broker, "office-c") as deaf, edge_node(broker, tmp_path, "office-c") as kit:
        for degrees in sent[:10]:
            kit.report(snapshot(temperature=degrees))
        deaf.wait_for(lambda heard: heard.verb is Verb.NDATA)
        until(lambda: len([one for _, one in deaf.readings() if one.metric == TEMPERATURE]) == 10)
        deaf.command(KIT, Reading(ACKNOWLEDGED, "ffffffff:0-99999999999"), Reading(ACKNOWLEDGED, "nonsense"))
    until(lambda: not kit.is_born)
    assert waiting(tmp_path) == 10 + 2
    with edge_node(broker, tmp_path, "office-c") as kit:
        for degrees in sent[10:20]:
            kit.report(snapshot(temperature=degrees))
        with Host(broker, "office-c", acknowledges=True) as office:
            office.wait(Verb.NBIRTH)
            for degrees in sent[20:]:
                kit.report(snapshot(temperature=degrees))
            office.command(KIT, Reading(REBIRTH, True))
            until(lambda: waiting(tmp_path) == 0)
            told = [(mark, one.value) for mark, one in office.readings() if one.metric == TEMPERATURE]
            assert sorted(value for _, value in told if isinstance(value, float)) == sent
            assert [value for _, value in sorted(told, key=lambda one: one[0].number)] == sent
            assert {mark.trust for mark, _ in told} == {ClockTrust.NETWORK}


def test_what_went_into_a_dead_road_is_told_again(broker: int, tmp_path: Path) -> None:
    with Host(broker, "office-d", acknowledges=True) as office, Road(broker) as road:
        quick = Broker("127.0.0.1", road.port, "office-d", keepalive_s=1)
        with EdgeNode(KIT, quick, tmp_path, now) as kit:
            kit.report(snapshot(temperature=40.0))
            until(lambda: waiting(tmp_path) == 0)
            road.is_blocked = True
            for degrees in (41.0, 42.0, 43.0):
                kit.report(snapshot(temperature=degrees))
            assert kit.is_born and waiting(tmp_path) == 3
            assert office.wait(Verb.NDEATH).value("bdSeq") == 0
            road.is_blocked = False
            until(lambda: waiting(tmp_path) == 0)
            told = [one.value for _, one in office.readings() if one.metric == TEMPERATURE]
            assert told == [40.0, 41.0, 42.0, 43.0]


def test_a_device_or_metric_that_comes_later_is_born_first(broker: int, tmp_path: Path) -> None:
    more = Metric("Board/Battery", DataType.FLOAT, "%")
    with Host(broker) as office, edge_node(broker, tmp_path) as kit:
        kit.report(snapshot(devices=("camera",)))
        office.wait_for(of(Verb.DBIRTH, "camera"))
        kit.report(snapshot(devices=("camera", "iris")))
        assert office.wait_for(of(Verb.DBIRTH, "iris")).names() == ["Report", "State"]
        told = snapshot(devices=("camera", "iris"))
        kit.report(type(told)(told.at, {**told.readings, "": (*told.readings[""], Reading(more, 80.0))}))
        assert office.wait(Verb.NBIRTH, 2).value("Board/Battery") == 80.0
        kit.report(snapshot(devices=("iris",)))
        assert office.wait(Verb.DDEATH).address.device == "camera"


def test_more_than_a_thousand_open_files_keep_nobody_from_being_born(broker: int, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with Host(broker) as office, (tmp_path / "file").open("w") as file, ExitStack() as held:
        held.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        number = 0
        while number < 1100:
            number = os.dup(file.fileno())
            held.callback(os.close, number)
        with edge_node(broker, tmp_path) as kit:
            kit.report(snapshot())
            office.wait(Verb.DBIRTH, 2)


def test_what_nobody_foresaw_ends_one_connection_only(
    broker: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def stumbling() -> Timestamp:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("as nobody foresaw")
        return now()

    with Host(broker) as office, EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, stumbling) as kit:
        kit.report(snapshot())
        assert office.wait(Verb.NBIRTH).value("bdSeq") == 1
    assert "the connection failed" in caplog.text


def test_a_value_that_cannot_be_silences_nobody(broker: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    told = snapshot()
    wrong = Reading(Metric("Work/Waiting", DataType.UINT32), -1)
    with Host(broker) as office, edge_node(broker, tmp_path) as kit:
        kit.report(replace(told, readings={**told.readings, "": (told.readings[""][0], wrong)}))
        [read] = [one for one in office.wait(Verb.NBIRTH).message.readings if one.metric == wrong.metric]
        assert (read.value, read.quality) == (None, Quality.BAD)
        kit.report(told)
        office.wait_for(lambda heard: heard.verb is Verb.NDATA and 12 in [one.value for one in heard.message.readings])
    assert "Work/Waiting: -1 is outside" in caplog.text


def test_times_that_nothing_vouches_for_are_stale(broker: int, tmp_path: Path) -> None:
    with Host(broker) as office, edge_node(broker, tmp_path) as kit:
        kit.report(snapshot(at(-1_800_000_000, ClockTrust.WRONG)))
        birth = office.wait(Verb.NBIRTH)
        [temperature] = [one for one in birth.message.readings if one.metric == TEMPERATURE]
        assert temperature.quality is Quality.STALE and temperature.at_ms == 0


def test_no_broker_or_a_silent_one_holds_nobody(tmp_path: Path) -> None:
    with edge_node(free_port(), tmp_path / "a") as kit:
        kit.report(snapshot())
        assert not kit.is_born
    with socket.create_server(("127.0.0.1", 0)) as silent, edge_node(silent.getsockname()[1], tmp_path / "b") as kit:
        kit.report(snapshot())
        assert not kit.is_born


def test_a_broker_that_hangs_up_is_called_ever_more_rarely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_node_module, "_DELAY_S", 0.01)
    monkeypatch.setattr(edge_node_module, "_AWAY_AT_MOST_S", 0.01)
    calls = 0
    with socket.create_server(("127.0.0.1", 0)) as rude, edge_node(rude.getsockname()[1], tmp_path) as kit:
        kit.report(snapshot())
        rude.settimeout(2)
        with suppress(TimeoutError):
            while calls < 30:
                rude.accept()[0].close()
                calls += 1
    assert 3 < calls < 30


def test_a_spoiled_outbox_costs_only_the_backlog(broker: int, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / OUTBOX).write_bytes(b"noise" * 1000)
    with Host(broker) as office, edge_node(broker, tmp_path) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        kit.report(snapshot(temperature=50.0))
        assert office.wait(Verb.NDATA).reports() == [Mark("7f3a91c2", 0, ClockTrust.NETWORK)]
    assert "move it away" in caplog.text
