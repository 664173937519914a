"""Kits that are nothing but their telemetry, and what befalls them in the field."""

import heapq
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from firmware import __version__
from firmware.datatypes import DeviceState, DeviceStatus, Timestamp
from firmware.telemetry import summary
from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection
from firmware.telemetry.publisher import StatusPublisher
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.vocabulary import ClockTrust, Purpose

VALID_S = 60
"""How long a word is believed: a kit of the field says 900 and speaks a fifteenth as often."""

_GOODBYE_S = 3.0
_AT_ONCE = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEVICES = tuple(
    DeviceStatus(name, DeviceState.OK, model=model)
    for name, model in (("fingerprint", "R503"), ("panel", ""), ("camera", "picamera2"), ("battery", "MAX17048"))
)


@dataclass
class LightKit:
    """One kit; `state` is the truth about it. A clock that is wrong stands in 1970."""

    access: Access
    kit_id: str
    state: KitState = KitState.IDLE
    recorded: int = 0
    has_wrong_clock: bool = False
    _publisher: StatusPublisher | None = None

    def start(self) -> None:
        """Switch it on."""
        self._publisher = StatusPublisher(self.access, topic=self.topic, last_will=summary.last_will(self._plate))
        self._publisher.__enter__()
        self.state = KitState.IDLE
        self.tell()

    def tell(self) -> None:
        """Say how it is."""
        if self._publisher:
            self._publisher.publish(self._document())

    def work(self) -> None:
        """Begin with a resident, or be done with one."""
        if self.state is KitState.RECORDING:
            self.state, self.recorded = KitState.IDLE, self.recorded + 1
        elif self.state is KitState.IDLE:
            self.state = KitState.RECORDING
        self.tell()

    def vanish(self) -> None:
        """Lose network or power, in the midst of everything."""
        if self._publisher:
            self._publisher.break_off()
        self._publisher, self.state = None, KitState.LOST

    def stop(self) -> None:
        """Switch it off as an operator does."""
        if self._publisher:
            self.state = KitState.IDLE
            self._publisher.deliver(self._document(), _GOODBYE_S)
            self._publisher.__exit__(None, None, None)
            self._publisher = None

    @property
    def topic(self) -> str:
        """Where it speaks."""
        return summary.topic(self.kit_id)

    @property
    def _plate(self) -> Nameplate:
        return Nameplate(self.kit_id, __version__, Purpose.TRAINING, VALID_S)

    def _document(self) -> dict[str, Any]:
        wall, trust = datetime.now(UTC), ClockTrust.NETWORK
        if self.has_wrong_clock:
            wall, trust = _EPOCH + timedelta(seconds=time.monotonic()), ClockTrust.WRONG
        counts = Counts(self.recorded, self.recorded, wall if self.recorded else None)
        at = Timestamp(wall, trust, "bench", time.monotonic())
        return summary.document(
            self._plate, Facts(self.state, at, _DEVICES, 48.0, Storage(27 * 10**9, 31 * 10**9), counts)
        )


@dataclass
class Field:
    """Many kits, and the order in which things befall them; the same for the same seed.

    late_s: the most by which something came late, when this machine is too slow for so many. Each kit speaks when a
    third of its word's time is over, works, and every half minute or so something befalls it.
    """

    kits: list[LightKit]
    seed: int = 1
    befell: Counter[str] = field(default_factory=Counter)
    late_s: float = 0.0
    _due: list[tuple[float, int, LightKit, Callable[[LightKit], None]]] = field(default_factory=list)
    _random: random.Random = field(init=False)
    _number: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def start(self) -> None:
        """Switch all of them on, at once."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(LightKit.start, self.kits))
        for kit in self.kits:
            self._after(self._random.uniform(0, VALID_S / 3), kit, self._speak)
            self._after(self._random.uniform(2, 30), kit, self._work)

    def trouble(self) -> None:
        """From now on things befall them."""
        for kit in self.kits:
            self._after(self._random.uniform(0, 30), kit, self._befall)

    def live(self, seconds: float) -> None:
        """Let so much time pass."""
        until = time.monotonic() + seconds
        while (now := time.monotonic()) < until:
            if not self._due or self._due[0][0] > now:
                next_at = self._due[0][0] if self._due else until
                time.sleep(max(min(next_at, until) - now, 0))
                continue
            due, _, kit, event = heapq.heappop(self._due)
            self.late_s = max(self.late_s, now - due)
            event(kit)

    def calm(self) -> None:
        """Nothing befalls anybody any more; whoever is lost stays lost."""
        self._due = [one for one in self._due if one[3] == self._speak]
        heapq.heapify(self._due)

    def _after(self, seconds: float, kit: LightKit, event: Callable[[LightKit], None]) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._number), kit, event))

    def _speak(self, kit: LightKit) -> None:
        kit.tell()
        self._after(VALID_S / 3, kit, self._speak)

    def _work(self, kit: LightKit) -> None:
        kit.work()
        self._after(self._random.uniform(5, 40), kit, self._work)

    def _befall(self, kit: LightKit) -> None:
        name = self._random.choice(("outage", "reboot", "clock"))
        self.befell[name] += 1
        if name == "outage":
            kit.vanish()
            self._after(self._random.uniform(1, 30), kit, self._come_back)
            return
        if name == "reboot":
            kit.stop()
            kit.start()
        else:
            kit.has_wrong_clock = not kit.has_wrong_clock
            kit.tell()
        self._after(self._random.uniform(20, 60), kit, self._befall)

    def _come_back(self, kit: LightKit) -> None:
        kit.start()
        self._after(self._random.uniform(20, 60), kit, self._befall)


@contextmanager
def of(access: Access, names: list[str], seed: int) -> Iterator[Field]:
    """Kits of these names; at the end all are switched off, and nothing of them stays at the broker."""
    field_ = Field([LightKit(replace(access, client_id=f"rekam-{name}"), name) for name in names], seed)
    try:
        yield field_
    finally:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(LightKit.stop, field_.kits))
        _erase(access, [kit.topic for kit in field_.kits])


def _erase(access: Access, topics: list[str]) -> None:
    access = replace(access, client_id=f"rekam-eraser-{os.getpid()}")
    with Connection(access, on_up=lambda: None, on_message=lambda message: None) as broker:
        if broker.reached(_GOODBYE_S):
            sent = [broker.publish(topic, b"") for topic in topics]
            for one in sent:
                one.wait_for_publish(_GOODBYE_S)
