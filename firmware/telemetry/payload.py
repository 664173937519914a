"""Messages of the fleet's convention, to bytes and back (Sparkplug B 3.0, chapter 6)."""

import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.message import DecodeError

from firmware.errors import MessageError
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Value
from firmware.telemetry.schema import Payload

_log = logging.getLogger(__name__)

SEQUENCE_SPAN = 256
"""`seq` and `bdSeq` count from 0 to 255 and begin again."""

_QUALITY, _UNIT = "Quality", "engUnit"
_SIGNED = {DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64}
_UNSIGNED = {
    DataType.UINT8: 8,
    DataType.UINT16: 16,
    DataType.UINT32: 32,
    DataType.UINT64: 64,
    DataType.DATETIME: 64,
}
_FIELDS: Mapping[DataType, str] = {
    **{one: "int_value" if bits <= 32 else "long_value" for one, bits in (*_SIGNED.items(), *_UNSIGNED.items())},
    DataType.FLOAT: "float_value",
    DataType.DOUBLE: "double_value",
    DataType.BOOLEAN: "boolean_value",
    **dict.fromkeys((DataType.STRING, DataType.TEXT, DataType.UUID), "string_value"),
    **dict.fromkeys((DataType.BYTES, DataType.FILE), "bytes_value"),
}
_PYTHON: Mapping[str, type | tuple[type, ...]] = {
    "int_value": int,
    "long_value": int,
    "float_value": (float, int),
    "double_value": (float, int),
    "boolean_value": bool,
    "string_value": str,
    "bytes_value": bytes,
}

Known = Mapping[str | int, Metric]
"""What births told: metrics by name and by alias."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its readings in order, when it was sent, its number 0..255, and aliases by metrics' names."""

    readings: tuple[Reading, ...]
    at_ms: int | None
    sequence: int | None = None
    aliases: Mapping[str, int] = field(default_factory=dict)

    def known(self) -> dict[str | int, Metric]:
        """What this message, a birth, tells the reader of those that follow."""
        metrics: dict[str | int, Metric] = {reading.metric.name: reading.metric for reading in self.readings}
        return metrics | {alias: metrics[name] for name, alias in self.aliases.items()}


def encode(message: Message, *, defines: bool) -> bytes:
    """The bytes of a message. `defines`: with names, types and units, as births must; else by alias where there is one.

    Raises MessageError for a value that its type cannot hold.
    """
    built = Payload()
    if message.at_ms is not None:
        built.timestamp = _unsigned(message.at_ms, 64, "timestamp")
    if message.sequence is not None:
        built.seq = _unsigned(message.sequence, 8, "seq")
    for reading in message.readings:
        _encode_reading(built.metrics.add(), reading, message.aliases.get(reading.metric.name), defines)
    return bytes(built.SerializeToString())


def decode(content: bytes, known: Known | None = None) -> Message:
    """Read a message; `known` resolves the aliases, and the types of metrics that tell none.

    Raises MessageError for whatever cannot be read as it was meant: nothing is guessed.
    """
    try:
        parsed = Payload.FromString(content)
        return _decode(parsed, known or {})
    except (DecodeError, UnicodeDecodeError) as error:
        raise MessageError(f"not a message of the convention ({error}); what sent it?") from error


def sound(reading: Reading) -> Reading:
    """The same; where its type cannot hold its value, without it and bad: one slip must not silence a kit."""
    try:
        if reading.value is not None:
            _to_wire(reading.metric, reading.value)
    except MessageError as error:
        _log.error("mqtt: %s", error)
        return replace(reading, value=None, quality=Quality.BAD)
    return reading


def _encode_reading(built: Any, reading: Reading, alias: int | None, defines: bool) -> None:
    metric = reading.metric
    if defines or alias is None:
        built.name = metric.name
    if alias is not None:
        built.alias = alias
    if reading.at_ms is not None:
        built.timestamp = _unsigned(reading.at_ms, 64, f"{metric.name}: timestamp")
    if defines:
        built.datatype = metric.datatype
    if reading.is_historical:
        built.is_historical = True
    if reading.quality is not Quality.GOOD:
        _add_property(built.properties, _QUALITY, DataType.INT32, "int_value", int(reading.quality))
    if defines and metric.unit:
        _add_property(built.properties, _UNIT, DataType.STRING, "string_value", metric.unit)
    if reading.value is None:
        built.is_null = True
    else:
        setattr(built, _FIELDS[metric.datatype], _to_wire(metric, reading.value))


def _add_property(properties: Any, key: str, datatype: DataType, value_field: str, value: Value) -> None:
    properties.keys.append(key)
    setattr(properties.values.add(type=datatype), value_field, value)


