"""Kits as they report: a thermometer, what waits, a fingerprint sensor and a camera."""

from datetime import UTC, datetime, timedelta

from firmware.datatypes import Timestamp
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Report, Snapshot
from firmware.vocabulary import ClockTrust

TEMPERATURE = Metric("Board/Temperature", DataType.FLOAT, "°C")
WAITING = Metric("Work/Waiting", DataType.UINT32)
STATE = Metric("State", DataType.STRING)
CAPTURES = Metric("Captures", DataType.UINT64)
BOOT = "7f3a91c2-0b1d-4f5e-8a77-2c9d5e6f7a80"
START = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)


def at(seconds: float = 0, trust: ClockTrust = ClockTrust.NETWORK, boot: str = BOOT) -> Timestamp:
    return Timestamp(START + timedelta(seconds=seconds), trust, boot, 100.0 + seconds)


def now() -> Timestamp:
    return Timestamp(datetime.now(UTC), ClockTrust.NETWORK, BOOT, 0.0)


def snapshot(
    when: Timestamp | None = None,
    *,
    temperature: float | None = 41.5,
    captures: int = 3,
    gone: tuple[str, ...] = (),
    devices: tuple[str, ...] = ("fingerprint", "camera"),
) -> Snapshot:
    quality = Quality.BAD if temperature is None else Quality.GOOD
    kit = (Reading(TEMPERATURE, temperature, quality=quality), Reading(WAITING, 12))
    readings: dict[str, tuple[Reading, ...]] = {"": kit}
    for device in devices:
        state = Reading(STATE, "absent" if device in gone else "ok")
        readings[device] = (state, Reading(CAPTURES, captures)) if device == "fingerprint" else (state,)
    return Snapshot(when or now(), readings, frozenset(gone))


def temperatures(degrees: float, when: Timestamp) -> Report:
    return Report("", when, (Reading(TEMPERATURE, degrees),))
