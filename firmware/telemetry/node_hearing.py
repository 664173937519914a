"""What the nodes of a Sparkplug B fleet tell whoever only listens: kits, and anybody else who speaks it."""

import math
import time
from collections.abc import Mapping
from typing import Any

from firmware.datatypes import DeviceState
from firmware.errors import MessageError
from firmware.telemetry import readings, topics
from firmware.telemetry.hearing import NODE, Heard, Word, plain
from firmware.telemetry.host_session import HostSession, Told
from firmware.telemetry.metrics import Metric, Reading, Value
from firmware.telemetry.summary import KitState
from firmware.telemetry.topics import Node, Verb
from firmware.vocabulary import ClockTrust

_LONGEST = 2000
_WELL = (None, DeviceState.OK.value, DeviceState.UNKNOWN.value)


class Nodes:
    """Follows births, data and deaths on `spBv1.0/`; asks nobody for anything.

    So a node that was born before is unreadable until it is born anew: its data has aliases that its birth explained.
    """

    filters: tuple[str, ...] = (f"{topics.NAMESPACE}/#",)

    def __init__(self) -> None:
        self._session = HostSession(time.monotonic)
        self._seen: dict[Node, _Seen] = {}

    def read(self, word: Word) -> Heard | None:
        """Read one; what cannot be read is a fault of the node whose topic it is."""
        try:
            address = topics.read(word.topic)
        except MessageError:
            return None
        if address is None:
            return None
        try:
            told = self._session.hear(word.topic, word.payload)
        except MessageError as error:
            return Heard(plain(address.node.name), word, NODE, faults=(f"unreadable: {plain(error)}",), is_held=True)
        if told is None and address.verb is Verb.NDEATH and address.node not in self._seen:
            return Heard(plain(address.node.name), word, NODE, KitState.LOST, word.at, is_held=True)
        if told is None:
            return None
        seen = self._seen.setdefault(address.node, _Seen())
        seen.take(told)
        return Heard(
            plain(address.node.name),
            word,
            NODE,
            KitState.LOST if address.verb is Verb.NDEATH else seen.state(),
            None if word.is_retained else word.at,
            None,
            seen.count(readings.RECORDED),
            seen.count(readings.WAITING),
            tuple(map(plain, seen.faults())),
            _document(told),
            is_held=True,
        )


class _Seen:
    """The newest values of one node, by device and metric."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, Value | None]] = {}

    def take(self, told: Told) -> None:
        if told.address.verb is Verb.NBIRTH:
            self._values.clear()
        if told.is_there:
            newest = {one.metric.name: one.value for _, one in told.readings if not one.is_historical}
            self._values.setdefault(told.address.device, {}).update(newest)
        elif told.address.device:
            self._values.pop(told.address.device, None)

    def state(self) -> KitState:
        """What a kit says of itself; a node of another make says nothing of the kind, and is idle."""
        told = self._value(readings.STATE)
        return next((one for one in KitState if one.value == told), KitState.IDLE)

    def count(self, metric: Metric) -> int | None:
        value = self._value(metric)
        return value if type(value) is int else None

    def faults(self) -> list[str]:
        absent = self._value(readings.ABSENT)
        found = [f"{device}: absent" for device in absent.split(", ")] if isinstance(absent, str) else []
        for device in sorted(filter(None, self._values)):
            state = self._value(readings.DEVICE_STATE, device)
            if state not in _WELL:
                found.append(f"{device}: {self._value(readings.DEVICE_WORDS, device) or state!s}")
        identity = self._value(readings.IDENTITY)
        found += [f"identity: {identity!s}"] if identity not in (None, "admitted") else []
        return found + (["clock: wrong"] if self._value(readings.CLOCK) == ClockTrust.WRONG.value else [])

    def _value(self, metric: Metric, device: str = "") -> Value | None:
        return self._values.get(device, {}).get(metric.name)


def _document(told: Told) -> Mapping[str, Any]:
    """The message as a JSON object."""
    return {
        "group": plain(told.address.node.group),
        "type": told.address.verb.value,
        "device": plain(told.address.device) or None,
        "metrics": [_metric(one) for one in told.message.readings],
    }


def _metric(one: Reading) -> Mapping[str, Any]:
    value: Any = one.value
    if isinstance(value, bytes):
        value = value.hex()
    elif isinstance(value, float) and not math.isfinite(value):
        value = None
    return {
        "name": plain(one.metric.name),
        "value": value[:_LONGEST] if isinstance(value, str) else value,
        "unit": plain(one.metric.unit) or None,
        "at_ms": one.at_ms,
        "quality": one.quality.name.lower(),
        "historical": one.is_historical,
    }
