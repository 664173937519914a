"""Brings reports to the office: live ones at once, what waited in batches, each until it is acknowledged.

Sparkplug knows no acknowledgement, and its data goes out at QoS 0. So each report has a number, and the host writes
back which it has (`Outbox/Acknowledged`). Without a configured host nobody would: a report that went out is then done.
"""

import logging
import re
from collections.abc import Callable, Sequence
from itertools import groupby

from firmware.datatypes import Timestamp
from firmware.errors import MessageError, OutboxError
from firmware.telemetry.metrics import DataType, Metric, Reading, Report
from firmware.telemetry.node_session import NodeSession, Outgoing
from firmware.telemetry.outbox import Kept, Outbox, boot_name

_log = logging.getLogger(__name__)

ACKNOWLEDGED = Metric("Outbox/Acknowledged", DataType.STRING)
"""A host writes `<boot>:<number>` or `<boot>:<first>-<last>`, several with commas between: what it has, and keeps."""
WAITING = Metric("Outbox/Waiting", DataType.UINT64)
THINNED = Metric("Outbox/Thinned", DataType.UINT64)

BATCH = 25
"""Reports that are sent together, at most: one or two kilobytes."""
WINDOW = 100
"""Reports that may be out without an acknowledgement, or without a host go out at one time."""
PATIENCE_S, PATIENCE_AT_MOST_S = 60.0, 3600.0
"""After so long what was not acknowledged is sent again, then after twice as long, up to an hour."""

_RANGE = re.compile(r"([^:,]{1,8}):(\d{1,18})(?:-(\d{1,18}))?")

Publish = Callable[[Outgoing], bool]


class Delivery:
    """The way of a kit's reports to the office, for one thread at a time; without an outbox only what is true now."""

    def __init__(self, outbox: Outbox | None, *, is_acknowledged: bool, monotonic: Callable[[], float]) -> None:
        self._outbox, self._is_acknowledged, self._monotonic = outbox, is_acknowledged, monotonic
        self._sent: dict[int, str] = {}
        self._in_flight: dict[int, float] = {}
        self._patience_s = PATIENCE_S

    def readings(self) -> tuple[Reading, ...]:
        """What a birth tells of the outbox."""
        waiting, thinned = None, None
        if self._outbox is not None:
            try:
                waiting, thinned = self._outbox.counts()
            except OutboxError as error:
                _log.warning("mqtt: %s", error)
        return Reading(ACKNOWLEDGED, None), Reading(WAITING, waiting), Reading(THINNED, thinned)

    def keep(self, report: Report) -> Kept:
        """Keep a report; under number 0, which needs no acknowledgement, where it cannot be kept."""
        if self._outbox is not None:
            try:
                return self._outbox.put(report)
            except OutboxError as error:
                _log.warning("mqtt: %s", error)
        return Kept(0, report)

    def begin(self) -> None:
        """A birth was sent: what is not acknowledged goes out again."""
        self._in_flight.clear()

    def send(self, session: NodeSession, kept: Kept, at: Timestamp, publish: Publish) -> None:
        """Send a report at once, as what is true now."""
        self._publish(session, (kept,), at, publish, is_historical=False)

    def flush(self, session: NodeSession, at: Timestamp, publish: Publish) -> None:
        """Send what waits, oldest first, as far as the window lets it."""
        if self._outbox is None:
            return
        self._lose_patience()
        room = WINDOW - len(self._in_flight)
        try:
            while room > 0 and (batch := self._outbox.oldest(min(BATCH, room), session.born, self._in_flight)):
                for _, kept in groupby(sorted(batch, key=_device), key=_device):
                    if not self._publish(session, tuple(kept), at, publish, is_historical=True):
                        return
                room -= len(batch)
        except OutboxError as error:
            _log.warning("mqtt: %s", error)

    def acknowledge(self, text: str) -> None:
        """Let go of what a host has, if it was sent. Raises MessageError for a text of another form."""
        for part in text.split(","):
            found = _RANGE.fullmatch(part)
            if not found:
                raise MessageError(f"{ACKNOWLEDGED.name}: not of the form boot:first-last")
            boot, first, last = found[1], int(found[2]), int(found[3] or found[2])
            # However wide the range is that a host names, no more is looked at than was sent
            asked = range(first, last + 1) if last - first < len(self._sent) else sorted(self._sent)
            numbers = [one for one in asked if first <= one <= last and self._sent.get(one) == boot]
            if numbers:
                self._patience_s = PATIENCE_S
                self._done(boot, numbers)

    def _publish(
        self, session: NodeSession, kept: Sequence[Kept], at: Timestamp, publish: Publish, *, is_historical: bool
    ) -> bool:
        if not publish(session.data(kept[0].report.device, kept, at, is_historical=is_historical)):
            return False
        for one in kept:
            if one.number:
                self._sent[one.number] = boot_name(one.report.at)
                self._in_flight[one.number] = self._monotonic()
                if not self._is_acknowledged:
                    self._done(self._sent[one.number], [one.number])
        return True

    def _done(self, boot: str, numbers: Sequence[int]) -> None:
        for number in numbers:
            self._sent.pop(number)
            self._in_flight.pop(number, None)
        try:
            if self._outbox is not None:
                self._outbox.done(boot, numbers)
        except OutboxError as error:
            _log.warning("mqtt: %s", error)

    def _lose_patience(self) -> None:
        since = self._monotonic() - self._patience_s
        late = [number for number, sent in self._in_flight.items() if sent < since]
        if late:
            self._patience_s = min(2 * self._patience_s, PATIENCE_AT_MOST_S)
        for number in late:
            del self._in_flight[number]


def _device(kept: Kept) -> str:
    return kept.report.device
