"""What a node of the fleet would hear, asked beside it: whether the broker lets it be commanded, and its host is there.

A broker may take a node's words and throw them away, and tells nobody; only what can be heard can be asked for.
"""

import threading
from dataclasses import replace
from enum import Enum
from typing import Any

from paho.mqtt.client import MQTTMessage

from firmware.errors import MessageError
from firmware.telemetry import host_state
from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection
from firmware.telemetry.topics import Node, Verb, state_topic


class Sight(Enum):
    """What was seen."""

    WELL = "well"
    AWAY = "away"
    """The broker was not reached, or did not take the kit."""
    DEAF = "deaf"
    """It refuses to tell the node its commands, or its host's state."""
    HOSTLESS = "hostless"
    """The host that the node waits for is not there, as far as the broker tells this node."""


def look(access: Access, node: Node, primary_host: str, timeout_s: float) -> Sight:
    """Connect under a name beside the node's own, and listen as it does; each wait lasts so long at most."""
    answered, told = threading.Event(), threading.Event()
    refused: list[bool] = []
    watcher = host_state.Watcher()
    topics = [(node.topic(Verb.NCMD), 1), *([(state_topic(primary_host), 1)] if primary_host else [])]

    def on_subscribe(client: Any, userdata: Any, mid: int, reasons: Any, properties: Any) -> None:
        refused.extend(reason.is_failure for reason in reasons)
        answered.set()

    def on_message(message: MQTTMessage) -> None:
        if message.topic == topics[-1][0] and primary_host:
            try:
                watcher.hear(host_state.decode(bytes(message.payload)))
            except MessageError:
                return
            if watcher.is_online:
                told.set()

    def on_up() -> None:
        connection.client.subscribe(topics)

    beside = replace(access, client_id=f"{access.client_id}-look")
    connection = Connection(beside, on_up=on_up, on_message=on_message)
    connection.client.on_subscribe = on_subscribe
    with connection:
        try:
            if not connection.reached(timeout_s) or not answered.wait(timeout_s):
                return Sight.AWAY
            if any(refused):
                return Sight.DEAF
            return Sight.WELL if not primary_host or told.wait(timeout_s) else Sight.HOSTLESS
        finally:
            connection.client.on_subscribe = None
