"""What a node says under one `bdSeq`: births, data and deaths with their numbers and aliases; touches nothing.

Sparkplug B 3.0, chapters 4 to 6.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from firmware.clock import needs_confirmation
from firmware.datatypes import Timestamp
from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Snapshot
from firmware.telemetry.outbox import Kept, boot_name
from firmware.telemetry.payload import SEQUENCE_SPAN, Known, Message
from firmware.telemetry.topics import Node, Verb

BDSEQ = Metric("bdSeq", DataType.INT64)
REBIRTH = Metric("Node Control/Rebirth", DataType.BOOLEAN)
"""Alone of all metrics without an alias, as a host must know it before it has heard a birth."""
REPORT = Metric("Report", DataType.STRING)
"""Ahead of the readings of each report: `<boot>:<number>:<clock trust>`; a number of 0 needs no acknowledgement."""

_KIT = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to be published, at QoS 0 and not retained but for a node's death, which is the will at QoS 1."""

    topic: str
    payload: bytes


class NodeSession:
    """One node from its birth to its death, with the devices behind it."""

    def __init__(self, node: Node, bdseq: int) -> None:
        self._node, self._bdseq = node, bdseq
        self._sequence = 0
        self._aliases: dict[tuple[str, str], int] = {}
        self._told: dict[str, dict[str, Metric]] = {}

    @property
    def born(self) -> Collection[str]:
        """The devices that are born and not dead; the kit itself under the empty name."""
        return self._told.keys()

    @property
    def is_born(self) -> bool:
        """Whether the node said its birth."""
        return _KIT in self._told

    @property
    def known(self) -> Known:
        """The kit's own metrics by name and alias, to read commands."""
        told = self._told.get(_KIT, {})
        known: dict[str | int, Metric] = dict(told.items())
        return known | {self._aliases[_KIT, name]: told[name] for name in told if (_KIT, name) in self._aliases}

    def death(self) -> Outgoing:
        """The node's death: the will, and the last word before an intended end."""
        message = Message((Reading(BDSEQ, self._bdseq),), None)
        return Outgoing(self._node.topic(Verb.NDEATH), payload.encode(message, defines=True))

    def birth(self, snapshot: Snapshot, own: Sequence[Reading], at: Timestamp) -> list[Outgoing]:
        """The whole birth: the node with its own readings and those of the snapshot, then each device that answers."""
        self._told.clear()
        self._sequence = 0
        first = (Reading(BDSEQ, self._bdseq), Reading(REBIRTH, False))
        readings = _stamped((*own, *snapshot.readings.get(_KIT, ())), snapshot.at)
        messages = [self._born(_KIT, (*_stamped(first, at), _marker(at, 0), *readings), at)]
        for device in snapshot.readings:
            if device != _KIT and device not in snapshot.gone:
                messages.append(self.device_birth(device, snapshot, at))
        return messages

    def device_birth(self, device: str, snapshot: Snapshot, at: Timestamp) -> Outgoing:
        """The birth of one device."""
        readings = _stamped(snapshot.readings[device], snapshot.at)
        return self._born(device, (_marker(at, 0), *readings), at)

    def device_death(self, device: str, at: Timestamp) -> Outgoing:
        """The death of one device that was born."""
        del self._told[device]
        return self._next(Verb.DDEATH, device, (), at, defines=False)

    def tells(self, device: str, readings: Sequence[Reading]) -> bool:
        """Whether the birth of a device told all of these metrics."""
        told = self._told.get(device, {})
        return all(_is_told(told, reading) for reading in readings)

    def data(self, device: str, reports: Sequence[Kept], at: Timestamp, *, is_historical: bool) -> Outgoing:
        """Reports of one device that is born, oldest first; metrics that its birth did not tell are left out."""
        told, readings = self._told[device], []
        for kept in reports:
            when = kept.report.at
            known = [reading for reading in kept.report.readings if _is_told(told, reading)]
            readings += [_marker(when, kept.number), *_stamped(known, when)]
        if is_historical:
            readings = [replace(reading, is_historical=True) for reading in readings]
        return self._next(Verb.DDATA if device else Verb.NDATA, device, readings, at, defines=False)

    def _born(self, device: str, readings: Sequence[Reading], at: Timestamp) -> Outgoing:
        names = [reading.metric.name.lower() for reading in readings]
        if len(set(names)) < len(names):
            raise MessageError(f"{device or self._node.name}: two of its metrics have one name")
        self._told[device] = {reading.metric.name: reading.metric for reading in readings}
        for reading in readings:
            if reading.metric is not REBIRTH:
                self._aliases.setdefault((device, reading.metric.name), len(self._aliases))
        return self._next(Verb.DBIRTH if device else Verb.NBIRTH, device, readings, at, defines=True)

    def _next(self, verb: Verb, device: str, readings: Sequence[Reading], at: Timestamp, *, defines: bool) -> Outgoing:
        aliases = {name: alias for (owner, name), alias in self._aliases.items() if owner == device}
        message = Message(tuple(readings), _milliseconds(at.utc), self._sequence, aliases)
        self._sequence = (self._sequence + 1) % SEQUENCE_SPAN
        return Outgoing(self._node.topic(verb, device), payload.encode(message, defines=defines))


def _marker(at: Timestamp, number: int) -> Reading:
    return Reading(REPORT, f"{boot_name(at)}:{number}:{at.trust.value}", _milliseconds(at.utc))


def _stamped(readings: Sequence[Reading], at: Timestamp) -> tuple[Reading, ...]:
    """The same with their time, and stale where nothing vouches for it."""
    doubted = needs_confirmation(at)
    return tuple(
        replace(
            one,
            at_ms=_milliseconds(at.utc) if one.at_ms is None else one.at_ms,
            quality=Quality.STALE if doubted and one.quality is Quality.GOOD else one.quality,
        )
        for one in readings
    )


def _milliseconds(utc: datetime) -> int:
    return max(0, round(utc.timestamp() * 1000))


def _is_told(told: dict[str, Metric], reading: Reading) -> bool:
    metric = told.get(reading.metric.name)
    return metric is not None and metric.datatype is reading.metric.datatype
