"""What a chatty kit costs a day, from the bytes of real connections; `pytest -s` shows the figures."""

import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from firmware import identity
from firmware.datatypes import DeviceState, DeviceStatus, Timestamp
from firmware.reporting import Reporter
from firmware.spool import SPOOL, Spool
from firmware.telemetry import access, connection, summary
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.vocabulary import ClockTrust, Purpose
from tests import desks
from tests.desks import Desk
from tests.residents import NOON

DAY_S = 86_400
RESIDENTS, CONNECTIONS, PERIODS = 200, 48, 288
"""A day with a long queue and a bad network: residents, each with a word at begin and end; and the words between."""

PLATE = Nameplate("KTP-3174-07", "0.1.0", Purpose.LIVE, 900)
HEADERS = 20 + 20 + 12
"""Of each segment: IPv4, TCP, its time stamps."""


class Meter:
    """A way to the broker that counts what passes between it and the kit, with what the kernel puts around it."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._kit: socket.socket | None = None
        self._past = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def spent(self) -> int:
        return self._past + (_spent(self._kit) if self._kit else 0)

    def _serve(self) -> None:
        while True:
            try:
                self._kit, _ = self._server.accept()
            except OSError:
                return
            with self._kit, socket.create_connection(("127.0.0.1", self._target)) as broker:
                self._pass_on(self._kit, broker)
                self._past += _spent(self._kit)
                self._kit = None

    def _pass_on(self, kit: socket.socket, broker: socket.socket) -> None:
        while True:
            for side in select.select([kit, broker], [], [])[0]:
                data = side.recv(65536)
                if not data:
                    return
                (broker if side is kit else kit).sendall(data)


def _spent(kit: socket.socket) -> int:
    """Bytes of a connection both ways: tcp_info of Linux's include/uapi/linux/tcp.h."""
    told = kit.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    acknowledged, received, sent_segments, received_segments = struct.unpack_from("@QQII", told, 120)
    return int(acknowledged + received + (sent_segments + received_segments) * HEADERS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desks.desk(tmp_path_factory.mktemp("office")) as opened:
        opened.kit("KTP-3174-07")
        yield opened


def document(recorded: int) -> dict[str, object]:
    """As long as one of a whole kit with a fault gets."""
    words = "nothing answers at /dev/rekam-fingerprint; check the cable, then run rekam doctor"
    devices = tuple(
        DeviceStatus(
            name, DeviceState.ABSENT if name == "fingerprint" else DeviceState.OK, words, "ZFM/R30x/R503 family"
        )
        for name in ("fingerprint", "panel", "camera", "battery")
    )
    at = Timestamp(NOON.utc, ClockTrust.NETWORK, "b", 1.0)
    facts = Facts(KitState.RECORDING, at, devices, 61.2, Storage(1, 31_000_000_000), Counts(recorded, 37, NOON.utc))
    return summary.document(PLATE, facts)


@contextmanager
def metered(desk: Desk) -> Iterator[tuple[Meter, StatusPublisher]]:
    meter = Meter(desk.port)
    kit, mqtt = identity.look(desk.folder / "KTP-3174-07"), desk.settings("KTP-3174-07", port=meter.port).mqtt
    assert kit and mqtt
    found = access.of_kit(mqtt, "KTP-3174-07", kit, lambda: NOON.utc)
    assert found
    try:
        with StatusPublisher(
            found, topic=summary.topic("KTP-3174-07"), last_will=summary.last_will(PLATE)
        ) as publisher:
            yield meter, publisher
    finally:
        meter.close()


def test_a_chatty_kit_costs_two_megabytes_a_day_at_most(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pings = DAY_S / connection._KEEPALIVE_S
    monkeypatch.setattr(connection, "_KEEPALIVE_S", 1)
    with metered(desk) as (meter, publisher):
        assert publisher.deliver(document(0), 20)
        time.sleep(0.2)
        once = meter.spent()
        for recorded in range(10):
            assert publisher.deliver(document(recorded), 20)
        word = (meter.spent() - once) / 10
        quiet = meter.spent()
        time.sleep(4.5)
        ping = (meter.spent() - quiet) / 4
    day = CONNECTIONS * once + (PERIODS + 2 * RESIDENTS) * word + pings * ping
    print(f"\nconnection {once} B, word {word:.0f} B, ping {ping:.0f} B; a day {day / 1e6:.2f} MB")
    assert 100 < ping < 400 and 700 < word < 3000 and once > word
    assert day < 2e6


def test_a_resident_costs_two_words_however_many_fingers_are_asked_for(desk: Desk) -> None:
    """Whoever is recorded makes the station tell at each finger: what is no news is not sent."""
    meter, settings = Meter(desk.port), desk.settings("KTP-3174-07")
    assert settings.mqtt
    settings = settings.model_copy(update={"mqtt": settings.mqtt.model_copy(update={"port": meter.port})})
    with Spool(settings.data / SPOOL) as spool, Reporter(settings, lambda: (), spool) as reporter:
        assert reporter.reach()
        time.sleep(0.5)
        before = meter.spent()
        for _ in range(30):
            reporter.tell()
        reporter.tell(KitState.IDLE)
        time.sleep(0.5)
        assert meter.spent() - before < 2 * 1500
    meter.close()
