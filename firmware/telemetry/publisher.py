"""Keeps one retained status at the broker, in the background; recording never waits for it.

Why: paho queues in memory, answers "no connection" for what it has queued all the same, and can wait for ever. So only
the newest document is kept here, it goes out when the broker is there, and every wait has its limit.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from paho.mqtt.client import MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import MQTTErrorCode

from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection, Will
from firmware.telemetry.obstacles import Obstacle

_log = logging.getLogger(__name__)
_ECHO_S = 5.0


class StatusPublisher:
    """One connection to the broker that holds one topic up to date.

    `last_will` is what the broker publishes there when the kit vanishes; without one it says nothing. At each new
    connection the status is listened to until it comes back: a broker that gives a client no right to its topic
    acknowledges what it throws away (MQTT 3.1.1, section 3.3.5).
    """

    def __init__(self, access: Access, *, topic: str, last_will: Mapping[str, Any] | None = None) -> None:
        self._topic = topic
        self._lock = threading.Lock()
        self._newest: bytes | None = None
        self._sent: bytes | None = None
        self._listens_since: float | None = None
        self._heard = threading.Event()
        will = Will(topic, _payload(last_will)) if last_will is not None else None
        self._connection = Connection(access, on_up=self._on_up, on_message=self._on_message, will=will)

    def __enter__(self) -> Self:
        self._connection.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    def break_off(self) -> None:
        """End without a goodbye, as a power cut does: the broker tells the last will."""
        self._connection.break_off()

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the broker does not have the status; None where nothing is known to be in the way."""
        since = self._listens_since
        if self._connection.is_up and since and not self._heard.is_set() and time.monotonic() - since > _ECHO_S:
            self._connection.meet(Obstacle.UNHEARD)
        return self._connection.obstacle

    def publish(self, document: Mapping[str, Any]) -> None:
        """Make this the status: sent now, or when the broker is there again; returns at once."""
        with self._lock:
            self._newest = _payload(document)
            if self._connection.is_up:
                self._send(self._newest)

    def deliver(self, document: Mapping[str, Any], timeout_s: float) -> bool:
        """Publish a document and wait until the broker has it and tells it; False when it did not in time."""
        payload = _payload(document)
        with self._lock:
            self._newest = None  # no older document may follow this one
        if not self.reached(timeout_s):
            return False
        with self._lock:
            sent = self._send(payload)
        try:
            sent.wait_for_publish(timeout_s)
        except (RuntimeError, ValueError) as error:
            _log.warning("mqtt: %s", error)
            return False
        if not sent.is_published():
            return False
        if not self._heard.wait(timeout_s):
            self._connection.meet(Obstacle.UNHEARD)
        return self._heard.is_set()

    def reached(self, timeout_s: float) -> bool:
        """Whether the broker is there; waits for the first attempt to end, so long at most."""
        return self._connection.reached(timeout_s)

    def _on_up(self) -> None:
        with self._lock:
            self._heard.clear()
            self._listens_since = None
            self._connection.client.subscribe(self._topic)
            if self._newest is not None:
                self._send(self._newest)

    def _on_message(self, message: MQTTMessage) -> None:
        with self._lock:
            if self._heard.is_set() or message.payload != self._sent:
                return
            self._heard.set()
            self._connection.client.unsubscribe(self._topic)
            self._connection.meet(None)

    def _send(self, payload: bytes) -> MQTTMessageInfo:
        self._listens_since = self._listens_since or time.monotonic()
        self._sent = payload
        sent = self._connection.publish(self._topic, payload)
        if sent.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            _log.info("mqtt: the status waits (%s)", sent.rc.name)
        return sent


def _payload(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
