"""The kit's status as it is now, gathered and brought to the broker."""

import logging
import math
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any, Self

from cryptography.x509 import Certificate

from firmware import facts, fleet_node, identity, rollout
from firmware.clock import RELEASED, Clock
from firmware.config import KitConfig
from firmware.datatypes import DeviceStatus
from firmware.errands import FASTEST_S, SLOWEST_S, Errands
from firmware.errors import BrokerError, DeviceBusy, IdentityError, SpoolError
from firmware.probing import all_busy, probe
from firmware.reach import NodeLook
from firmware.reach import Reach as Reach
from firmware.spool import SPOOL as SPOOL
from firmware.spool import Spool
from firmware.telemetry import access as access_to_broker
from firmware.telemetry import readings, summary
from firmware.telemetry.access import Access, Role
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Facts, KitState

_log = logging.getLogger(__name__)

_PASSING = ("at", "valid_until", "temperature_c", "storage")
"""What changes from moment to moment, and alone is no news."""

_FAREWELL_S = 3.0
_LOOK_S = 5.0


class Reporter:
    """Tells the broker what a recording kit does, and says goodbye at the end; without `[mqtt]` it tells nobody.

    What keeps it from the broker is a state and never an error: recording goes on. A certificate that comes, or another
    one, is taken up at the next word. With `sparkplug` the kit is a node of the fleet besides.
    """

    def __init__(self, config: KitConfig, devices: Callable[[], tuple[DeviceStatus, ...]], spool: Spool) -> None:
        self._config, self._devices, self._spool = config, devices, spool
        self._floor = _Floor(config)
        self._publisher: StatusPublisher | None = None
        self._node: EdgeNode | None = None
        self._errands = Errands(config.data, partial(facts.now, config), _usual_pace_s(config))
        self._certificate: Certificate | None = None
        self._reach = Reach.NO_BROKER
        self._news: dict[str, Any] = {}
        self._told_at = self._reported_at = 0.0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        self.tell()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if self._publisher:
                seen = self._gather(KitState.IDLE)
                self._report(seen)
                if self._publisher.reached(0):
                    self._publisher.deliver(self._document(seen), _FAREWELL_S)

    @property
    def pace_s(self) -> float:
        """How often to `tell` where nothing happens: long before the last word grows old, or as the office asks."""
        return min(self._config.mqtt.valid_for_s / 3, self._errands.interval_s) if self._config.mqtt else math.inf

    def tell(self, state: KitState = KitState.RECORDING) -> None:
        """Publish the status of a kit in this state where that is news, or the last word grows old; never waits."""
        if self._config.mqtt is None:
            return
        self._connect()
        seen, now = self._gather(state), time.monotonic()
        document = self._document(seen)
        news = {key: value for key, value in document.items() if key not in _PASSING}
        is_news, self._news = news != self._news, news
        if self._publisher and (is_news or now >= self._told_at + self._config.mqtt.valid_for_s / 3):
            self._publisher.publish(document)
            self._told_at = now
        if is_news or now >= self._reported_at + self._errands.interval_s:
            self._report(seen)
            self._reported_at = now

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
            self._publisher, self._node, self._reach = None, None, made
            return
        self._publisher, self._reach = self._open.enter_context(made), Reach.AWAY
        access = _access(self._config, self._floor, Role.NODE)
        node = None if isinstance(access, Reach) else fleet_node.of_kit(self._config, access, self._errands)
        self._node = node and self._open.enter_context(node)

    def _gather(self, state: KitState) -> Facts:
        self._floor.remember(self._spool)
        return facts.gather(self._config, state, self._devices(), facts.counts(self._spool))

    def _document(self, seen: Facts) -> dict[str, Any]:
        return summary.document(facts.nameplate(self._config), seen)

    def _report(self, seen: Facts) -> None:
        if self._node:
            stage = rollout.load(self._config.data)
            self._node.report(readings.snapshot(facts.nameplate(self._config), seen, stage))


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
    document = facts.document(config, state, devices, facts.counts_of(config))
    return Look(document, reach(config, None if state is KitState.RECORDING else document))


