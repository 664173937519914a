"""What a chatty kit costs a day, from the bytes of real connections; `pytest -s` shows the figures."""

import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest

from firmware import fleet_node, identity
from firmware.config import KitConfig
from firmware.datatypes import DeviceState, DeviceStatus, Timestamp
from firmware.errands import Errands
from firmware.office.broker import READER_NAME
from firmware.reporting import Reporter
from firmware.spool import SPOOL, Spool
from firmware.telemetry import access, readings, summary
from firmware.telemetry.access import Access, Role
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.vocabulary import ClockTrust, Purpose
from tests import desks
from tests.desks import Desk
from tests.residents import NOON
from tests.telemetry.hosts import Host

DAY_S = 86_400
RESIDENTS, CONNECTIONS, PERIODS = 200, 48, 288
"""A day with a long queue and a bad network: residents, each with a word at begin and end; and the words between."""

KIT = "KTP-3174-07"
PLATE = Nameplate(KIT, "0.1.0", Purpose.LIVE, 900)
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

    def cut(self) -> None:
        """Break the connection that there is."""
        assert self._kit
        self._kit.shutdown(socket.SHUT_RDWR)

    def spent(self) -> int:
        return self._past + (_spent(self._kit) if self._kit else 0)

    def _serve(self) -> None:
        while True:
            try:
                self._kit, _ = self._server.accept()
            except OSError:
                return
            with self._kit, socket.create_connection(("127.0.0.1", self._target)) as broker:
                with suppress(ConnectionError):
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
        opened.kit(KIT)
        yield opened


def seen(recorded: int, state: KitState = KitState.RECORDING, degrees: float = 61.2) -> Facts:
    """Those of a whole kit with a fault."""
    words = "nothing answers at /dev/rekam-fingerprint; check the cable, then run rekam doctor"
    ill = DeviceStatus("fingerprint", DeviceState.FAULT, words, "ZFM/R30x/R503 family")
    well = (DeviceStatus(name, DeviceState.OK, model="of the usual kind") for name in ("panel", "camera", "battery"))
    at = Timestamp(NOON.utc, ClockTrust.NETWORK, "b", 1.0)
    counts = Counts(recorded, 37, NOON.utc)
    return Facts(state, at, (ill, *well), degrees, Storage(1, 31_000_000_000), counts)


def document(recorded: int) -> dict[str, object]:
    return summary.document(PLATE, seen(recorded))


@contextmanager
def way(desk: Desk, role: Role) -> Iterator[tuple[Meter, KitConfig, Access]]:
    """Of a kit that is a node too: the meter, and how it comes through."""
    meter = Meter(desk.port)
    settings = desk.settings(KIT, port=meter.port)
    assert settings.mqtt
    mqtt = settings.mqtt.model_copy(update={"sparkplug": True})
    found = access.of_kit(mqtt, KIT, identity.look(settings.data), lambda: NOON.utc, role)
    assert found
    try:
        yield meter, settings.model_copy(update={"mqtt": mqtt}), found
    finally:
        meter.close()


def spent_in(meter: Meter, seconds: float) -> int:
    before = meter.spent()
    time.sleep(seconds)
    return meter.spent() - before


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def summary_day(desk: Desk) -> float:
    with way(desk, Role.SUMMARY) as (meter, _, found):
        quick = replace(found, keepalive_s=1)
        with StatusPublisher(quick, topic=summary.topic(KIT), last_will=summary.last_will(PLATE)) as publisher:
            assert publisher.deliver(document(0), 20)
            time.sleep(0.2)
            once = meter.spent()
            for recorded in range(10):
                assert publisher.deliver(document(recorded), 20)
            word = (meter.spent() - once) / 10
            ping = spent_in(meter, 4.5) / 4
    print(f"\nsummary: connection {once} B, word {word:.0f} B, ping {ping:.0f} B")
    assert 100 < ping < 400 and 700 < word < 3000 and once > word
    return CONNECTIONS * once + (PERIODS + 2 * RESIDENTS) * word + DAY_S / found.keepalive_s * ping


def node_day(desk: Desk, primary_host: str = "") -> float:
    with way(desk, Role.NODE) as (meter, settings, found), ExitStack() as there:
        assert settings.mqtt
        mqtt = settings.mqtt.model_copy(update={"primary_host": primary_host})
        settings = settings.model_copy(update={"mqtt": mqtt})
        if primary_host:
            context = ssl.create_default_context(cafile=desk.authority)
            context.load_cert_chain(desk.reader)
            there.enter_context(Host(desk.port, primary_host, acknowledges=True, context=context))
        errands = Errands(settings.data, lambda: NOON, 300)
        node = fleet_node.of_kit(settings, replace(found, keepalive_s=1), errands)
        assert node
        with node:
            node.report(readings.snapshot(PLATE, seen(0), None))
            until(lambda: node.is_born and waiting(settings) == 0)
            time.sleep(0.5)
            meter.cut()
            until(lambda: not node.is_born)
            before = meter.spent()
            until(lambda: node.is_born)
            time.sleep(0.5)
            once = meter.spent() - before
            before = meter.spent()
            for turn in range(10):
                state = KitState.IDLE if turn % 2 else KitState.RECORDING
                node.report(readings.snapshot(PLATE, seen(turn // 2, state, 40.0 + turn), None))
                time.sleep(0.05)
            until(lambda: waiting(settings) == 0)
            report = (meter.spent() - before) / 10
            ping = spent_in(meter, 4.5) / 4
    print(f"node {primary_host}: connection {once} B, report {report:.0f} B, ping {ping:.0f} B")
    assert 100 < ping < 400 and 100 < report < 1500 and once > report
    return CONNECTIONS * once + (PERIODS + 2 * RESIDENTS) * report + DAY_S / found.keepalive_s * ping


def waiting(settings: KitConfig) -> int:
    with Outbox(settings.data / OUTBOX) as outbox:
        return outbox.counts()[0]


def test_a_chatty_kit_costs_two_megabytes_a_day_at_most(desk: Desk) -> None:
    """Status and node together: whoever is no node has a sign of life more a minute, and nothing else."""
    told, alone, with_host = summary_day(desk), node_day(desk), node_day(desk, READER_NAME)
    print(f"a day: status {told / 1e6:.2f} MB, node {alone / 1e6:.2f} MB, with a primary host {with_host / 1e6:.2f} MB")
    assert told + alone < 2e6 and told + with_host < 2e6


def test_a_resident_costs_two_words_however_many_fingers_are_asked_for(desk: Desk) -> None:
    """Whoever is recorded makes the station tell at each finger: what is no news is not sent."""
    meter, settings = Meter(desk.port), desk.settings(KIT)
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
