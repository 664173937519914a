"""A look at a kit, and the status that a recording kit publishes, at a real broker."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

from firmware import reporting
from firmware.config import KitConfig, MqttConfig
from firmware.datatypes import DeviceState, DeviceStatus, SealedPacket
from firmware.device_settings import FingerprintConfig
from firmware.ownership import owned
from firmware.reporting import Reach, Reporter
from firmware.spool import Spool
from firmware.telemetry import summary
from firmware.telemetry.summary import KitState
from tests.brokers import Listener, free_port, mosquitto
from tests.clocks import Ticks
from tests.residents import NOON


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def settings(data: Path, port: int | None) -> KitConfig:
    mqtt = MqttConfig(host="127.0.0.1", port=port) if port else None
    return KitConfig(kit_id="k-1", data=data, fingerprint=FingerprintConfig(port="/dev/there-is-none"), mqtt=mqtt)


def test_a_look_is_published(tmp_path: Path, broker: int) -> None:
    seen = reporting.look(settings(tmp_path, broker))
    jsonschema.validate(seen.document, summary.schema())
    assert seen.reach is Reach.PUBLISHED
    assert (seen.document["state"], seen.document["devices"][0]["state"]) == ("idle", "absent")
    assert (seen.document["recorded"], seen.document["oldest_waiting"]) == (0, None)
    with Listener(broker) as office:
        assert office.wait_for(state="idle") == seen.document


def test_a_look_at_a_kit_that_records_leaves_its_status_alone(tmp_path: Path, broker: int) -> None:
    with owned(tmp_path):
        seen = reporting.look(settings(tmp_path, broker))
    assert (seen.reach, seen.document["state"]) == (Reach.REACHED, "recording")
    assert seen.document["devices"][0]["state"] == "busy"


@pytest.mark.parametrize(("with_broker", "reach"), [(True, Reach.AWAY), (False, Reach.NO_BROKER)])
def test_a_look_without_a_broker(tmp_path: Path, with_broker: bool, reach: Reach) -> None:
    assert reporting.look(settings(tmp_path, free_port() if with_broker else None)).reach is reach


def test_a_damaged_spool_leaves_the_counts_unknown(tmp_path: Path) -> None:
    (tmp_path / reporting.SPOOL).write_bytes(b"no database at all" * 99)
    document = reporting.look(settings(tmp_path, None)).document
    assert (document["recorded"], document["waiting"]) == (None, None)


def test_a_recording_kit_tells_and_says_goodbye(tmp_path: Path, broker: int) -> None:
    devices = (DeviceStatus("fingerprint", DeviceState.OK, model="ZFM-20"),)
    with Listener(broker) as office, Spool(tmp_path / reporting.SPOOL) as spool:
        with Reporter(settings(tmp_path, broker), lambda: devices, spool) as reporter:
            assert office.wait_for(state="recording")["recorded"] == 0
            spool.put(SealedPacket("K-1", b"x", SHA256_OF_X), NOON)
            reporter.tell()
            told = office.wait_for(recorded=1)
            assert (told["waiting"], told["oldest_waiting"]) == (1, "2026-12-01T05:00:00Z")
        assert office.wait_for(state="idle", recorded=1)["devices"][0]["model"] == "ZFM-20"
        assert "lost" not in [seen["state"] for seen in office.documents()]
        for message in office.messages:
            jsonschema.validate(json.loads(message.payload), summary.schema())


def test_only_news_goes_out_until_the_last_word_grows_old(
    tmp_path: Path, broker: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices, seconds = [DeviceStatus("fingerprint", DeviceState.OK)], Ticks()
    monkeypatch.setattr(reporting, "time", SimpleNamespace(monotonic=seconds))
    alone = settings(tmp_path, broker).model_copy(update={"kit_id": "k-2"})
    with (
        Listener(broker) as office,
        Spool(tmp_path / reporting.SPOOL) as spool,
        Reporter(alone, lambda: tuple(devices), spool) as reporter,
    ):
        office.wait_for(kit="k-2", state="recording")
        for _ in range(20):
            reporter.tell()
        seconds.now_s = 299
        reporter.tell()
        devices.append(DeviceStatus("camera", DeviceState.ABSENT))
        reporter.tell()
        seconds.now_s = 299 + 300
        reporter.tell()
        reporter.tell(KitState.IDLE)
        office.wait_for(kit="k-2", state="idle")
        told = [(seen["state"], len(seen["devices"])) for seen in office.documents() if seen["kit"] == "k-2"]
        assert told == [("recording", 1), ("recording", 2), ("recording", 2), ("idle", 2)]


SHA256_OF_X = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"


def test_a_kit_without_a_broker_tells_nobody(tmp_path: Path) -> None:
    with Spool(tmp_path / reporting.SPOOL) as spool, Reporter(settings(tmp_path, None), lambda: (), spool) as reporter:
        reporter.tell()
