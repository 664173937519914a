"""The kit's place in the fleet: an edge node made from its settings, told of the same facts as the status."""

from functools import partial

from firmware import facts
from firmware.config import KitConfig
from firmware.errands import Errands
from firmware.errors import OutboxError
from firmware.journal import JOURNAL, Journal
from firmware.reach import NodeLook, NodeReach
from firmware.telemetry import edge_node, node_look
from firmware.telemetry.access import Access
from firmware.telemetry.commands import CommandDesk
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.topics import Node


def of_kit(config: KitConfig, access: Access, errands: Errands) -> EdgeNode | None:
    """The kit as a node of the fleet, not yet started; None where its settings want none.

    Commands are journalled. The identity that `access` speaks as is for the node's whole life.
    """
    mqtt = config.mqtt
    if mqtt is None or not mqtt.sparkplug:
        return None
    now = partial(facts.now, config)
    return EdgeNode(
        Node(mqtt.group, config.kit_id),
        Broker(access.host, access.port, mqtt.primary_host, access.keepalive_s),
        config.data,
        now,
        desk=CommandDesk(errands.handlers(), Journal(config.data / JOURNAL, now)),
        new_client=partial(edge_node.client_of, access),
    )


def look(config: KitConfig, access: Access | None, timeout_s: float) -> NodeLook:
    """How the kit stands as a node, seen beside the process that is it. access: None where there is no way."""
    mqtt = config.mqtt
    if mqtt is None or not mqtt.sparkplug:
        return NodeLook(NodeReach.NO_NODE)
    waiting = 0
    try:
        if (config.data / OUTBOX).exists():
            with Outbox(config.data / OUTBOX) as outbox:
                waiting, _ = outbox.counts()
    except OutboxError as error:
        return NodeLook(NodeReach.UNKEPT, words=str(error))
    if access is None:
        return NodeLook(NodeReach.AWAY, waiting=waiting)
    seen = node_look.look(access, Node(mqtt.group, config.kit_id), mqtt.primary_host, timeout_s)
    return NodeLook(NodeReach[seen.name], mqtt.primary_host, waiting)
