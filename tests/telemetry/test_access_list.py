"""The access list of docs/sparkplug.md on a real broker with TLS: a forged identity gets nothing."""

import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from paho.mqtt.client import Client

from firmware import identity
from firmware.office import admission, keys
from firmware.office import broker as office_broker
from firmware.office.broker import READER_NAME
from firmware.office.keys import Office
from firmware.telemetry import payload
from firmware.telemetry.edge_node import EdgeNode, plain_client
from firmware.telemetry.metrics import Reading
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.node_session import REBIRTH, NodeSession
from firmware.telemetry.outbox import OUTBOX, Limits, Outbox
from firmware.telemetry.payload import Message
from firmware.telemetry.topics import Node, Verb, state_topic
from provisioning.mosquitto import ACCESS_TEXT
from tests.brokers import free_port, mosquitto
from tests.conftest import ROOT
from tests.telemetry.hosts import Host
from tests.telemetry.snapshots import TEMPERATURE, at, now, snapshot, temperatures
from tests.telemetry.test_long_absence import moment, wait_until_empty

KIT, OTHER = Node("bangka", "bangka-03"), Node("bangka", "bangka-04")
HOST = READER_NAME


def access_list() -> str:
    document = (ROOT / "docs" / "sparkplug.md").read_text(encoding="utf-8")
    found = re.search(r"^```\n(pattern \w+ spBv1\.0/STATE.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@dataclass(frozen=True)
class Place:
    """A broker with TLS and the access list, and the certificates of an office for all who may come."""

    port: int
    authority: Path
    certificates: Mapping[str, Path]
    access: str

    def context(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.load_cert_chain(self.certificates[name])
        return context

    def client(self, name: str, client_id: str) -> Client:
        client = plain_client(client_id)
        client.tls_set_context(self.context(name))
        return client

    def edge_node(self, folder: Path, node: Node, name: str) -> EdgeNode:
        where = Broker("localhost", self.port, HOST)
        return EdgeNode(node, where, folder, now, new_client=lambda: self.client(name, f"{name}-as-{node.name}"))

    def host(self) -> Host:
        return Host(self.port, HOST, acknowledges=True, context=self.context(HOST))


def admitted(folder: Path, office: Office, kit_id: str) -> Path:
    """A kit's key and certificate in one file."""
    data = folder / kit_id
    answer = admission.admit(identity.write_request(data, kit_id, folder / "stick"), office).answer
    kit = identity.accept_answer(data, kit_id, answer)
    assert kit.certificate is not None
    path = data / "both.pem"
    path.write_bytes((data / "identity/kit.key").read_bytes() + kit.certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    office = keys.init(folder / "office")
    server, reader = office_broker.certify(office, ["localhost"])
    (folder / "access").write_text(access_list())
    authority = office.folder / "authority.pem"
    files = f"cafile {authority}\ncertfile {server}\nkeyfile {server}\nacl_file {folder}/access\nuser root"
    access = f"require_certificate true\nuse_identity_as_username true\n{files}"
    with mosquitto(folder, port, access):
        kits = {kit.name: admitted(folder, office, kit.name) for kit in (KIT, OTHER)}
        yield Place(port, authority, {HOST: reader, **kits}, access)


def rights(text: str) -> set[tuple[str, str]]:
    """Each line, with the user whom it is for; patterns are for all."""
    user, found = "", set()
    for line in text.splitlines():
        if line.startswith("user "):
            user = line.removeprefix("user ")
        elif line.startswith(("topic ", "pattern ")):
            found.add(("" if line.startswith("pattern ") else user, line))
    return found


def test_the_offices_own_broker_has_the_same_rights() -> None:
    assert rights(ACCESS_TEXT) >= rights(access_list()) > set()
    added = rights(ACCESS_TEXT) - rights(access_list())
    assert added == {("", "pattern readwrite rekam/v1/%u/status"), (HOST, "topic read rekam/v1/#")}


def test_a_kit_is_heard_under_its_own_name(place: Place, tmp_path: Path) -> None:
    with place.host() as office, place.edge_node(tmp_path, KIT, KIT.name) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        office.command_by_name(KIT, Reading(REBIRTH, True))
        office.wait(Verb.NBIRTH, 2)
    assert {one.address.node for one in office.heard} == {KIT}


def test_a_forged_name_gets_nothing(place: Place, tmp_path: Path) -> None:
    with place.host() as office:
        with place.edge_node(tmp_path / "forged", OTHER, KIT.name) as forged:
            forged.report(snapshot())
            threading.Event().wait(1.5)
        with place.edge_node(tmp_path / "own", OTHER, OTHER.name) as kit:
            kit.report(snapshot())
            assert office.wait(Verb.NBIRTH).address.node == OTHER
        death = office.wait(Verb.NDEATH)
        births = [one for one in office.heard if one.verb is Verb.NBIRTH]
        assert len(births) == 1 and death.value("bdSeq") == births[0].value("bdSeq") == 0


class Thief:
    """A kit's credential in other hands: says and asks whatever it likes, and remembers what it hears."""

    def __init__(self, place: Place) -> None:
        self.heard: list[str] = []
        self._answered = threading.Event()
        self.client = place.client(KIT.name, "thief")
        self.client.on_message = lambda client, userdata, message: self.heard.append(message.topic)
        self.client.on_subscribe = lambda *_: self._answered.set()
        self.client.connect("localhost", place.port)
        self.client.loop_start()
        self.client.subscribe([("#", 1), ("spBv1.0/+/NCMD/+", 1), ("spBv1.0/+/NDATA/+", 1)])
        assert self._answered.wait(20)

    def say(self, topic: str, content: Any) -> None:
        self.client.publish(topic, content, qos=1).wait_for_publish(20)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_message = self.client.on_subscribe = None


def test_a_stolen_credential_speaks_and_hears_for_its_kit_alone(place: Place, tmp_path: Path) -> None:
    with place.host() as office, place.edge_node(tmp_path, OTHER, OTHER.name) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        thief = Thief(place)
        session = NodeSession(OTHER, 9)
        for message in (*session.birth(snapshot(at()), (), at()), NodeSession(OTHER, 0).death()):
            thief.say(message.topic, message.payload)
        thief.say(OTHER.topic(Verb.NCMD), office.session.command(OTHER, [Reading(REBIRTH, True)], 1))
        thief.say(state_topic(HOST), b'{"online": false, "timestamp": 99999999999999}')
        kit.report(snapshot(temperature=77.0))
        office.command(OTHER, Reading(REBIRTH, True))
        office.wait(Verb.NBIRTH, 2)
        office.wait(Verb.DBIRTH, 4)
        assert {one.value("bdSeq") for one in office.heard if one.verb is Verb.NBIRTH} == {0}
        assert Verb.NDEATH not in [one.verb for one in office.heard] and kit.is_born
        assert set(thief.heard) <= {state_topic(HOST)}
        thief.close()


def test_nobody_speaks_without_a_certificate(place: Place, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(place.authority))

    def nameless() -> Client:
        client = plain_client("nobody")
        client.tls_set_context(context)
        return client

    with (
        place.host() as office,
        EdgeNode(KIT, Broker("localhost", place.port), tmp_path, now, new_client=nameless) as kit,
    ):
        kit.report(snapshot())
        threading.Event().wait(1.0)
        assert not kit.is_born and office.heard == []


def test_a_long_backlog_and_many_commands_come_through_tls(place: Place, tmp_path: Path) -> None:
    with place.edge_node(tmp_path, KIT, KIT.name) as kit:
        for turn in range(500):
            kit.report(snapshot(at(turn), temperature=float(turn)))
        with place.host() as office:
            office.wait(Verb.NBIRTH)
            for _ in range(20):
                office.command(KIT, Reading(REBIRTH, True))
            office.wait(Verb.NBIRTH, 21)
            for _ in range(600):
                with Outbox(tmp_path / OUTBOX) as outbox:
                    if outbox.counts()[0] == 0:
                        break
                threading.Event().wait(0.05)
            told = [float(one.value or 0) for _, one in office.readings() if one.metric == TEMPERATURE]
    assert sorted(told) == [float(turn) for turn in range(500)]


def test_a_month_and_a_broker_that_goes_midway_come_through_tls_whole(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing acknowledged is lost, and by boot and number nothing counts twice, whatever comes again."""
    monkeypatch.setattr("firmware.telemetry.edge_node._AWAY_AT_MOST_S", 2.0)
    elsewhere, folder = replace(place, port=free_port()), tmp_path / "kit"
    with elsewhere.edge_node(folder, KIT, KIT.name) as kit:
        for turn in range(4 * 720):
            kit.report(snapshot(moment(turn), temperature=float(turn)))
        with ExitStack() as up:
            up.enter_context(mosquitto(tmp_path, elsewhere.port, place.access))
            with elsewhere.host() as before:
                before.wait(Verb.NDATA)
                up.close()
                while before.is_connected:
                    threading.Event().wait(0.01)
        kit.report(snapshot(temperature=-1.0))
        with mosquitto(tmp_path, elsewhere.port, place.access), elsewhere.host() as after:
            wait_until_empty(folder)
    told: dict[tuple[str, int], float] = {}
    for office in (before, after):
        for mark, one in office.readings():
            if mark and mark.number and one.metric == TEMPERATURE:
                assert told.setdefault((mark.boot, mark.number), float(one.value or 0)) == one.value
    assert sorted(told.values()) == [-1.0, *(float(turn) for turn in range(4 * 720))]


def test_an_outbox_that_ran_over_comes_through_tls_as_it_is_left(place: Place, tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX, Limits(size=60_000)) as outbox:
        for turn in range(1000):
            outbox.put(temperatures(float(turn), at(turn)))
        waiting, thinned = outbox.counts()
        left = [(one.number, one.report.readings[0].value) for one in outbox.oldest(waiting, [""])]
    assert waiting + thinned == 1000 and waiting > 100 < thinned
    with place.host() as office:
        with place.edge_node(tmp_path, KIT, KIT.name) as kit:
            kit.report(snapshot(temperature=-1.0))
            assert office.wait(Verb.NBIRTH).value("Outbox/Thinned") == thinned
            wait_until_empty(tmp_path)
        told = [(mark.number, one.value) for mark, one in office.readings() if one.metric == TEMPERATURE]
    assert [one for one in told if one[1] != -1.0] == left


KILLED = """
import os, signal, ssl, sys, time
from pathlib import Path
from firmware.telemetry.edge_node import EdgeNode, plain_client
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.topics import Node
from tests.telemetry.snapshots import now, snapshot
port, folder, authority, certificate, host = sys.argv[1:]
context = ssl.create_default_context(cafile=authority)
context.load_cert_chain(certificate)
def client():
    made = plain_client("killed")
    made.tls_set_context(context)
    return made
broker = Broker("localhost", int(port), host)
with EdgeNode(Node("bangka", "bangka-03"), broker, Path(folder), now, new_client=client) as kit:
    kit.report(snapshot())
    while not kit.is_born:
        time.sleep(0.01)
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_kits_death_is_told_through_tls(place: Place, tmp_path: Path) -> None:
    with place.host() as office:
        words = place.port, tmp_path, place.authority, place.certificates[KIT.name], HOST
        ended = subprocess.run([sys.executable, "-c", KILLED, *map(str, words)], timeout=60, check=False)
        assert ended.returncode == -signal.SIGKILL
        assert office.wait(Verb.NDEATH).value("bdSeq") == office.wait(Verb.NBIRTH).value("bdSeq")


CONNACK, SUBACK = bytes.fromhex("20020000"), bytes.fromhex("900400010101")


def test_two_packets_in_one_record_of_tls_are_both_read(place: Place, tmp_path: Path) -> None:
    """As a broker may send them; then the socket shows nothing more, and TLS holds the second."""
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(place.authority.parent / "broker" / "server.pem")
    topic = KIT.topic(Verb.NCMD).encode()
    content = payload.encode(Message((Reading(REBIRTH, True),), 1), defines=True)
    rebirth = len(topic).to_bytes(2, "big") + topic + content
    with socket.create_server(("127.0.0.1", 0)) as door:
        where = Broker("localhost", door.getsockname()[1], keepalive_s=600)
        kit = EdgeNode(KIT, where, tmp_path, now, new_client=lambda: place.client(KIT.name, "kit"))
        with kit:
            kit.report(snapshot())
            raw, _ = door.accept()
            with server.wrap_socket(raw, server_side=True) as line:
                line.settimeout(20)
                line.recv(4096)
                line.sendall(CONNACK)
                line.recv(4096)
                line.sendall(SUBACK + bytes((0x30, len(rebirth))) + rebirth)
                said = b""
                while said.count(KIT.topic(Verb.NBIRTH).encode()) < 2:
                    said += line.recv(4096)
