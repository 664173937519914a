"""A kit as an edge node of the fleet (Sparkplug B 3.0): it connects again and again, is born, reports and obeys.

One client a connection: each CONNECT needs the next `bdSeq` in its will. paho neither keeps messages nor connects again
here: what could not be sent lies in the outbox, and the waits between attempts differ from kit to kit.
"""

import logging
import random
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from firmware.datatypes import Timestamp
from firmware.errors import MessageError, OutboxError
from firmware.telemetry import payload
from firmware.telemetry.access import Access
from firmware.telemetry.bdseq import BirthDeathSequence
from firmware.telemetry.commands import CommandDesk
from firmware.telemetry.delivery import ACKNOWLEDGED, Delivery
from firmware.telemetry.metrics import Reading, Report, Snapshot, changes
from firmware.telemetry.node_connection import Broker, NodeConnection
from firmware.telemetry.node_session import REBIRTH
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.topics import Node

_log = logging.getLogger(__name__)
_STOP_S = 4.0
_DELAY_S, _AWAY_AT_MOST_S = 1.0, 60.0
_REFUSED_AT_MOST_S = 900.0
"""A broker that is there and does not take the kit: each attempt costs thousands of bytes."""


def plain_client(client_id: str) -> Client:
    """A client as a node needs it, without TLS: MQTT 3.1.1, a clean session, never connecting again by itself."""
    return Client(
        CallbackAPIVersion.VERSION2, client_id, clean_session=True, protocol=MQTTv311, reconnect_on_failure=False
    )


def client_of(access: Access) -> Client:
    """The same for a broker that is reached so."""
    client = plain_client(access.client_id)
    if access.context:
        client.tls_set_context(access.context)
    if access.login:
        client.username_pw_set(*access.login)
    return client


