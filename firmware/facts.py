"""What a kit can tell of itself at one moment, and nothing personal."""

from contextlib import suppress
from typing import Any

from firmware import __version__, standing
from firmware.clock import Clock
from firmware.config import KitConfig
from firmware.datatypes import DeviceStatus, Timestamp
from firmware.errors import SpoolError
from firmware.spool import SPOOL, Spool
from firmware.telemetry import summary
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate


def now(config: KitConfig) -> Timestamp:
    """The moment by the kit's clock, with what an operator confirmed for it."""
    return Clock(config.timezone, config.data).now()


def nameplate(config: KitConfig) -> Nameplate:
    """What never changes while a kit runs."""
    return Nameplate(config.kit_id, __version__, config.purpose, config.mqtt.valid_for_s if config.mqtt else 900)


def gather(config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], counted: Counts | None) -> Facts:
    """Look at board, disk, clock and identity."""
    temperature, storage, at = summary.measure_temperature(), summary.measure_storage(config.data), now(config)
    return Facts(state, at, devices, temperature, storage, counted, standing.look(config.data, at, config.timezone))


def document(
    config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], counted: Counts | None
) -> dict[str, Any]:
    """Build the status document of this moment."""
    return summary.document(nameplate(config), gather(config, state, devices, counted))


def counts(spool: Spool) -> Counts | None:
    """What the spool holds; None when it cannot tell."""
    try:
        told = spool.tally()
    except SpoolError:
        return None
    return Counts(told.recorded, told.waiting, told.oldest_waiting, told.delivered, told.acknowledged, told.refused)


def counts_of(config: KitConfig) -> Counts | None:
    """The same of a spool that is not open here."""
    with suppress(SpoolError), Spool(config.data / SPOOL) as spool:
        return counts(spool)
    return None
