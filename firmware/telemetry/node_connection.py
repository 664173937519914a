"""One connection of an edge node, from CONNECT to its end: the will, the subscriptions, the host's state.

Sparkplug B 3.0, section 5.4. paho calls from a thread of its own; `lock` is held whenever `heard` or `ready` is called.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware.errors import MessageError
from firmware.telemetry import host_state
from firmware.telemetry.metrics import Reading
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
    """A client that is used once. `asked` gets commands from whoever hears them, and None when the connection ends.

    ready: the node may speak. heard: a command came.
    """

    def __init__(self, node: Node, broker: Broker, client: Client, bdseq: int, lock: threading.RLock) -> None:
        self._node, self._broker, self._client, self._lock = node, broker, client, lock
        self.session = NodeSession(node, bdseq)
        self.asked: SimpleQueue[Reading | None] = SimpleQueue()
        self.was_accepted = False
        self._is_subscribed = False
        self._has_left = False
        self._host = host_state.Watcher()
        self._ready: Callable[[], None] = lambda: None
        self._heard: Callable[[bytes], None] = lambda content: None

    def open(self, ready: Callable[[], None], heard: Callable[[bytes], None], sent: Callable[[], None]) -> None:
        """Connect; `sent` is called once CONNECT can go out. Raises OSError, and ValueError for no address."""
        self._ready, self._heard = ready, heard
        client, will = self._client, self.session.death()
        client.will_set(will.topic, will.payload, qos=1, retain=False)
        client.connect_timeout = _CONNECT_S
        client.on_socket_open = lambda *_: sent()
        client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
        client.on_message, client.on_disconnect = self._on_message, self._on_disconnect
        try:
            client.connect(self._broker.address, self._broker.port, self._broker.keepalive_s)
        except (OSError, ValueError):
            self._let_go()
            raise
        client.loop_start()

    def close(self) -> None:
        """Say goodbye if the node was born, and end; a broker that hangs holds nobody for long."""
        with self._lock:
            is_born, self._has_left = self.session.is_born and not self._has_left, True
        if is_born:
            will = self.session.death()
            try:
                self._client.publish(will.topic, will.payload, qos=1).wait_for_publish(_FAREWELL_S)
            except (RuntimeError, ValueError):
                _log.info("mqtt: went without a farewell; the broker tells of it")
        self._client.disconnect()
        stopping = threading.Thread(target=self._client.loop_stop, daemon=True)
        stopping.start()
        stopping.join(_FAREWELL_S)
        self._let_go()

    def _let_go(self) -> None:
        """Drop what the client knows of us: paho closes its last sockets when nobody knows the client any more."""
        client = self._client
        client.on_connect = client.on_subscribe = client.on_message = client.on_disconnect = None
        client.on_socket_open = None

    @property
    def may_speak(self) -> bool:
        """Whether commands can come, and the host is there that the node waits for."""
        has_host = not self._broker.primary_host or self._host.is_online
        return self._is_subscribed and has_host and not self._has_left

    def publish(self, outgoing: Outgoing) -> bool:
        """Send at QoS 0, not retained; False where the connection is known to be gone."""
        return self._client.publish(outgoing.topic, outgoing.payload).rc is MQTTErrorCode.MQTT_ERR_SUCCESS

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.warning("mqtt: %s:%s refused the kit: %s", self._broker.address, self._broker.port, reason)
            self.asked.put(None)
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
            self.asked.put(None)
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
        self.asked.put(None)
