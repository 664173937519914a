"""The facts of a kit as readings of the fleet's metrics; coarse where a finer value would only cost messages."""

from datetime import UTC, datetime, time

from firmware.datatypes import DeviceState, DeviceStatus
from firmware.rollout import Rollout
from firmware.standing import Standing
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Snapshot, Value
from firmware.telemetry.summary import Counts, Facts, Nameplate, Storage

_STEP_MB = 10  # free space is told in steps of so many megabytes

SOFTWARE = Metric("Kit/Software", DataType.STRING)
PURPOSE = Metric("Kit/Purpose", DataType.STRING)
STATE = Metric("Kit/State", DataType.STRING)
ABSENT = Metric("Kit/Absent devices", DataType.STRING)
"""Names with commas between: a device that never was there is never born, nor dies."""
CLOCK = Metric("Clock/Trust", DataType.STRING)
TEMPERATURE = Metric("Board/Temperature", DataType.INT16, "°C")
FREE = Metric("Storage/Free", DataType.UINT32, "MB")
TOTAL = Metric("Storage/Total", DataType.UINT32, "MB")
RECORDED = Metric("Work/Recorded", DataType.UINT32)
WAITING = Metric("Work/Waiting", DataType.UINT32)
OLDEST = Metric("Work/Oldest waiting", DataType.DATETIME)
DELIVERED = Metric("Work/Delivered", DataType.UINT32)
ACKNOWLEDGED = Metric("Work/Acknowledged", DataType.UINT32)
REFUSED = Metric("Work/Refused", DataType.UINT32)
IDENTITY = Metric("Identity/State", DataType.STRING)
UNTIL = Metric("Identity/Until", DataType.DATETIME)
STAGE = Metric("Rollout/Stage", DataType.STRING)
REASON = Metric("Rollout/Reason", DataType.STRING)
SINCE = Metric("Rollout/Since", DataType.DATETIME)

DEVICE_STATE = Metric("State", DataType.STRING)
DEVICE_WORDS = Metric("Words", DataType.STRING)
DEVICE_MODEL = Metric("Model", DataType.STRING)


def snapshot(nameplate: Nameplate, facts: Facts, rollout: Rollout | None) -> Snapshot:
    """All that is known of a kit now; a device that is absent is told dead."""
    gone = frozenset(status.name for status in facts.devices if status.state is DeviceState.ABSENT)
    kit = (
        Reading(SOFTWARE, nameplate.software),
        Reading(PURPOSE, nameplate.purpose.value),
        Reading(STATE, facts.state.value),
        Reading(ABSENT, ", ".join(sorted(gone)) or None),
        Reading(CLOCK, facts.at.trust.value),
        _measured(TEMPERATURE, None if facts.temperature_c is None else round(facts.temperature_c)),
        *_storage(facts.storage),
        *_work(facts.counts),
        *_identity(facts.standing),
        Reading(STAGE, rollout.stage.code if rollout else None),
        Reading(REASON, rollout.reason or None if rollout else None),
        Reading(SINCE, _milliseconds(rollout.since) if rollout else None),
    )
    readings = {"": kit} | {status.name: _device(status) for status in facts.devices}
    return Snapshot(facts.at, readings, gone)


def _storage(storage: Storage | None) -> tuple[Reading, ...]:
    free = storage.free // (_STEP_MB * 1_000_000) * _STEP_MB if storage else None
    return _measured(FREE, free), _measured(TOTAL, storage.total // 1_000_000 if storage else None)


def _work(counts: Counts | None) -> tuple[Reading, ...]:
    oldest = counts.oldest_waiting if counts else None
    return (
        _measured(RECORDED, counts.recorded if counts else None),
        _measured(WAITING, counts.waiting if counts else None),
        Reading(OLDEST, _milliseconds(oldest) if oldest else None),
        _measured(DELIVERED, counts.delivered if counts else None),
        _measured(ACKNOWLEDGED, counts.acknowledged if counts else None),
        _measured(REFUSED, counts.refused if counts else None),
    )


def _identity(standing: Standing | None) -> tuple[Reading, ...]:
    until = standing.until if standing else None
    return (
        _measured(IDENTITY, standing.state.value if standing else None),
        Reading(UNTIL, _milliseconds(datetime.combine(until, time(), UTC)) if until else None),
    )


def _device(status: DeviceStatus) -> tuple[Reading, ...]:
    return (
        Reading(DEVICE_STATE, status.state.value),
        Reading(DEVICE_WORDS, status.words or None),
        Reading(DEVICE_MODEL, status.model or None),
    )


def _measured(metric: Metric, value: Value | None) -> Reading:
    """A reading that is bad where it could not be made."""
    return Reading(metric, value, quality=Quality.BAD if value is None else Quality.GOOD)


def _milliseconds(utc: datetime) -> int:
    return max(0, round(utc.timestamp() * 1000))
