"""Listens to all kits at a broker: what comes becomes what was heard, also after the broker was away."""

import queue
from collections.abc import Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from paho.mqtt.client import MQTTMessage

from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection
from firmware.telemetry.hearing import Heard, Source, Word
from firmware.telemetry.obstacles import Obstacle

_LONGEST_QUEUE = 100_000


class Listening:
    """One reader's connection; each source's topics are asked for again whenever the broker is back."""

    def __init__(self, access: Access, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._heard: queue.Queue[Heard] = queue.Queue(_LONGEST_QUEUE)
        self._connection = Connection(access, on_up=self._on_up, on_message=self._on_message)

    def __enter__(self) -> Self:
        self._connection.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.__exit__(kind, error, trace)

    @property
    def obstacle(self) -> Obstacle | None:
        """What is in the way now; None when nothing is."""
        return self._connection.obstacle

    def reached(self, timeout_s: float) -> bool:
        """Whether the broker is there; waits for the first attempt to end, so long at most."""
        return self._connection.reached(timeout_s)

    def wait(self, timeout_s: float) -> Heard | None:
        """What was heard next, in its order; None when nothing came in time."""
        try:
            return self._heard.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _on_up(self) -> None:
        for source in self._sources:
            for wanted in source.filters:
                self._connection.client.subscribe(wanted, qos=1)

    def _on_message(self, message: MQTTMessage) -> None:
        word = Word(message.topic, bytes(message.payload), message.retain, datetime.now(UTC))
        for source in self._sources:
            heard = source.read(word)
            if heard is not None:
                # A reader that is too slow for a whole fleet makes its broker wait
                self._heard.put(heard)
                return
