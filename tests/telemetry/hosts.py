"""A host as the office has one: says that it is there, hears every node, commands and acknowledges."""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from paho.mqtt.client import Client, MQTTMessage, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from firmware.telemetry import host_state, payload, topics
from firmware.telemetry.host_session import HostSession, Mark, Told, acknowledgement
from firmware.telemetry.host_state import HostState
from firmware.telemetry.metrics import Reading, Value
from firmware.telemetry.node_session import REPORT
from firmware.telemetry.payload import Message
from firmware.telemetry.topics import Address, Node, Verb

WAIT_S = 40.0


@dataclass(frozen=True, slots=True)
class Heard:
    told: Told
    qos: int
    retain: bool

    @property
    def address(self) -> Address:
        return self.told.address

    @property
    def message(self) -> Message:
        return self.told.message

    @property
    def verb(self) -> Verb:
        return self.address.verb

    def value(self, name: str) -> Value | None:
        return next(one.value for one in self.message.readings if one.metric.name == name)

    def names(self) -> list[str]:
        return [one.metric.name for one in self.message.readings]

    def reports(self) -> list[Mark]:
        return [mark for mark, one in self.told.readings if mark and one.metric.name == REPORT.name]


class Host:
    """Subscribes to all nodes; with a name it is a primary host. Reads data by what the births told."""

    def __init__(
        self,
        port: int,
        name: str = "",
        *,
        at_ms: int | None = None,
        acknowledges: bool = False,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self._name, self._acknowledges = name, acknowledges
        self._at_ms = int(time.time() * 1000) if at_ms is None else at_ms
        self.session = HostSession(time.monotonic)
        self._arrival = threading.Condition()
        self._subscribed = threading.Event()
        self.heard: list[Heard] = []
        self._client = Client(CallbackAPIVersion.VERSION2, clean_session=True, protocol=MQTTv311)
        if context:
            self._client.tls_set_context(context)
        if name:
            self._client.will_set(topics.state_topic(name), self._state(online=False), qos=1, retain=True)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._take
        self._client.connect("localhost" if context else "127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.subscribe([("spBv1.0/+/+/#", 1)])
        self._client.loop_start()
        assert self._subscribed.wait(20)
        if self._name:
            self.tell(online=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A broker that is gone hears no goodbye
        if self._name and self.is_connected:
            with suppress(RuntimeError):
                self.tell(online=False)
        self._client.disconnect()
        self._client.loop_stop()
        self._client.on_message = self._client.on_subscribe = None  # a client lives as long as they do, and its sockets

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected()

    def tell(self, *, online: bool, at_ms: int | None = None) -> None:
        """Say that the host is there or not, and wait until the broker knows."""
        content = self._state(online=online, at_ms=at_ms)
        self._client.publish(topics.state_topic(self._name), content, qos=1, retain=True).wait_for_publish(20)

    def command(self, node: Node, *asked: Reading) -> None:
        content = self.session.command(node, asked, int(time.time() * 1000))
        self.send(node, content)

    def command_by_name(self, node: Node, *asked: Reading) -> None:
        """As a host does that heard no birth: with names and types."""
        content = payload.encode(Message(asked, int(time.time() * 1000)), defines=True)
        self.send(node, content)

    def send(self, node: Node, content: bytes) -> None:
        self._client.publish(node.topic(Verb.NCMD), content, qos=0)

    def wait_for(self, wanted: Callable[[Heard], bool], count: int = 1) -> Heard:
        """The so-manieth message that is wanted."""

        def found() -> Heard | None:
            some = [one for one in self.heard if wanted(one)]
            return some[count - 1] if len(some) >= count else None

        with self._arrival:
            assert self._arrival.wait_for(lambda: found() is not None, WAIT_S), self.told()
            heard = found()
        assert heard is not None
        return heard

    def wait(self, verb: Verb, count: int = 1) -> Heard:
        return self.wait_for(lambda heard: heard.verb is verb, count)

    def told(self) -> list[str]:
        return [
            f"{one.verb.value} {one.address.device} {one.message.sequence} {one.reports()}" for one in list(self.heard)
        ]

    def readings(self) -> Iterator[tuple[Mark, Reading]]:
        """Every reading of a report, each report once however often it came."""
        counted: set[tuple[str, int]] = set()
        for heard in list(self.heard):
            fresh = {(mark.boot, mark.number) for mark in heard.reports() if mark.number} - counted
            yield from (
                (mark, one)
                for mark, one in heard.told.readings
                if mark and (mark.boot, mark.number) in fresh and one.metric.name != REPORT.name
            )
            counted |= fresh

    def _state(self, *, online: bool, at_ms: int | None = None) -> bytes:
        return host_state.encode(HostState(online, self._at_ms if at_ms is None else at_ms))

    def _take(self, client: Client, userdata: object, message: MQTTMessage) -> None:
        content = bytes(message.payload)
        told = self.session.hear(message.topic, content)
        if told is None:
            return
        with self._arrival:
            self.heard.append(Heard(told, message.qos, message.retain))
            self._arrival.notify_all()
        if self._acknowledges and (acknowledged := acknowledgement(told)):
            self.command(told.address.node, acknowledged)
