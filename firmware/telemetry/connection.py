"""One connection to a broker, kept up in the background, that knows by name what is in its way."""

import logging
import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware.telemetry.access import Access
from firmware.telemetry.obstacles import Obstacle

_log = logging.getLogger(__name__)
_STOP_S = 2.0
_REFUSALS = ("Not authorized", "Bad user name or password")
"""CONNACK 5 and 4 of MQTT 3.1.1, as paho calls them."""


def _nothing() -> None:
    """What an ended connection still calls."""


class Will(NamedTuple):
    """What the broker tells, retained, when the connection breaks."""

    topic: str
    payload: bytes


class Connection:
    """MQTT 3.1.1, clean session, made and made again by a thread of its own while the context lasts.

    on_up: called in that thread at each new connection; on_message: for what the broker sends. Nothing here waits
    without a limit.
    """

    def __init__(
        self,
        access: Access,
        *,
        on_up: Callable[[], None],
        on_message: Callable[[MQTTMessage], None],
        will: Will | None = None,
    ) -> None:
        self._access, self._on_up = access, on_up
        self._connected, self._tried = threading.Event(), threading.Event()
        self._obstacle: Obstacle | None = Obstacle.AWAY
        self._is_judged = False
        self.client = Client(CallbackAPIVersion.VERSION2, access.client_id, clean_session=True, protocol=MQTTv311)
        self.client.connect_timeout = 5.0
        # Kits that lost the same broker must not all come back in the same second
        self.client.reconnect_delay_set(1, random.randint(20, 40))
        self.client.on_pre_connect = self._on_pre_connect
        self.client.on_connect = self._on_connect
        self.client.on_connect_fail = self._on_connect_fail
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = lambda client, userdata, message: on_message(message)
        if access.context:
            self.client.tls_set_context(access.context)
        if access.login:
            self.client.username_pw_set(*access.login)
        if will is not None:
            self.client.will_set(will.topic, will.payload, qos=1, retain=True)

    def __enter__(self) -> Self:
        self.client.connect_async(self._access.host, self._access.port, self._access.keepalive_s)
        self.client.loop_start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.disconnect()  # a graceful end: the broker drops the last will
        self._end()

    def break_off(self) -> None:
        """End without a goodbye, as a power cut does: the broker tells the last will."""
        self._end(self.client.socket())

    def _end(self, cut: object = None) -> None:
        """Stop the thread. cut: the socket, to be cut first."""
        stopping = threading.Thread(target=self.client.loop_stop, daemon=True)
        stopping.start()
        if isinstance(cut, socket.socket):
            with suppress(OSError):
                cut.shutdown(socket.SHUT_RDWR)  # wakes the loop, which has been told to stop
        stopping.join(_STOP_S)  # a broker that hangs must not hold the kit
        # paho closes its pipe when nobody holds the client any more; its callbacks hold us, and we hold it
        self.client.on_pre_connect = self.client.on_connect = self.client.on_connect_fail = None
        self.client.on_disconnect = self.client.on_message = None
        self._on_up = _nothing

    @property
    def is_up(self) -> bool:
        """Whether the broker took the connection."""
        return self._connected.is_set()

    @property
    def obstacle(self) -> Obstacle | None:
        """What is in the way now; None when nothing is."""
        return self._obstacle

    def reached(self, timeout_s: float) -> bool:
        """Whether the broker is there; waits for the first attempt to end, so long at most."""
        self._tried.wait(timeout_s)
        return self.is_up

    def publish(self, topic: str, payload: bytes, *, retained: bool = True) -> MQTTMessageInfo:
        """Send something, with an acknowledgement (QoS 1)."""
        return self.client.publish(topic, payload, qos=1, retain=retained)

    def meet(self, obstacle: Obstacle | None) -> None:
        """Remember what is in the way, and log it where it is another thing than before."""
        if obstacle is not self._obstacle and obstacle not in (None, Obstacle.AWAY):
            _log.warning("mqtt: broker %s: %s", self._access.address, obstacle.value)
        self._obstacle = obstacle

    def _on_pre_connect(self, client: Client, userdata: Any) -> None:
        self._is_judged = False
        if self._access.context:
            self._access.context.obstacle = None

    def _on_connect(
        self, client: Client, userdata: Any, flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            refused = Obstacle.REFUSED if self._access.context and not self._access.login else Obstacle.LOGIN
            self._is_judged = True
            self.meet(refused if str(reason) in _REFUSALS else Obstacle.AWAY)
        else:
            self.meet(None)
            self._connected.set()
            self._on_up()
        self._tried.set()

    def _on_connect_fail(self, client: Client, userdata: Any) -> None:
        self.meet(self._told_by_tls() or Obstacle.AWAY)
        self._tried.set()

    def _on_disconnect(
        self, client: Client, userdata: Any, flags: DisconnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if self._connected.is_set():
            self.meet(self._told_by_tls() or Obstacle.AWAY)
        elif not self._is_judged:
            # Without a word, between handshake and answer: with TLS 1.3 its word on the certificate is often lost
            hung_up = Obstacle.REFUSED if self._access.context else Obstacle.HUNG_UP
            self.meet(self._told_by_tls() or hung_up)
        self._connected.clear()
        self._tried.set()

    def _told_by_tls(self) -> Obstacle | None:
        return self._access.context.obstacle if self._access.context else None