class EdgeNode:
    """Tells the fleet of a kit while the context lasts; `report` feeds it and never waits for the network.

    folder: keeps `bdSeq` and the outbox. new_client: makes the client of one connection, as `plain_client` does.
    Commands are done one after the other in a thread of their own.
    """

    def __init__(
        self,
        node: Node,
        broker: Broker,
        folder: Path,
        now: Callable[[], Timestamp],
        *,
        desk: CommandDesk | None = None,
        new_client: Callable[[], Client] | None = None,
    ) -> None:
        self._node, self._broker, self._now = node, broker, now
        self._desk = desk or CommandDesk({})
        self._new_client = new_client or (lambda: plain_client(f"{node.group}-{node.name}"))
        self._bdseq = BirthDeathSequence(folder)
        self._outbox = Outbox(folder / OUTBOX)
        self._delivery = Delivery(None, is_acknowledged=False, monotonic=time.monotonic)
        self._snapshot: Snapshot | None = None
        self._connection: NodeConnection | None = None
        self._lock = threading.RLock()
        self._ending = threading.Event()
        self._asked: SimpleQueue[Reading | None] = SimpleQueue()
        self._worker: threading.Thread | None = None
        self._thread = threading.Thread(target=self._run, name=f"edge node {node.name}", daemon=True)

    def __enter__(self) -> Self:
        is_acknowledged = bool(self._broker.primary_host)
        try:
            outbox: Outbox | None = self._outbox.__enter__()
        except OutboxError as error:
            _log.error("mqtt: %s", error)
            outbox = None
        self._delivery = Delivery(outbox, is_acknowledged=is_acknowledged, monotonic=time.monotonic)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        with self._lock:
            if self._connection is not None:
                self._connection.wake()
        self._asked.put(None)
        self._thread.join(_STOP_S)
        with self._lock:
            self._outbox.__exit__(kind, error, trace)

    @property
    def is_born(self) -> bool:
        """Whether the fleet was told that the kit is there."""
        with self._lock:
            return self._connection is not None and self._connection.session.is_born

    def report(self, snapshot: Snapshot) -> None:
        """Tell how the kit is now: what changed is kept, and sent where somebody listens."""
        readings = {device: tuple(map(payload.sound, some)) for device, some in snapshot.readings.items()}
        snapshot = replace(snapshot, readings=readings)
        with self._lock:
            reports = changes(self._snapshot, snapshot)
            self._snapshot = snapshot
            self._tell(reports)

    def _tell(self, reports: Sequence[Report] = ()) -> None:
        try:
            self._keep_and_send(reports)
        except MessageError as error:
            _log.error("mqtt: %s", error)

    def _keep_and_send(self, reports: Sequence[Report]) -> None:
        kept = [self._delivery.keep(report) for report in reports]
        connection = self._connection
        if connection is None or not connection.may_speak:
            return
        if not connection.session.is_born or not self._are_told(connection, reports):
            self._bear(connection)
            return
        before = set(connection.session.born)
        self._tell_devices(connection)
        for one in kept:
            if one.report.device in before & set(connection.session.born):
                self._delivery.send(connection.session, one, self._now(), connection.publish)
        self._delivery.flush(connection.session, self._now(), connection.publish)

    def _are_told(self, connection: NodeConnection, reports: Sequence[Report]) -> bool:
        """Whether the births told all metrics of these reports; those of devices yet to be born come with their own."""
        born = connection.session.born
        return all(connection.session.tells(one.device, one.readings) for one in reports if one.device in born)

    def _tell_devices(self, connection: NodeConnection) -> None:
        """Deaths of devices that went, births of those that came."""
        snapshot, session = self._snapshot, connection.session
        if snapshot is None:
            return
        here = {device for device in snapshot.readings if device and device not in snapshot.gone}
        for device in sorted(device for device in session.born if device and device not in here):
            connection.publish(session.device_death(device, self._now()))
        for device in sorted(here - set(session.born)):
            connection.publish(session.device_birth(device, snapshot, self._now()))

    def _bear(self, connection: NodeConnection) -> None:
        """Say the whole birth, then what waited meanwhile."""
        if self._snapshot is None:
            return
        said = {reading.metric.name for reading in self._snapshot.readings.get("", ())}
        own = (*self._delivery.readings(), *self._desk.readings())
        own = tuple(reading for reading in own if reading.metric.name not in said)
        for outgoing in connection.session.birth(self._snapshot, own, self._now()):
            connection.publish(outgoing)
        self._delivery.begin()
        self._delivery.flush(connection.session, self._now(), connection.publish)

    def _heard(self, content: bytes) -> None:
        """A host commands."""
        connection = self._connection
        if connection is None:
            return
        try:
            asked = payload.decode(content, connection.session.known).readings
            for reading in asked:
                self._take(connection, reading)
        except MessageError:
            _log.warning("mqtt: a command that cannot be read was refused")
            self._desk.unreadable()

    def _take(self, connection: NodeConnection, asked: Reading) -> None:
        if asked.metric.name == REBIRTH.name:
            if asked.value is True and connection.may_speak:
                self._bear(connection)
        elif asked.metric.name == ACKNOWLEDGED.name:
            self._delivery.acknowledge(str(asked.value))
            if connection.session.is_born:
                self._delivery.flush(connection.session, self._now(), connection.publish)
        else:
            self._asked.put(asked)
            if self._worker is None:
                self._worker = threading.Thread(target=self._obey, name="errands", daemon=True)
                self._worker.start()

    def _run(self) -> None:
        delay_s = _DELAY_S
        while not self._ending.is_set():
            try:
                at_most_s = self._live()
            except (OSError, ValueError) as error:
                _log.info("mqtt: %s:%s: %s", self._broker.address, self._broker.port, error)
                at_most_s = _REFUSED_AT_MOST_S if isinstance(error, ssl.SSLError) else _AWAY_AT_MOST_S
            except Exception:  # noqa: BLE001 (what nobody foresaw must not end what the fleet hears of the kit)
                _log.exception("mqtt: the connection failed")
                at_most_s = _AWAY_AT_MOST_S
            delay_s = min(2 * delay_s, at_most_s)
            self._ending.wait(delay_s * random.uniform(0.5, 1.0))

    def _live(self) -> float:
        """One connection, to its end; how long to wait at most before the next. Raises OSError, ValueError."""
        bdseq, lock = self._bdseq, self._lock
        connection = NodeConnection(
            self._node, self._broker, self._new_client(), bdseq.upcoming(), lock, ready=self._tell, heard=self._heard
        )
        with lock:
            self._connection = connection
        try:
            connection.live(bdseq.take, self._ending.is_set)
        finally:
            with lock:
                self._connection = None
        return _DELAY_S if connection.was_accepted else _REFUSED_AT_MOST_S

    def _obey(self) -> None:
        """Do commands, one after the other, while the connection goes on."""
        while (asked := self._asked.get()) is not None:
            answer = self._desk.take(asked)
            if answer is not None:
                with self._lock:
                    self._tell([Report("", self._now(), (answer.reading(),))])
