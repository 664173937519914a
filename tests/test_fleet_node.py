"""A kit's place in the fleet, from a Reporter in this process to a station on the bench at a real mosquitto."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.config import KitConfig, MqttConfig, load
from firmware.datatypes import DeviceState, DeviceStatus
from firmware.device_settings import FingerprintConfig
from firmware.journal import JOURNAL
from firmware.journal_check import lines
from firmware.journal_lines import Kind, Line
from firmware.reporting import Reporter
from firmware.spool import SPOOL, Spool
from firmware.telemetry.bdseq import BDSEQ
from firmware.telemetry.commands import Command
from firmware.telemetry.metrics import Reading
from firmware.telemetry.node_session import REBIRTH
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.summary import KitState
from firmware.telemetry.topics import Node, Verb
from tests.brokers import Listener, free_port, mosquitto
from tests.programs import Program, running
from tests.telemetry.hosts import Heard, Host
from tests.test_nothing_personal import files_of, found_in, samples
from tests.test_recording import ALL_BUT_THE_THUMB, NAME, NIK, PERSON, opened
from tests.worlds import world

KIT = Node("Rekam", "k-1")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def settings(data: Path, port: int, *, sparkplug: bool = True) -> KitConfig:
    mqtt = MqttConfig(host="127.0.0.1", port=port, sparkplug=sparkplug)
    return KitConfig(kit_id=KIT.name, data=data, fingerprint=FingerprintConfig(port="/dev/none"), mqtt=mqtt)


def is_command(heard: Heard, *words: str) -> bool:
    told = [str(one.value) for one in heard.message.readings if one.metric.name == "Command/Answer"]
    return heard.verb is Verb.NDATA and any(all(word in answer for word in words) for answer in told)


def test_a_reporter_makes_the_kit_a_node_and_tells_its_last_state(broker: int, tmp_path: Path) -> None:
    devices = (DeviceStatus("fingerprint", DeviceState.OK, model="ZFM-20"),)
    with Host(broker) as office, Spool(tmp_path / SPOOL) as spool:
        with Reporter(settings(tmp_path, broker), lambda: devices, spool) as reporter:
            assert office.wait(Verb.NBIRTH).value("Kit/State") == "recording"
            assert office.wait(Verb.DBIRTH).value("Model") == "ZFM-20"
            reporter.tell(KitState.IDLE)
            office.wait_for(lambda one: one.verb is Verb.NDATA and "Kit/State" in one.names())
            reporter.tell(KitState.RECORDING)
        last = [one.value("Kit/State") for one in office.heard if one.verb is Verb.NDATA and "Kit/State" in one.names()]
        assert office.wait(Verb.NDEATH) and last[-1] == "idle"
        assert {one.address.node for one in office.heard} == {KIT}


def test_a_broker_that_says_nothing_holds_nobody_and_all_is_kept(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        Spool(tmp_path / SPOOL) as spool,
        Reporter(settings(tmp_path, silent.getsockname()[1]), lambda: (), spool) as reporter,
    ):
        for turn in range(10):
            reporter.tell(KitState.IDLE if turn % 2 else KitState.RECORDING)
    with Outbox(tmp_path / OUTBOX) as outbox:
        kept = outbox.oldest(100, [""])
    told = [one.value for one in (reading for report in kept for reading in report.report.readings)]
    assert [value for value in told if value in ("idle", "recording")] == ["recording", "idle"] * 5


def test_the_office_sets_the_pace_and_news_do_not_wait_for_it(broker: int, tmp_path: Path) -> None:
    alone = settings(tmp_path, broker)
    with Host(broker) as office, Spool(tmp_path / SPOOL) as spool, Reporter(alone, lambda: (), spool) as reporter:
        assert reporter.pace_s == 300
        office.wait(Verb.NBIRTH)
        office.command(KIT, Reading(Command.INTERVAL.value, 20))
        office.wait_for(lambda one: is_command(one, '"done"', "20 s"))
        assert reporter.pace_s == 20
        office.command(KIT, Reading(Command.INTERVAL.value, 3600))
        office.wait_for(lambda one: is_command(one, '"done"', "3600 s"))
        assert reporter.pace_s == 300


def test_a_kit_whose_settings_do_not_ask_for_it_is_no_node(broker: int, tmp_path: Path) -> None:
    assert not MqttConfig(host="x").sparkplug
    plain = settings(tmp_path, broker, sparkplug=False)
    with Listener(broker) as ear, Spool(tmp_path / SPOOL) as spool, Reporter(plain, lambda: (), spool):
        ear.wait_for(kit=KIT.name, state="recording")
        assert not (tmp_path / OUTBOX).exists() and not (tmp_path / BDSEQ).exists()
    assert {message.topic for message in ear.messages} == {"rekam/v1/k-1/status"}


def test_a_station_records_without_a_broker_and_is_born_obeys_and_dies_when_one_comes(tmp_path: Path) -> None:
    """Nobody answers while a resident is recorded; then all of it is told, and nothing of who it was."""
    port, person = free_port(), tmp_path / "person.json"
    person.write_text(json.dumps(PERSON))
    with world(tmp_path / "world", "--broker", f"127.0.0.1:{port}") as found:
        text = found.settings.read_text(encoding="utf-8")
        assert "[mqtt]\n" in text
        found.settings.write_text(text.replace("[mqtt]\n", "[mqtt]\nsparkplug = true\n"), encoding="utf-8")
        config = load(found.settings)
        kit = Node("Rekam", config.kit_id)
        with running(found.settings) as station:
            words = ("record", "-c", found.settings, "--resident", person, "--operator", "Budi-07")
            recorded = Program(tmp_path / "client", *words, *ALL_BUT_THE_THUMB)
            assert recorded.outcome()[0] == 0, recorded.words()
            with mosquitto(tmp_path, port), Listener(port) as eavesdropper, Host(port) as office:
                birth = office.wait(Verb.NBIRTH)
                assert (birth.value("Work/Recorded"), birth.value("Work/Waiting")) == (1, 1)
                assert birth.value("Kit/State") == "idle" and birth.address.node == kit
                told = office.wait_for(lambda one: one.verb is Verb.NDATA and "Work/Recorded" in one.names())
                assert all(one.is_historical for one in told.message.readings)
                office.wait_for(lambda one: one.verb is Verb.DBIRTH and one.address.device == "fingerprint")
                office.command(kit, Reading(REBIRTH, True))
                assert office.wait(Verb.NBIRTH, 2).value("bdSeq") == birth.value("bdSeq")
                office.command(kit, Reading(Command.SELF_TEST.value, "ticket-1"))
                office.wait_for(lambda one: is_command(one, "ticket-1", '"done"', "fingerprint"))
                office.command(kit, Reading(Command.ROLLOUT.value, f"in_service: {NAME} {NIK}"))
                office.wait_for(lambda one: is_command(one, "rollout", '"refused"'))
                station.end(signal.SIGKILL)
                assert office.wait(Verb.NDEATH).value("bdSeq") == birth.value("bdSeq")
                said = [one for one in eavesdropper.messages if one.topic != kit.topic(Verb.NCMD)]
        [record] = [opened(found, number, tmp_path) for number in found.packets]
        journal = [line for _, line in lines(config.data / JOURNAL) if isinstance(line, Line)]
        assert [line.facts["command"] for line in journal if line.kind is Kind.COMMAND] == ["self_test", "rollout"]
        markers = (*(mark.encode() for mark in (NIK, *NAME.split(), "2010-04-12", "sawmill")), *samples(record))
        assert len(markers) > 10
        published = [(one.topic, one.topic.encode() + bytes(one.payload)) for one in said]
        for name, content in [*published, *files_of(found).items()]:
            assert (name, found_in(content, markers)) == (name, [])
