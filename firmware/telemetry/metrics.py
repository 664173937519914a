"""What a kit reports: metrics, each of one of the convention's data types, and readings of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from firmware.datatypes import Timestamp

Value = bool | int | float | str | bytes


class DataType(IntEnum):
    """The data types that are sent and read here (Sparkplug B 3.0, section 6.4.16); sets, templates, arrays are not."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15
    BYTES = 17
    FILE = 18


class Quality(IntEnum):
    """How far a value may be believed (section 6.4.6); STALE here also where nothing vouches for its time."""

    BAD = 0
    GOOD = 192
    STALE = 500


@dataclass(frozen=True, slots=True)
class Metric:
    """What is measured: its name (folders by slashes), its type and its unit, empty where it has none."""

    name: str
    datatype: DataType
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A metric's value, None where unknown, at one moment: milliseconds since 1970, UTC; None where that is now."""

    metric: Metric
    value: Value | None
    at_ms: int | None = None
    quality: Quality = Quality.GOOD
    is_historical: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a kit can report, at one moment: readings by device, the kit's own under the empty name.

    gone: the devices that answer no more.
    """

    at: Timestamp
    readings: Mapping[str, tuple[Reading, ...]]
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Report:
    """What changed on one device, or on the kit itself (the empty name), at one moment."""

    device: str
    at: Timestamp
    readings: tuple[Reading, ...]


def changes(before: Snapshot | None, now: Snapshot) -> list[Report]:
    """What is to be reported since the snapshot before: values and qualities that differ, device by device."""
    found = []
    for device, readings in now.readings.items():
        told = {one.metric: one for one in before.readings.get(device, ())} if before else {}
        changed = tuple(one for one in readings if told.get(one.metric) != one)
        if changed:
            found.append(Report(device, now.at, changed))
    return found
