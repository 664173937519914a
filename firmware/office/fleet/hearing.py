"""Listens to the fleet as its Sparkplug host: what comes is kept first, then acknowledged, then shown.

The host says on its own topic that it is there (Sparkplug B 3.0, section 6.4.30), asks for births that it missed, and
writes `Outbox/Acknowledged` only when the rows are committed.
"""

import logging
import queue
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from paho.mqtt.client import MQTTMessage

from firmware.errors import KitError, MessageError, StoreError
from firmware.office.fleet import rows
from firmware.office.fleet.board import Board
from firmware.office.fleet.ledger import Ledger
from firmware.telemetry import host_state, topics
from firmware.telemetry.access import Access
from firmware.telemetry.connection import Connection, Will
from firmware.telemetry.hearing import Summaries, Word
from firmware.telemetry.host_state import HostState
from firmware.telemetry.obstacles import Obstacle

_log = logging.getLogger(__name__)
_FILTERS = (
    *Summaries.filters,
    *(f"{topics.NAMESPACE}/+/{verb}/+" for verb in ("NBIRTH", "NDATA", "NDEATH")),
    *(f"{topics.NAMESPACE}/+/{verb}/+/+" for verb in ("DBIRTH", "DDATA", "DDEATH")),
)
_LONGEST_QUEUE, _AT_ONCE = 100_000, 500
_WAIT_S, _LOOK_UP_S, _DAY_S, _STOP_S = 0.3, 5.0, 86400.0, 10.0


class Hearing:
    """One connection to the broker, and a thread that keeps what comes, while the context lasts."""

    def __init__(self, access: Access, board: Board, host_id: str) -> None:
        picture = board.picture()
        days = [day for of_kit in picture.days.values() for day in of_kit]
        self._board, self._ledger = board, Ledger(picture.kits.values(), days)
        self._state_topic, self._since_ms = topics.state_topic(host_id), int(time.time() * 1000)
        self._words: queue.Queue[Word] = queue.Queue(_LONGEST_QUEUE)
        self._ending, self._is_new = threading.Event(), threading.Event()
        will = Will(self._state_topic, self._state(is_online=False))
        self._connection = Connection(access, on_up=self._on_up, on_message=self._on_message, will=will)
        self._thread = threading.Thread(target=self._run, name="fleet", daemon=True)

    def __enter__(self) -> Self:
        self._connection.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join(_STOP_S)
        if self._connection.is_up:
            self._connection.publish(self._state_topic, self._state(is_online=False))
        self._connection.__exit__(kind, error, trace)

    @property
    def obstacle(self) -> Obstacle | None:
        """What is between us and the broker; None when nothing is."""
        return self._connection.obstacle

    def reached(self, timeout_s: float) -> bool:
        """Whether the broker is there; waits for the first attempt to end, so long at most."""
        return self._connection.reached(timeout_s)

    def _state(self, *, is_online: bool) -> bytes:
        return host_state.encode(HostState(is_online, self._since_ms))

    def _on_up(self) -> None:
        for wanted in (*_FILTERS, self._state_topic):
            self._connection.client.subscribe(wanted, qos=1)
        self._connection.publish(self._state_topic, self._state(is_online=True))
        self._is_new.set()

    def _on_message(self, message: MQTTMessage) -> None:
        if message.topic == self._state_topic:
            self._heard_of_us(bytes(message.payload))
            return
        # A database that is too slow for a whole fleet makes the broker wait
        self._words.put(Word(message.topic, bytes(message.payload), message.retain, datetime.now(UTC)))

    def _heard_of_us(self, content: bytes) -> None:
        """The will of an earlier connection of ours may come late: say again that we are there."""
        try:
            is_gone = not host_state.decode(content).is_online
        except MessageError:
            is_gone = True
        if is_gone and not self._ending.is_set():
            self._connection.publish(self._state_topic, self._state(is_online=True))

    def _run(self) -> None:
        looked_s = pruned_s = float("-inf")
        while not self._ending.is_set():
            words = self._some()
            try:
                if words:
                    self._keep(words)
                if self._is_new.is_set():
                    self._is_new.clear()
                    self._publish(self._ledger.calls())
                self._board.note(is_broker_away=self.obstacle is not None)
                if time.monotonic() > looked_s + _LOOK_UP_S:
                    looked_s = time.monotonic()
                    self._board.look_up()
                if time.monotonic() > pruned_s + _DAY_S:
                    pruned_s = time.monotonic()
                    rows.prune(self._board.store, datetime.now(UTC))
            except KitError as error:
                _log.error("fleet: %s", error)
                self._board.note(is_store_away=isinstance(error, StoreError))

    def _keep(self, words: list[Word]) -> None:
        """Keep what came, all of it or nothing; only what is kept is acknowledged."""
        for word in words:
            self._ledger.hear(word)
        changes = self._ledger.take()
        try:
            rows.put(self._board.store, changes.kits.values(), changes.days.values(), changes.reports)
        except StoreError:
            self._ledger.forget(changes)
            raise
        self._board.take(changes)
        self._publish(changes.answers)

    def _publish(self, messages: list[tuple[str, bytes]]) -> None:
        for topic, content in messages:
            self._connection.client.publish(topic, content, qos=0)

    def _some(self) -> list[Word]:
        """What came, so much at once at most; nothing when nothing came in time."""
        words: list[Word] = []
        with suppress(queue.Empty):
            words.append(self._words.get(timeout=_WAIT_S))
            while len(words) < _AT_ONCE:
                words.append(self._words.get_nowait())
        return words
