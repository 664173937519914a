"""One connection of an edge node, from CONNECT to its end: the will, the subscriptions, the host's state.

Sparkplug B 3.0, section 5.4. The loop is ours, made of `loop_read` and its like: paho's own ends without a word where a
process holds more than 1024 files, or where a callback fails.
"""

import logging
import math
import os
import select
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware.errors import MessageError
from firmware.telemetry import host_state
from firmware.telemetry.node_session import NodeSession, Outgoing
from firmware.telemetry.topics import Node, Verb, state_topic

_log = logging.getLogger(__name__)
_CONNECT_S, _FAREWELL_S = 5.0, 2.0


@dataclass(frozen=True, slots=True)
class Broker:
    """Where a node connects to. primary_host: the host without which it says nothing; empty for none."""

    address: str
    port: int
    primary_host: str = ""
    keepalive_s: int = 30


class NodeConnection:
    """A client that is used once. ready: called when the node may speak. heard: called with each command.

    Both with `lock` held, in the thread of `live`; any thread that holds the lock may publish.
    """

    def __init__(
        self,
        node: Node,
        broker: Broker,
        client: Client,
        bdseq: int,
        lock: threading.RLock,
        *,
        ready: Callable[[], None],
        heard: Callable[[bytes], None],
    ) -> None:
        self._node, self._broker, self._client, self._lock = node, broker, client, lock
        self._ready, self._heard = ready, heard
        self.session = NodeSession(node, bdseq)
        self.was_accepted = False
        self._is_subscribed = False
        self._has_left = False
        self._is_over = False
        self._host = host_state.Watcher()
        self._waker: int | None = None

    def live(self, sent: Callable[[], None], is_ending: Callable[[], bool]) -> None:
        """Connect, and stay until the connection ends or is to end; then say goodbye if the node was born.

        sent: called once CONNECT can go out. A broker that hangs holds nobody for long. Raises OSError, ValueError.
        """
        client = self._client
        with self._lock:
            self._waker = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        try:
            self._connect(sent)
            self._pump(lambda: self._is_over or is_ending())
            self._part()
        finally:
            with self._lock:
                os.close(self._waker)
                self._waker, self._has_left = None, True
            # paho closes what is still open when nobody knows the client any more
            client.on_connect = client.on_subscribe = client.on_message = client.on_disconnect = None
            client.on_socket_open = None

    def wake(self) -> None:
        """Look at once whether there is something to send, or whether to end."""
        with self._lock:
            if self._waker is not None:
                os.eventfd_write(self._waker, 1)

    @property
    def may_speak(self) -> bool:
        """Whether commands can come, and the host is there that the node waits for."""
        has_host = not self._broker.primary_host or self._host.is_online
        return self._is_subscribed and has_host and not self._has_left

    def publish(self, outgoing: Outgoing) -> bool:
        """Send at QoS 0, not retained; False where the connection is known to be gone."""
        sent = self._client.publish(outgoing.topic, outgoing.payload)
        self.wake()
        return sent.rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def _connect(self, sent: Callable[[], None]) -> None:
        client, will = self._client, self.session.death()
        client.will_set(will.topic, will.payload, qos=1, retain=False)
        client.connect_timeout = _CONNECT_S
        client.on_socket_open = lambda *_: sent()
        client.on_socket_register_write = _leave_to_the_loop
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_message, client.on_disconnect = self._on_message, self._on_disconnect
        client.connect(self._broker.address, self._broker.port, self._broker.keepalive_s)

    def _pump(self, is_enough: Callable[[], bool], within_s: float = math.inf) -> None:
        """Read and write until that is enough, or the connection is gone."""
        client, waker, until = self._client, self._waker, time.monotonic() + within_s
        poll = select.poll()
        if waker is not None:
            poll.register(waker, select.POLLIN)
        while not is_enough() and (sock := client.socket()) is not None and (left_s := until - time.monotonic()) > 0:
            number = sock.fileno()
            poll.register(number, select.POLLIN | (select.POLLOUT if client.want_write() else 0))
            # TLS may hold bytes that the socket no longer shows
            has_bytes = bool(getattr(sock, "pending", lambda: 0)())
            wait_s = 0 if has_bytes else min(left_s, self._broker.keepalive_s / 4)
            ready = dict(poll.poll(1000 * wait_s))
            if waker is not None and waker in ready:
                os.eventfd_read(waker)
            if has_bytes or ready.get(number, 0) & ~select.POLLOUT:
                client.loop_read()
            if ready.get(number, 0) & select.POLLOUT:
                client.loop_write()
            client.loop_misc()

    def _part(self) -> None:
        with self._lock:
            is_born, self._has_left = self.session.is_born and not self._has_left, True
        if is_born:
            will = self.session.death()
            self._client.publish(will.topic, will.payload, qos=1)
        self._client.disconnect()
        self._pump(lambda: self._is_over, _FAREWELL_S)

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.warning("mqtt: %s:%s refused the kit: %s", self._broker.address, self._broker.port, reason)
            self._is_over = True
            return
        self.was_accepted = True
        topics = [(self._node.topic(Verb.NCMD), 1)]
        if self._broker.primary_host:
            topics.append((state_topic(self._broker.primary_host), 1))
        client.subscribe(topics)

    def _on_subscribe(
        self, client: Client, userdata: Any, mid: int, reasons: list[ReasonCode], properties: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            _log.warning("mqtt: the broker lets the kit hear no commands; check its access list")
            self._is_over, self.was_accepted = True, False
            return
        with self._lock:
            self._is_subscribed = True
            self._settle()

    def _on_message(self, client: Client, userdata: Any, message: MQTTMessage) -> None:
        with self._lock:
            if message.topic == self._node.topic(Verb.NCMD):
                self._heard(bytes(message.payload))
            else:  # its host's state: the node has asked for nothing else
                self._hear_host(bytes(message.payload))

    def _hear_host(self, content: bytes) -> None:
        try:
            if not self._host.hear(host_state.decode(content)):
                return
        except MessageError as error:
            _log.warning("mqtt: %s", error)
            return
        if self._host.is_online:
            self._settle()
        elif self.session.is_born and not self._has_left:
            self._has_left = True
            will = self.session.death()
            self._client.publish(will.topic, will.payload, qos=1)
            self._client.disconnect()

    def _settle(self) -> None:
        if self.may_speak:
            self._ready()

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        with self._lock:
            self._has_left = True
        self._is_over = True


def _leave_to_the_loop(client: Client, userdata: Any, sock: Any) -> None:
    """With this paho writes nothing by itself, from whatever thread published."""
