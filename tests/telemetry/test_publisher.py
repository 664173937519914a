"""The status at a real broker: retained, delivered late, lost, and never in the way."""

import gc
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.errors import ConfigError
from firmware.telemetry.access import Access
from firmware.telemetry.publisher import StatusPublisher
from tests.brokers import Listener, free_port, mosquitto

TOPIC = "rekam/v1/bangka-03/status"
VANISHES = """
import os, signal, sys
from firmware.telemetry.access import Access
from firmware.telemetry.publisher import StatusPublisher
with StatusPublisher(Access("127.0.0.1", int(sys.argv[1]), "v"), topic=sys.argv[2], last_will={"state": "lost"}) as p:
    assert p.deliver({"state": "recording"}, 20)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def publisher(port: int, **will: str) -> StatusPublisher:
    return StatusPublisher(Access("127.0.0.1", port, "kit"), topic=TOPIC, last_will=will or None)


def test_the_newest_status_is_retained(broker: int) -> None:
    with publisher(broker) as kit:
        kit.publish({"state": "recording"})
        assert kit.deliver({"state": "idle"}, 20)
    with Listener(broker) as office:
        assert office.wait_for(state="idle") == {"state": "idle"}
        assert [(message.topic, message.retain, message.qos) for message in office.messages] == [(TOPIC, True, 1)]


def test_a_graceful_end_leaves_no_last_will(broker: int) -> None:
    with Listener(broker) as office:
        with publisher(broker, state="lost") as kit:
            assert kit.deliver({"state": "idle", "turn": 1}, 20)
        with publisher(broker, state="lost") as kit:
            assert kit.deliver({"state": "idle", "turn": 2}, 20)
        office.wait_for(turn=2)
        assert "lost" not in [seen["state"] for seen in office.documents()]


def test_a_killed_kit_is_told_lost(broker: int) -> None:
    with Listener(broker) as office:
        ended = subprocess.run([sys.executable, "-c", VANISHES, str(broker), TOPIC], timeout=60, check=False)
        assert ended.returncode == -9
        assert office.wait_for(state="lost") == {"state": "lost"}
    with Listener(broker) as late:
        assert late.wait_for(state="lost")
        assert late.messages[0].retain


def test_a_broker_that_comes_late_and_restarts_gets_the_newest_status(tmp_path: Path) -> None:
    port = free_port()
    with publisher(port) as kit:
        for turn in range(200):
            kit.publish({"turn": turn})
        assert not kit.reached(20)
        with mosquitto(tmp_path, port), Listener(port) as office:
            assert office.wait_for(turn=199)
            assert office.documents() == [{"turn": 199}]
        kit.publish({"turn": 200})
        with mosquitto(tmp_path, port), Listener(port) as office:
            office.wait_for(turn=200)


def test_no_broker_is_told_and_holds_nobody() -> None:
    with publisher(free_port()) as kit:
        kit.publish({"state": "recording"})
        assert not kit.deliver({"state": "idle"}, 0.2)


def test_a_broker_that_never_answers_holds_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, publisher(silent.getsockname()[1]) as kit:
        assert not kit.deliver({"state": "idle"}, 0.2)


def test_a_host_that_is_no_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="is no host name"):
        Access("a" * 300, 1883, "kit")


def test_the_payload_is_json(broker: int) -> None:
    with Listener(broker) as office, publisher(broker) as kit:
        assert kit.deliver({"words": "kabel µ", "waiting": None}, 20)
        office.wait_for(waiting=None)
        assert json.loads(office.messages[-1].payload) == {"words": "kabel µ", "waiting": None}


def test_a_connection_that_ended_leaves_no_file_open(broker: int) -> None:
    """Also where nobody collects cycles: paho keeps a pipe open as long as somebody holds its client."""
    gc.collect()
    gc.disable()
    try:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for turn in range(12):
            kit = publisher(broker, state="lost").__enter__()
            assert kit.deliver({"turn": turn}, 20)
            if turn % 2:
                kit.break_off()
            else:
                kit.__exit__(None, None, None)
        del kit
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 3
    finally:
        gc.enable()


def test_a_connection_that_breaks_off_has_its_last_will_told(broker: int) -> None:
    with Listener(broker) as office:
        kit = publisher(broker, state="lost", how="broken off").__enter__()
        assert kit.deliver({"state": "idle"}, 20)
        kit.break_off()
        office.wait_for(state="lost", how="broken off")
