"""What a host makes of what nodes say: readings under their names, what to acknowledge, when to ask for a new birth.

Sparkplug B 3.0, sections 5.5 and 5.9; it touches nothing. Messages may come twice, be missing, or be a thief's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from firmware.errors import MessageError
from firmware.telemetry import payload, topics
from firmware.telemetry.delivery import ACKNOWLEDGED
from firmware.telemetry.metrics import Metric, Reading, Value
from firmware.telemetry.node_session import BDSEQ, REBIRTH, REPORT
from firmware.telemetry.payload import SEQUENCE_SPAN, Message
from firmware.telemetry.topics import Address, Node, Verb
from firmware.vocabulary import ClockTrust

ASK_AGAIN_S = 10.0
"""A node is asked for its birth at most once in so many seconds."""

_MARK = re.compile(r"([^:,]{1,8}):(\d{1,18}):([a-z]+)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A report's boot and number, which no other report of its kit has, and what speaks for its times.

    A number of 0 is a birth's, or that of a kit whose outbox is broken: nothing to acknowledge.
    """

    boot: str
    number: int
    trust: ClockTrust


@dataclass(frozen=True, slots=True)
class Told:
    """What one message told: each reading with its report's mark, None where the node has none.

    is_there: whether the node, or the device that the message is of, is there after it.
    """

    address: Address
    message: Message
    is_there: bool
    readings: tuple[tuple[Mark | None, Reading], ...]


@dataclass
class _Known:
    """What is known of one node: its birth, the next number, and metrics by device, of those that are there."""

    bdseq: Value | None = None
    upcoming: int = 0
    metrics: dict[str, dict[str | int, Metric]] = field(default_factory=dict)
    aliases: Mapping[str, int] = field(default_factory=dict)
    is_lost: bool = True
    asked_s: float | None = None


class HostSession:
    """Follows every node that speaks; for one thread at a time. monotonic: seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._nodes: dict[Node, _Known] = {}

    def hear(self, topic: str, content: bytes) -> Told | None:
        """Take a message; None for one that is no node's, and for the death of an earlier birth.

        Raises MessageError for what cannot be read, or not without a birth; `asks` then says whether to ask for one.
        """
        address = topics.read(topic)
        if address is None or address.verb in (Verb.NCMD, Verb.DCMD):
            return None
        node = self._nodes.setdefault(address.node, _Known())
        if address.verb is Verb.NDEATH:
            return self._hear_death(address, node, payload.decode(content))
        try:
            message = self._read(address, node, content)
            marked = tuple(_marked(message))
        except MessageError:
            node.is_lost = True
            raise
        if address.verb is Verb.DDEATH:
            node.metrics.pop(address.device, None)
        return Told(address, message, address.verb is not Verb.DDEATH, marked)

    def asks(self, node: Node) -> Reading | None:
        """What to write to a node of which something is missing; None where nothing is, or it was asked just now."""
        known, now = self._nodes.get(node), self._monotonic()
        if known is None or not known.is_lost or (known.asked_s is not None and now - known.asked_s < ASK_AGAIN_S):
            return None
        known.asked_s = now
        return Reading(REBIRTH, True)

    def command(self, node: Node, readings: Sequence[Reading], at_ms: int) -> bytes:
        """The bytes that write these to a node: by alias where its birth told one, as the standard wants it."""
        known = self._nodes.get(node)
        return payload.encode(Message(tuple(readings), at_ms, aliases=known.aliases if known else {}), defines=False)

    def _read(self, address: Address, node: _Known, content: bytes) -> Message:
        device, verb = address.device, address.verb
        is_birth = verb in (Verb.NBIRTH, Verb.DBIRTH)
        if verb is not Verb.NBIRTH and (node.bdseq is None or (not is_birth and device not in node.metrics)):
            raise MessageError(f"{address.node.name}: {verb.value} {device} without a birth that was heard")
        message = payload.decode(content, {} if is_birth else node.metrics[device])
        if message.sequence is None:
            raise MessageError(f"{address.node.name}: a {verb.value} without a number")
        if verb is Verb.NBIRTH:
            bdseq = next((one.value for one in message.readings if one.metric.name == BDSEQ.name), None)
            if bdseq is None:
                raise MessageError(f"{address.node.name}: a birth without {BDSEQ.name}")
            node.bdseq, node.aliases, node.is_lost, node.asked_s = bdseq, message.aliases, False, None
            node.metrics.clear()
        elif message.sequence != node.upcoming:
            node.is_lost = True
        node.upcoming = (message.sequence + 1) % SEQUENCE_SPAN
        if is_birth:
            node.metrics[device] = message.known()
        return message

    def _hear_death(self, address: Address, node: _Known, message: Message) -> Told | None:
        """A death counts only for the birth that it names: a will may come after the next birth."""
        bdseq = next((one.value for one in message.readings if one.metric.name == BDSEQ.name), None)
        if bdseq is None or bdseq != node.bdseq:
            return None
        node.bdseq, node.is_lost = None, False
        node.metrics.clear()
        return Told(address, message, False, ())


def acknowledgement(told: Told) -> Reading | None:
    """What to write to the node once all of this is stored; None where nothing is to be acknowledged."""
    numbers = sorted({(mark.boot, mark.number) for mark, _ in told.readings if mark is not None and mark.number})
    parts = []
    for boot, of_boot in groupby(numbers, key=lambda one: one[0]):
        # Numbers that follow each other have one difference to their place
        for _, run in groupby(enumerate(number for _, number in of_boot), key=lambda one: one[1] - one[0]):
            first, *others = [number for _, number in run]
            parts.append(f"{boot}:{first}-{others[-1]}" if others else f"{boot}:{first}")
    return Reading(ACKNOWLEDGED, ",".join(parts)) if parts else None


def _marked(message: Message) -> Iterator[tuple[Mark | None, Reading]]:
    mark = None
    for reading in message.readings:
        if reading.metric.name == REPORT.name:
            mark = _mark(reading.value)
        yield mark, reading


def _mark(text: Value | None) -> Mark:
    found = _MARK.fullmatch(str(text))
    if not found:
        raise MessageError(f"{REPORT.name}: not of the form boot:number:trust")
    trust = next((one for one in ClockTrust if one.value == found[3]), ClockTrust.UNCONFIRMED)
    return Mark(found[1], int(found[2]), trust)
