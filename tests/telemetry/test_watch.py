"""`rekam watch` at a real broker: what comes as lines or as a table, while brokers come and go."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from firmware import reporting
from firmware.telemetry.access import Access
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.topics import Node, Verb
from tests import desks
from tests.brokers import free_port, mosquitto
from tests.programs import Program
from tests.telemetry.hosts import Host
from tests.telemetry.snapshots import now, snapshot
from tests.telemetry.test_fleet import document


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


@contextmanager
def watching(*words: str | Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "firmware", "watch", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def watched(folder: Path, *words: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output and error."""
    program = Program(folder / "watch", "watch", *words)
    status, shown = program.outcome()
    return status, shown, program.words()


def say(port: int, kit: str, **changed: object) -> None:
    told = {**document(), **changed, "kit": kit}
    with StatusPublisher(Access("127.0.0.1", port, f"rekam-{kit}"), topic=f"rekam/v1/{kit}/status") as publisher:
        assert publisher.deliver(told, 20)


def line(process: "subprocess.Popen[str]") -> dict[str, object]:
    assert process.stdout
    told: dict[str, object] = json.loads(process.stdout.readline())
    return told


def test_each_status_is_a_line_as_soon_as_it_comes(broker: int) -> None:
    say(broker, "K1", recorded=7)
    with watching("--broker", f"127.0.0.1:{broker}", "--json") as process:
        first = line(process)
        assert (first["kit"], first["state"], first["retained"]) == ("K1", "idle", True)
        say(broker, "K1", recorded=8)
        second = line(process)
        assert (second["kit"], second["retained"]) == ("K1", False)
        assert first["document"] == {**document(), "recorded": 7, "kit": "K1"}
        assert second["document"] == {**document(), "recorded": 8, "kit": "K1"}


def test_a_node_is_a_line_too_and_the_office_asks_it_for_nothing(broker: int, tmp_path: Path) -> None:
    with watching("--broker", f"127.0.0.1:{broker}", "--json") as process, Host(broker) as ear:
        say(broker, "K1", recorded=7)
        while line(process)["kit"] != "K1":  # now it listens
            pass
        node = Node("bangka", "bangka-03")
        with EdgeNode(node, Broker("127.0.0.1", broker), tmp_path, now) as kit:
            kit.report(snapshot())
            ear.wait(Verb.DBIRTH, 2)
        told = [line(process)]
        while told[-1]["state"] != "lost":
            told.append(line(process))
        documents = [one["document"] for one in told if one["kit"] == node.name]
        types = [document["type"] for document in documents if isinstance(document, dict)]
        assert types[:3] == ["NBIRTH", "DBIRTH", "DBIRTH"] and types[-1] == "NDEATH"
        assert {one["source"] for one in told} == {"sparkplug"}


@pytest.mark.parametrize(
    ("language", "title", "state"), [("id", "Kit di broker", "hilang"), ("en", "Kits at the broker", "lost")]
)
def test_the_table_tells_of_each_kit_and_the_command_ends_in_time(
    broker: int, tmp_path: Path, language: str, title: str, state: str
) -> None:
    say(broker, "K1", recorded=4321, waiting=17)
    say(broker, "K2", state="lost")
    status, shown, words = watched(tmp_path, "--broker", f"127.0.0.1:{broker}", "--for", "1", "--lang", language)
    assert status == 0, words
    lines = shown.splitlines()
    assert lines[0].startswith(f"{title} 127.0.0.1:{broker}: 2 ({state} 1, ")
    assert [row.split()[0] for row in lines[2:]] == ["K2", "K1"]
    assert state in lines[2] and {"4321", "17"} <= set(lines[3].split())


def test_a_broker_that_goes_and_comes_back_is_heard_again(tmp_path: Path) -> None:
    port = free_port()
    with mosquitto(tmp_path, port):
        say(port, "K1", recorded=1)
        process = watching("--broker", f"127.0.0.1:{port}", "--json")
        running = process.__enter__()
        assert line(running)["retained"]
    try:
        assert running.stderr and running.stderr.readline().startswith("The broker is away now")
        with mosquitto(tmp_path, port):
            say(port, "K1", recorded=2)
            told = line(running)["document"]
        assert isinstance(told, dict) and told["recorded"] == 2
    finally:
        process.__exit__(None, None, None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--broker", "127.0.0.1:{closed}"), "the broker 127.0.0.1:{closed} cannot be reached; check its name"),
        (("--broker", "no.such.host.invalid:1883"), "the broker no.such.host.invalid:1883 cannot be reached"),
        (("--broker", "localhost"), "--broker localhost: is no address; write HOST:PORT"),
        (("--broker", "localhost:0"), "--broker localhost:0: is no address"),
        (("--broker", "localhost:1", "--cert", "x.pem"), "--ca is missing"),
        (("--broker", "localhost:1", "--user", "x"), "--user and --password-file belong together"),
        (("--broker", "localhost:1", "--ca", "/none.pem"), "/none.pem: cannot be read (No such file or directory)"),
        (("--broker", "localhost:1", "--lang", "id"), "broker localhost:1 tidak terjangkau"),
    ],
)
def test_what_cannot_be_is_one_message_and_status_1(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    closed = str(free_port())
    status, shown, said = watched(tmp_path, *(word.replace("{closed}", closed) for word in words))
    assert (status, shown) == (1, "")
    assert told.replace("{closed}", closed) in said and "Traceback" not in said


def test_the_office_watches_by_its_certificate_and_a_kit_sees_itself_alone(tmp_path: Path) -> None:
    with desks.desk(tmp_path) as desk:
        keys = [desk.kit(kit) for kit in ("K1", "K2")]
        for kit in ("K1", "K2"):
            assert reporting.look(desk.settings(kit)).reach is reporting.Reach.PUBLISHED
        words = "--broker", f"localhost:{desk.port}", "--json", "--for", "1", "--ca", str(desk.authority)
        heard = {
            name: [json.loads(one)["kit"] for one in watched(tmp_path, *words, "--cert", key)[1].splitlines()]
            for name, key in {"office": desk.reader, "K1": keys[0]}.items()
        }
        assert (sorted(heard["office"]), heard["K1"]) == (["K1", "K2"], ["K1"])
        status, _, said = watched(tmp_path, *words)
        assert status == 1 and "does not take the reader's certificate" in said
        status, _, said = watched(tmp_path, "--broker", f"localhost:{desk.port}")
        assert status == 1 and "hangs up at once; --ca may be missing" in said
