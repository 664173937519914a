"""All kits as they were last heard."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from enum import Enum

from firmware.telemetry.hearing import NODE, SUMMARY, Heard
from firmware.telemetry.summary import KitState


class Seen(Enum):
    """How a kit looks from afar, the worst first."""

    UNREADABLE = "unreadable"
    LOST = "lost"
    STALE = "stale"
    RECORDING = "recording"
    IDLE = "idle"


_SEEN = {KitState.LOST: Seen.LOST, KitState.RECORDING: Seen.RECORDING, KitState.IDLE: Seen.IDLE, None: Seen.UNREADABLE}


class Fleet:
    """The last word of each kit."""

    def __init__(self) -> None:
        self._kits: dict[str, Heard] = {}

    def take(self, heard: Heard) -> None:
        """Remember it. What a broker retains comes again at each new connection: it says no more than it did.

        Of a kit that speaks in both ways its status counts while it is believed: that tells an end from a loss.
        """
        if heard.is_erased:
            self._kits.pop(heard.kit, None)
            return
        known = self._kits.get(heard.kit)
        if known and heard.source == NODE and (heard.state is None or _outweighs(known, heard)):
            return
        if known is None or not heard.word.is_retained or heard.word.payload != known.word.payload:
            self._kits[heard.kit] = heard

    def __len__(self) -> int:
        return len(self._kits)

    def kits(self, now: datetime) -> Iterator[tuple[Seen, Heard]]:
        """Every kit, those that somebody should look after first."""
        seen = [(look(heard, now), heard) for heard in self._kits.values()]
        order = list(Seen)
        yield from sorted(seen, key=lambda one: (order.index(one[0]), not one[1].faults, one[1].kit))

    def count(self, now: datetime) -> Counter[Seen]:
        """How many look how."""
        return Counter(seen for seen, _ in self.kits(now))


def _outweighs(status: Heard, node: Heard) -> bool:
    return status.source == SUMMARY and status.state not in (None, KitState.LOST) and not status.is_stale(node.word.at)


def look(heard: Heard, now: datetime) -> Seen:
    """How a kit looks now."""
    if heard.state is not None and heard.is_stale(now):
        return Seen.STALE
    return _SEEN[heard.state]
