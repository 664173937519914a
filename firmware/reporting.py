"""The kit's status as it is now, gathered and brought to the broker."""

import logging
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from types import TracebackType
from typing import Any, Self

from cryptography.x509 import Certificate

from firmware import __version__, identity, standing
from firmware.broker_words import BrokerPhrase
from firmware.clock import RELEASED, Clock
from firmware.config import KitConfig
from firmware.datatypes import DeviceStatus
from firmware.errors import BrokerError, DeviceBusy, IdentityError, SpoolError
from firmware.probing import all_busy, probe
from firmware.spool import SPOOL as SPOOL
from firmware.spool import Spool
from firmware.telemetry import access as access_to_broker
from firmware.telemetry import summary
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate

_log = logging.getLogger(__name__)

_PASSING = ("at", "valid_until", "temperature_c", "storage")
"""What changes from moment to moment, and alone is no news."""

_FAREWELL_S = 3.0
_LOOK_S = 5.0


class Reach(Enum):
    """How the way to the broker stands; the value is how it is told. Beyond the first four it is somebody's to mend."""

    NO_BROKER = BrokerPhrase.NO_BROKER
    PUBLISHED = BrokerPhrase.PUBLISHED
    REACHED = BrokerPhrase.REACHED
    AWAY = BrokerPhrase.AWAY
    UNADMITTED = BrokerPhrase.UNADMITTED
    UNUSABLE = BrokerPhrase.UNUSABLE
    HUNG_UP = BrokerPhrase.HUNG_UP
    FOREIGN = BrokerPhrase.FOREIGN
    OTHER_NAME = BrokerPhrase.OTHER_NAME
    ENDED = BrokerPhrase.ENDED
    REFUSED = BrokerPhrase.REFUSED
    LOGIN = BrokerPhrase.LOGIN
    UNHEARD = BrokerPhrase.UNHEARD

    @property
    def is_well(self) -> bool:
        """Whether the broker has the status, or none is wanted."""
        return self in (Reach.NO_BROKER, Reach.PUBLISHED, Reach.REACHED)


class Reporter:
    """Tells the broker what a recording kit does, and says goodbye at the end; without `[mqtt]` it tells nobody.

    What keeps it from the broker is a state and never an error: recording goes on. A certificate that comes, or another
    one, is taken up at the next word.
    """

    def __init__(self, config: KitConfig, devices: Callable[[], tuple[DeviceStatus, ...]], spool: Spool) -> None:
        self._config, self._devices, self._spool = config, devices, spool
        self._floor = _Floor(config)
        self._publisher: StatusPublisher | None = None
        self._certificate: Certificate | None = None
        self._reach = Reach.NO_BROKER
        self._news: dict[str, Any] = {}
        self._told_at = 0.0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if self._publisher and self._publisher.reached(0):
                self._publisher.deliver(self._gather(KitState.IDLE), _FAREWELL_S)

    def tell(self, state: KitState = KitState.RECORDING) -> None:
        """Publish the status of a kit in this state where that is news, or the last word grows old; never waits."""
        if self._config.mqtt is None:
            return
        self._connect()
        document, now = self._gather(state), time.monotonic()
        news = {key: value for key, value in document.items() if key not in _PASSING}
        if self._publisher and (news != self._news or now >= self._told_at + self._config.mqtt.valid_for_s / 3):
            self._publisher.publish(document)
            self._news, self._told_at = news, now

    def reach(self) -> Reach:
        """Whether the broker has what was told."""
        if self._publisher is None:
            return self._reach
        self._publisher.reached(_LOOK_S)
        return _reach(self._publisher)

    def _connect(self) -> None:
        """Open the connection as whom the kit is now; one of before is closed."""
        certificate = _certificate(self._config)
        if self._reach is not Reach.NO_BROKER and certificate == self._certificate:
            return
        self._certificate, self._news = certificate, {}
        self._open.close()
        made = connection(self._config, self._floor, has_will=True)
        if isinstance(made, Reach):
            self._publisher, self._reach = None, made
        else:
            self._publisher, self._reach = self._open.enter_context(made), Reach.AWAY

    def _gather(self, state: KitState) -> dict[str, Any]:
        self._floor.remember(self._spool)
        return gather(self._config, state, self._devices(), counts(self._spool))


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
    return Look(document, reach(config, None if state is KitState.RECORDING else document))


def look_from_inside(config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], reporter: Reporter) -> Look:
    """The same for the process that owns the kit: it knows its devices, and publishes by itself."""
    return Look(gather(config, state, devices, _counts_of(config)), reporter.reach())


def reach(config: KitConfig, document: dict[str, Any] | None = None) -> Reach:
    """Whether the broker can be reached beside the process that holds the kit, and takes this document if any."""
    floor = _Floor(config)
    with suppress(SpoolError), Spool(config.data / SPOOL) as spool:
        floor.remember(spool)
    made = connection(config, floor, beside=True)
    if isinstance(made, Reach):
        return made
    with made as publisher:
        if document is not None and publisher.deliver(document, _LOOK_S):
            return Reach.PUBLISHED
        publisher.reached(_LOOK_S)
        return _reach(publisher)


def connection(
    config: KitConfig, earliest: Callable[[], datetime], *, has_will: bool = False, beside: bool = False
) -> StatusPublisher | Reach:
    """Make the connection that `[mqtt]` describes, not yet started; or tell why there is none.

    beside: by a name of its own, so that it does not end the connection of the process that holds the kit.
    """
    if config.mqtt is None:
        return Reach.NO_BROKER
    try:
        kit = identity.look(config.data) if config.mqtt.tls else None
        access = access_to_broker.of_kit(config.mqtt, config.kit_id, kit, earliest)
    except (IdentityError, BrokerError) as error:
        _log.error("mqtt: %s", error)
        return Reach.UNUSABLE
    if access is None:
        _log.warning("mqtt: the kit has no certificate of the office yet; its status is not sent")
        return Reach.UNADMITTED
    if beside:
        access = replace(access, client_id=f"{access.client_id}-{os.getpid()}")
    will = summary.last_will(_nameplate(config)) if has_will else None
    return StatusPublisher(access, topic=summary.topic(config.kit_id), last_will=will)


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


class _Floor:
    """The earliest moment that it can be now, for whoever judges a certificate in another thread."""

    def __init__(self, config: KitConfig) -> None:
        self._config = config
        self._floor = RELEASED

    def __call__(self) -> datetime:
        return max(self._floor, Clock(self._config.timezone, self._config.data).now().utc)

    def remember(self, spool: Spool) -> None:
        """Take in when records were made; a spool that cannot be read tells nothing."""
        clock = Clock(self._config.timezone)
        with suppress(SpoolError):
            clock.remember(entry.recorded_at for entry in spool.entries())
        self._floor = max(self._floor, clock.floor)


def _reach(publisher: StatusPublisher) -> Reach:
    obstacle = publisher.obstacle
    return Reach[obstacle.name] if obstacle else Reach.REACHED


def _certificate(config: KitConfig) -> Certificate | None:
    """The kit's, as it lies on the disk now: it comes with the office's answer, and goes when a new key is made."""
    with suppress(IdentityError):
        kit = identity.look(config.data) if config.mqtt and config.mqtt.tls else None
        return kit.certificate if kit else None
    return None


def _nameplate(config: KitConfig) -> Nameplate:
    return Nameplate(config.kit_id, __version__, config.purpose, config.mqtt.valid_for_s if config.mqtt else 900)
