"""The access list of docs/sparkplug.md on a real broker: a forged identity gets nothing."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client

from firmware.telemetry.edge_node import EdgeNode, plain_client
from firmware.telemetry.metrics import Reading
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.node_session import REBIRTH, NodeSession
from firmware.telemetry.topics import Node, Verb
from tests.brokers import free_port, mosquitto
from tests.conftest import ROOT
from tests.telemetry.hosts import Host
from tests.telemetry.snapshots import at, now, snapshot

PASSWORD = "only-for-this-test"
KIT, OTHER = Node("bangka", "bangka-03"), Node("bangka", "bangka-04")
BOTH = (KIT.name, OTHER.name)


def access_list() -> str:
    document = (ROOT / "docs" / "sparkplug.md").read_text(encoding="utf-8")
    found = re.search(r"^```\n(pattern \w+ spBv1\.0/STATE.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    for number, user in enumerate(("host", *BOTH)):
        command = ["mosquitto_passwd", "-b", *(["-c"] if number == 0 else []), str(folder / "users"), user, PASSWORD]
        subprocess.run(command, check=True, timeout=20)
    (folder / "access").write_text(access_list())
    for name in ("users", "access"):
        (folder / name).chmod(0o644)
    files = f"allow_anonymous false\npassword_file {folder}/users\nacl_file {folder}/access"
    with mosquitto(folder, port, files):
        yield port


def client_of(user: str, client_id: str) -> Client:
    client = plain_client(client_id)
    client.username_pw_set(user, PASSWORD)
    return client


def edge_node(port: int, folder: Path, node: Node, user: str) -> EdgeNode:
    place = Broker("127.0.0.1", port, "host")
    return EdgeNode(node, place, folder, now, new_client=lambda: client_of(user, f"{user}-as-{node.name}"))


def host(port: int) -> Host:
    return Host(port, "host", acknowledges=True, login=("host", PASSWORD))


def test_a_kit_is_heard_under_its_own_name(broker: int, tmp_path: Path) -> None:
    with host(broker) as office, edge_node(broker, tmp_path, KIT, KIT.name) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        office.command_by_name(KIT, Reading(REBIRTH, True))
        office.wait(Verb.NBIRTH, 2)
    assert {one.address.node for one in office.heard} == {KIT}


def test_a_forged_name_gets_nothing(broker: int, tmp_path: Path) -> None:
    with host(broker) as office:
        with edge_node(broker, tmp_path / "forged", OTHER, KIT.name) as forged:
            forged.report(snapshot())
            threading.Event().wait(1.5)
        with edge_node(broker, tmp_path / "own", OTHER, OTHER.name) as kit:
            kit.report(snapshot())
            assert office.wait(Verb.NBIRTH).address.node == OTHER
        death = office.wait(Verb.NDEATH)
        births = [one for one in office.heard if one.verb is Verb.NBIRTH]
        assert len(births) == 1 and death.value("bdSeq") == births[0].value("bdSeq") == 0


class Thief:
    """A kit's credential in other hands: says and asks whatever it likes, and remembers what it hears."""

    def __init__(self, port: int) -> None:
        self.heard: list[str] = []
        self._answered = threading.Event()
        self.client = client_of(KIT.name, "thief")
        self.client.on_message = lambda client, userdata, message: self.heard.append(message.topic)
        self.client.on_subscribe = lambda *_: self._answered.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe([("#", 1), ("spBv1.0/+/NCMD/+", 1), ("spBv1.0/+/NDATA/+", 1)])
        assert self._answered.wait(20)

    def say(self, topic: str, content: Any) -> None:
        self.client.publish(topic, content, qos=1).wait_for_publish(20)

    def close(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
        self.client.on_message = self.client.on_subscribe = None


def test_a_stolen_credential_speaks_and_hears_for_its_kit_alone(broker: int, tmp_path: Path) -> None:
    with host(broker) as office, edge_node(broker, tmp_path, OTHER, OTHER.name) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        thief = Thief(broker)
        session = NodeSession(OTHER, 9)
        for message in (*session.birth(snapshot(at()), (), at()), NodeSession(OTHER, 0).death()):
            thief.say(message.topic, message.payload)
        thief.say(OTHER.topic(Verb.NCMD), office.session.command(OTHER, [Reading(REBIRTH, True)], 1))
        thief.say("spBv1.0/STATE/host", b'{"online": false, "timestamp": 99999999999999}')
        kit.report(snapshot(temperature=77.0))
        office.command(OTHER, Reading(REBIRTH, True))
        office.wait(Verb.NBIRTH, 2)
        office.wait(Verb.DBIRTH, 4)
        assert {one.value("bdSeq") for one in office.heard if one.verb is Verb.NBIRTH} == {0}
        assert Verb.NDEATH not in [one.verb for one in office.heard] and kit.is_born
        assert set(thief.heard) <= {"spBv1.0/STATE/host"}
        thief.close()


def test_nobody_speaks_without_a_name(broker: int, tmp_path: Path) -> None:
    place = Broker("127.0.0.1", broker)
    with EdgeNode(KIT, place, tmp_path, now) as kit:
        kit.report(snapshot())
        threading.Event().wait(1.0)
        assert not kit.is_born
