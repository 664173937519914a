"""Keeps one retained status at the broker, in the background; recording never waits for it.

Why: paho queues in memory, answers "no connection" for what it has queued all the same, and can wait for ever. So only
the newest document is kept here, it goes out when the broker is there, and every wait has its limit.
"""

import json
import logging
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware.errors import ConfigError

_log = logging.getLogger(__name__)
_KEEPALIVE_S = 30
_STOP_S = 2.0


class StatusPublisher:
    """One connection to the broker (MQTT 3.1.1, clean session) that holds one topic up to date.

    `last_will` is what the broker publishes there when the kit vanishes; without one it says nothing. The connection is
    made, and made again, by a thread of its own while the context lasts. Raises ConfigError for a host that is no name.
    """

    def __init__(
        self, host: str, port: int, *, topic: str, client_id: str, last_will: Mapping[str, Any] | None = None
    ) -> None:
        try:
            host.encode("idna")
        except UnicodeError as error:
            raise ConfigError(f"mqtt.host: {host!r} is no host name; write a name or an address") from error
        self._host, self._port, self._topic = host, port, topic
        self._lock = threading.Lock()
        self._newest: bytes | None = None
        self._connected = threading.Event()
        self._tried = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True, protocol=MQTTv311)
        self._client.connect_timeout = 5.0
        self._client.reconnect_delay_set(1, 30)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = lambda client, userdata: self._tried.set()
        self._client.on_disconnect = self._on_disconnect
        if last_will is not None:
            self._client.will_set(topic, _payload(last_will), qos=1, retain=True)

    def __enter__(self) -> Self:
        self._client.connect_async(self._host, self._port, _KEEPALIVE_S)
        self._client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()  # a graceful end: the broker drops the last will
        stopping = threading.Thread(target=self._client.loop_stop, daemon=True)
        stopping.start()
        stopping.join(_STOP_S)  # a broker that hangs must not hold the kit

    def publish(self, document: Mapping[str, Any]) -> None:
        """Make this the status: sent now, or when the broker is there again; returns at once."""
        with self._lock:
            self._newest = _payload(document)
            if self._connected.is_set():
                self._send(self._newest)

    def deliver(self, document: Mapping[str, Any], timeout_s: float) -> bool:
        """Publish a document and wait until the broker has it; False when it did not take it in time."""
        payload = _payload(document)
        with self._lock:
            self._newest = None  # no older document may follow this one
        if not self.reached(timeout_s):
            return False
        sent = self._client.publish(self._topic, payload, qos=1, retain=True)
        try:
            sent.wait_for_publish(timeout_s)
        except (RuntimeError, ValueError) as error:
            _log.warning("mqtt: %s", error)
            return False
        return sent.is_published()

    def reached(self, timeout_s: float) -> bool:
        """Whether the broker is there; waits for the first attempt to end, so long at most."""
        self._tried.wait(timeout_s)
        return self._connected.is_set()

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            _log.warning("mqtt: %s:%s refused the kit: %s", self._host, self._port, reason)
            self._tried.set()
            return
        with self._lock:
            self._connected.set()
            self._tried.set()
            if self._newest is not None:
                self._send(self._newest)

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        self._connected.clear()

    def _send(self, payload: bytes) -> None:
        sent = self._client.publish(self._topic, payload, qos=1, retain=True)
        if sent.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            _log.info("mqtt: the status waits (%s)", sent.rc.name)


def _payload(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