def look_from_inside(config: KitConfig, state: KitState, devices: tuple[DeviceStatus, ...], reporter: Reporter) -> Look:
    """The same for the process that owns the kit: it knows its devices, and publishes by itself."""
    return Look(facts.document(config, state, devices, facts.counts_of(config)), reporter.reach())


def reach(config: KitConfig, document: dict[str, Any] | None = None) -> Reach:
    """Whether the broker can be reached beside the process that holds the kit, and takes this document if any."""
    made = connection(config, _floor(config), beside=True)
    if isinstance(made, Reach):
        return made
    with made as publisher:
        if document is not None and publisher.deliver(document, _LOOK_S):
            return Reach.PUBLISHED
        publisher.reached(_LOOK_S)
        return _reach(publisher)


def node_look(config: KitConfig) -> NodeLook:
    """How the kit stands as a node of the fleet, by a connection beside that of the process that holds it."""
    access = _access(config, _floor(config), Role.NODE)
    return fleet_node.look(config, None if isinstance(access, Reach) else access, _LOOK_S)


def connection(
    config: KitConfig, earliest: Callable[[], datetime], *, has_will: bool = False, beside: bool = False
) -> StatusPublisher | Reach:
    """Make the connection that `[mqtt]` describes, not yet started; or tell why there is none.

    beside: by a name of its own, so that it does not end the connection of the process that holds the kit.
    """
    access = _access(config, earliest, Role.SUMMARY)
    if isinstance(access, Reach):
        return access
    if beside:
        access = replace(access, client_id=f"{access.client_id}-{os.getpid()}")
    will = summary.last_will(facts.nameplate(config)) if has_will else None
    return StatusPublisher(access, topic=summary.topic(config.kit_id), last_will=will)


def _access(config: KitConfig, earliest: Callable[[], datetime], role: Role) -> Access | Reach:
    if config.mqtt is None:
        return Reach.NO_BROKER
    try:
        kit = identity.look(config.data) if config.mqtt.tls else None
        access = access_to_broker.of_kit(config.mqtt, config.kit_id, kit, earliest, role)
    except (IdentityError, BrokerError) as error:
        _log.error("mqtt: %s", error)
        return Reach.UNUSABLE
    if access is None:
        _log.warning("mqtt: the kit has no certificate of the office yet; its status is not sent")
        return Reach.UNADMITTED
    return access


class _Floor:
    """The earliest moment that it can be now, for whoever judges a certificate in another thread."""

    def __init__(self, config: KitConfig) -> None:
        self._config = config
        self._floor = RELEASED

    def __call__(self) -> datetime:
        return max(self._floor, facts.now(self._config).utc)

    def remember(self, spool: Spool) -> None:
        """Take in when records were made; a spool that cannot be read tells nothing."""
        clock = Clock(self._config.timezone)
        with suppress(SpoolError):
            clock.remember(entry.recorded_at for entry in spool.entries())
        self._floor = max(self._floor, clock.floor)


def _floor(config: KitConfig) -> _Floor:
    """By what the kit recorded so far."""
    floor = _Floor(config)
    with suppress(SpoolError), Spool(config.data / SPOOL) as spool:
        floor.remember(spool)
    return floor


def _reach(publisher: StatusPublisher) -> Reach:
    obstacle = publisher.obstacle
    return Reach[obstacle.name] if obstacle else Reach.REACHED


def _certificate(config: KitConfig) -> Certificate | None:
    """The kit's, as it lies on the disk now: it comes with the office's answer, and goes when a new key is made."""
    with suppress(IdentityError):
        kit = identity.look(config.data) if config.mqtt and config.mqtt.tls else None
        return kit.certificate if kit else None
    return None


def _usual_pace_s(config: KitConfig) -> int:
    """Until the office asks for another one: as often as the status is told again."""
    return min(max(config.mqtt.valid_for_s // 3, FASTEST_S), SLOWEST_S) if config.mqtt else SLOWEST_S