def _to_wire(metric: Metric, value: Value) -> Value:
    kind = _PYTHON[_FIELDS[metric.datatype]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise MessageError(f"{metric.name}: {type(value).__name__} is no {metric.datatype.name}")
    if bits := _UNSIGNED.get(metric.datatype):
        return _unsigned(value, bits, metric.name)
    if bits := _SIGNED.get(metric.datatype):
        if not isinstance(value, int) or not -(1 << bits - 1) <= value < 1 << bits - 1:
            raise MessageError(f"{metric.name}: {value!r} is outside {metric.datatype.name}")
        return value % (1 << max(bits, 32))
    if kind == (float, int):
        try:
            struct.pack("<f" if metric.datatype is DataType.FLOAT else "<d", value)
        except (OverflowError, struct.error) as error:
            raise MessageError(f"{metric.name}: {value!r} is outside {metric.datatype.name}") from error
    return value


def _unsigned(value: Any, bits: int, what: str) -> int:
    if not isinstance(value, int) or not 0 <= value < 1 << bits:
        raise MessageError(f"{what}: {value!r} is outside 0..{(1 << bits) - 1}")
    return value


def _decode(parsed: Any, known: Known) -> Message:
    readings: list[Reading] = []
    aliases: dict[str, int] = {}
    for told in parsed.metrics:
        metric = _metric(told, known)
        if told.HasField("alias") and told.HasField("name"):
            if told.alias in aliases.values():
                raise MessageError(f"{metric.name}: alias {told.alias} stands for two metrics")
            aliases[metric.name] = told.alias
        readings.append(_decode_reading(told, metric))
    sequence = _unsigned(parsed.seq, 8, "seq") if parsed.HasField("seq") else None
    return Message(tuple(readings), parsed.timestamp if parsed.HasField("timestamp") else None, sequence, aliases)


def _metric(told: Any, known: Known) -> Metric:
    """What a metric of a message stands for, by its name or its alias."""
    if not told.HasField("name") and not told.HasField("alias"):
        raise MessageError("a metric with neither name nor alias")
    key = told.name if told.HasField("name") else told.alias
    before = known.get(key)
    if told.HasField("name"):
        name = str(told.name)
    elif before is not None:
        name = before.name
    else:
        raise MessageError(f"alias {told.alias}: no birth told what it stands for")
    unit = _properties(told, name).get(_UNIT, before.unit if before else "")
    if not isinstance(unit, str):
        raise MessageError(f"{name}: a unit that is no text")
    if not told.HasField("datatype"):
        if before is None:
            raise MessageError(f"{name}: of no type")
        return Metric(name, before.datatype, unit)
    try:
        return Metric(name, DataType(told.datatype), unit)
    except ValueError as error:
        raise MessageError(f"{name}: type {told.datatype} is not read here") from error


def _decode_reading(told: Any, metric: Metric) -> Reading:
    at_ms = told.timestamp if told.HasField("timestamp") else None
    code = _properties(told, metric.name).get(_QUALITY, int(Quality.GOOD))
    try:
        quality = Quality(code)  # type: ignore[arg-type]
    except ValueError as error:
        raise MessageError(f"{metric.name}: quality {code!r} does not exist") from error
    return Reading(metric, _from_wire(told, metric), at_ms, quality, told.is_historical)


def _from_wire(told: Any, metric: Metric) -> Value | None:
    where = told.WhichOneof("value")
    if told.is_null:
        if where is not None:
            raise MessageError(f"{metric.name}: null, and has a value")
        return None
    if where != _FIELDS[metric.datatype]:
        raise MessageError(f"{metric.name}: {metric.datatype.name} in {where or 'no value at all'}")
    value: Value = getattr(told, where)
    if bits := _UNSIGNED.get(metric.datatype):
        return _unsigned(value, bits, metric.name)
    if bits := _SIGNED.get(metric.datatype):
        return _signed(value, bits, metric.name)
    return value


def _signed(value: Any, bits: int, name: str) -> int:
    """Two's complement, of the type's own width or widened to 32 bits: senders differ, and both say one value only."""
    for width in (bits, max(bits, 32)):
        if 0 <= value < 1 << width:
            number = int(value) - (1 << width if value >> width - 1 else 0)
            if -(1 << bits - 1) <= number < 1 << bits - 1:
                return number
    raise MessageError(f"{name}: {value} is outside {bits} bits")


def _properties(told: Any, name: str) -> dict[str, Value | None]:
    keys, values = told.properties.keys, told.properties.values
    if len(keys) != len(values):
        raise MessageError(f"{name}: {len(keys)} property names for {len(values)} values")
    found: dict[str, Value | None] = {}
    for key, value in zip(keys, values, strict=True):
        where = value.WhichOneof("value")
        if key == _QUALITY and (value.type, where) != (DataType.INT32, "int_value"):
            raise MessageError(f"{name}: its quality is no Int32")
        if key in (_QUALITY, _UNIT):
            found[key] = None if where is None else getattr(value, where)
    return found
