"""The kit's status as it is now, gathered and brought to the broker."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Any, Self

from firmware import __version__, standing
from firmware.clock import Clock
from firmware.config import KitConfig
from firmware.datatypes import DeviceStatus
from firmware.errors import DeviceBusy, SpoolError
from firmware.probing import all_busy, probe
from firmware.spool import SPOOL as SPOOL
from firmware.spool import Spool
from firmware.telemetry import summary
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate
from firmware.wording import Phrase

_FAREWELL_S = 3.0
_LOOK_S = 5.0


class Reporter:
    """Tells the broker what a recording kit does, and says goodbye at the end; without `[mqtt]` it tells nobody."""

    def __init__(self, config: KitConfig, devices: Callable[[], tuple[DeviceStatus, ...]], spool: Spool) -> None:
        self._config, self._devices, self._spool = config, devices, spool
        self._publisher: StatusPublisher | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        if self._config.mqtt:
            client_id = f"rekam-{self._config.kit_id}"
            self._publisher = self._open.enter_context(connection(self._config, client_id, has_will=True))
        self.tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if self._publisher and self._publisher.reached(0):
                self._publisher.deliver(self._gather(KitState.IDLE), _FAREWELL_S)

    def tell(self, state: KitState = KitState.RECORDING) -> None:
        """Publish the status of a kit in this state; never waits."""
        if self._publisher:
            self._publisher.publish(self._gather(state))

    def reach(self) -> "Reach":
        """Whether the broker has what was told."""
        if self._publisher is None:
            return Reach.NO_BROKER
        return Reach.REACHED if self._publisher.reached(_LOOK_S) else Reach.AWAY

    def _gather(self, state: KitState) -> dict[str, Any]:
        return gather(self._config, state, self._devices(), counts(self._spool))


class Reach(Enum):
    """What became of a look's document; the value is how it is told."""

    NO_BROKER = Phrase.BROKER_NONE
    PUBLISHED = Phrase.BROKER_PUBLISHED
    REACHED = Phrase.BROKER_REACHED
    AWAY = Phrase.BROKER_AWAY


@dataclass(frozen=True, slots=True)
class Look:
    """The status of a kit from outside, and whether the broker has it now."""

    document: dict[str, Any]
    reach: Reach


def look(config: KitConfig) -> Look:
    """Look at a kit and publish what is seen; a kit that another process holds is busy and publishes for itself."""
    state = KitState.IDLE
    try:
        devices = probe(config)
    except DeviceBusy as owner:
        devices, state = all_busy(config, owner), KitState.RECORDING
    document = gather(config, state, devices, _counts_of(config))
    if config.mqtt is None:
        return Look(document, Reach.NO_BROKER)
    with connection(config, f"rekam-{config.kit_id}-{os.getpid()}", has_will=False) as publisher:
        if state is KitState.RECORDING:
            return Look(document, Reach.REACHED if publisher.reached(_LOOK_S) else Reach.AWAY)
        return Look(document, Reach.PUBLISHED if publisher.deliver(document, _LOOK_S) else Reach.AWAY)


def look_from_inside(config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], reporter: Reporter) -> Look:
    """The same for the process that owns the kit: it knows its devices, and publishes by itself."""
    return Look(gather(config, state, devices, _counts_of(config)), reporter.reach())


def connection(config: KitConfig, client_id: str, *, has_will: bool) -> StatusPublisher:
    """Make the connection that `[mqtt]` describes, not yet started."""
    if config.mqtt is None:
        raise ValueError("no broker is configured")
    will = summary.last_will(_nameplate(config)) if has_will else None
    topic = summary.topic(config.kit_id)
    return StatusPublisher(config.mqtt.host, config.mqtt.port, topic=topic, client_id=client_id, last_will=will)


def gather(
    config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], counted: Counts | None
) -> dict[str, Any]:
    """Build the status document of this moment."""
    temperature, storage = summary.measure_temperature(), summary.measure_storage(config.data)
    at = Clock(config.timezone, config.data).now()
    stands = standing.look(config.data, at, config.timezone)
    return summary.document(_nameplate(config), Facts(state, at, devices, temperature, storage, counted, stands))


def counts(spool: Spool) -> Counts | None:
    """What the spool holds; None when it cannot tell."""
    try:
        told = spool.tally()
    except SpoolError:
        return None
    return Counts(told.recorded, told.waiting, told.oldest_waiting, told.delivered, told.acknowledged, told.refused)


def _counts_of(config: KitConfig) -> Counts | None:
    try:
        with Spool(config.data / SPOOL) as spool:
            return counts(spool)
    except SpoolError:
        return None


def _nameplate(config: KitConfig) -> Nameplate:
    return Nameplate(config.kit_id, __version__, config.purpose, config.mqtt.valid_for_s if config.mqtt else 900)
