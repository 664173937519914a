"""What self-test and doctor say of the kit as a node of the fleet, at real brokers."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware import reporting
from firmware.cli import app
from firmware.config import KitConfig, MqttConfig
from firmware.device_settings import FingerprintConfig
from firmware.reach import NodeReach
from firmware.spool import SPOOL, Spool
from firmware.telemetry.outbox import OUTBOX, Outbox
from tests import desks
from tests.brokers import free_port, mosquitto
from tests.telemetry.hosts import Host
from tests.telemetry.snapshots import at, temperatures
from tests.telemetry.test_access_list import CONNACK

HOST = "rekam.office"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "_LOOK_S", 1.0)


def settings(data: Path, port: int, host: str = "", *, sparkplug: bool = True) -> KitConfig:
    mqtt = MqttConfig(host="127.0.0.1", port=port, sparkplug=sparkplug, primary_host=host)
    return KitConfig(kit_id="k-1", data=data, fingerprint=FingerprintConfig(port="/dev/none"), mqtt=mqtt)


def reach(config: KitConfig) -> NodeReach:
    return reporting.node_look(config).reach


@contextmanager
def refusing() -> Iterator[int]:
    """A broker that lets the kit in and refuses what it wants to hear, as the larger ones do (mosquitto is silent)."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            line, _ = door.accept()
            with line:
                line.recv(4096)
                line.sendall(CONNACK)
                line.sendall(bytes((0x90, 3, *line.recv(4096)[2:4], 0x80)))
                line.recv(4096)

        thread = threading.Thread(target=answer)
        thread.start()
        yield door.getsockname()[1]
        thread.join(20)


def test_a_kit_that_is_no_node_is_none(broker: int, tmp_path: Path) -> None:
    assert reach(settings(tmp_path, broker, sparkplug=False)) is NodeReach.NO_NODE


def test_a_node_with_rights_and_host_is_well_and_leaves_the_kits_own_alone(broker: int, tmp_path: Path) -> None:
    config = settings(tmp_path, broker, HOST)
    with (
        Host(broker, HOST) as office,
        Spool(tmp_path / SPOOL) as spool,
        reporting.Reporter(config, lambda: (), spool),
    ):
        office.wait_for(lambda one: one.verb.value == "NBIRTH")
        assert reach(config) is NodeReach.WELL
        assert [one.verb.value for one in office.heard].count("NBIRTH") == 1
    assert reach(settings(tmp_path, broker)) is NodeReach.WELL, "a kit that waits for nobody needs no host"


def test_a_host_that_is_not_there_is_told_with_what_waits_for_it(broker: int, tmp_path: Path) -> None:
    with Outbox(tmp_path / OUTBOX) as outbox:
        outbox.put(temperatures(40.0, at()))
    config = settings(tmp_path, broker, "rekam.absent")
    seen = reporting.node_look(config)
    assert (seen.reach, seen.host, seen.waiting) == (NodeReach.HOSTLESS, "rekam.absent", 1)
    with Host(broker, "rekam.absent"):
        assert reach(config) is NodeReach.WELL
    assert reach(config) is NodeReach.HOSTLESS, "it said that it goes"


def test_an_office_from_before_that_gives_nodes_no_rights_is_told(tmp_path: Path) -> None:
    before = "pattern readwrite rekam/v1/%u/status\n"
    with desks.desk(tmp_path, access=before) as desk:
        desk.kit("K1")
        config = desk.settings("K1")
        assert config.mqtt
        node = config.mqtt.model_copy(update={"sparkplug": True, "primary_host": HOST})
        config = config.model_copy(update={"mqtt": node})
        assert reporting.reach(config) is reporting.Reach.REACHED
        assert reach(config) is NodeReach.HOSTLESS


def test_a_refused_right_to_hear_commands_is_told(tmp_path: Path) -> None:
    with refusing() as port:
        assert reach(settings(tmp_path, port)) is NodeReach.DEAF


def test_a_broker_that_is_away_and_an_outbox_that_is_none(tmp_path: Path) -> None:
    config = settings(tmp_path, free_port())
    assert reach(config) is NodeReach.AWAY
    (tmp_path / OUTBOX).write_bytes(b"noise" * 1000)
    seen = reporting.node_look(config)
    assert seen.reach is NodeReach.UNKEPT and OUTBOX in seen.words


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The host rekam.absent is not heard"), ("id", "Induk rekam.absent tidak terdengar")],
)
def test_the_doctor_tells_it_in_both_languages(broker: int, tmp_path: Path, language: str, words: str) -> None:
    path = tmp_path / "kit.toml"
    path.write_text(
        f'kit_id = "k-1"\nlanguage = "{language}"\ndata = "{tmp_path}"\n[fingerprint]\nport = "/dev/none"\n'
        f'[mqtt]\nhost = "127.0.0.1"\nport = {broker}\nsparkplug = true\nprimary_host = "rekam.absent"\n'
    )
    told = json.loads(CliRunner().invoke(app, ["doctor", "-c", str(path), "--json"]).stdout)
    [found] = [one for one in told["findings"] if one["code"] == "node_hostless"]
    assert found["what"].startswith(words) and str(broker) in found["what"]
    (tmp_path / OUTBOX).write_bytes(b"noise" * 1000)
    told = json.loads(CliRunner().invoke(app, ["doctor", "-c", str(path), "--json"]).stdout)
    assert "node_unkept" in [one["code"] for one in told["findings"]]
