"""What goes out, what comes back as acknowledged, and what goes out again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.delivery import PATIENCE_AT_MOST_S, PATIENCE_S, WINDOW, Delivery
from firmware.telemetry.metrics import Reading, Report
from firmware.telemetry.node_session import REPORT, NodeSession, Outgoing
from firmware.telemetry.outbox import OUTBOX, Outbox
from firmware.telemetry.topics import Node
from tests.telemetry.snapshots import CAPTURES, at, snapshot, temperatures


class Wire:
    """Takes what is published, and reads it, until it is cut."""

    def __init__(self, session: NodeSession) -> None:
        self._known = {}
        for outgoing in session.birth(snapshot(at()), (), at()):
            device = outgoing.topic.split("/")[4:]
            self._known[device[0] if device else ""] = payload.decode(outgoing.payload).known()
        self.sent: list[tuple[str, list[int]]] = []
        self.is_cut = False

    def publish(self, outgoing: Outgoing) -> bool:
        if self.is_cut:
            return False
        device = "".join(outgoing.topic.split("/")[4:])
        message = payload.decode(outgoing.payload, self._known[device])
        marks = [str(one.value).split(":") for one in message.readings if one.metric == REPORT]
        self.sent.append((device, [int(number) for _, number, _ in marks]))
        return True

    def numbers(self) -> list[int]:
        """All numbers since the last look."""
        sent, self.sent = self.sent, []
        return [number for _, numbers in sent for number in numbers]


class Way:
    def __init__(self, folder: Path, *, is_acknowledged: bool = True) -> None:
        self.monotonic_s = 0.0
        self.outbox = Outbox(folder / OUTBOX)
        self.session = NodeSession(Node("bangka", "bangka-03"), 0)
        self.wire = Wire(self.session)
        self.delivery = Delivery(self.outbox, is_acknowledged=is_acknowledged, monotonic=lambda: self.monotonic_s)

    def fill(self, count: int) -> list[int]:
        return [self.delivery.keep(temperatures(turn, at(turn))).number for turn in range(count)]

    def flush(self) -> list[int]:
        self.delivery.flush(self.session, at(), self.wire.publish)
        return self.wire.numbers()

    def waiting(self) -> int:
        return self.outbox.counts()[0]


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    made = Way(tmp_path)
    with made.outbox:
        yield made


def test_what_waits_goes_out_oldest_first_until_the_window_is_full(way: Way) -> None:
    numbers = way.fill(WINDOW + 30)
    assert way.flush() == numbers[:WINDOW]
    assert way.flush() == []
    way.delivery.acknowledge(f"7f3a91c2:{numbers[0]}-{numbers[9]},7f3a91c2:{numbers[20]}")
    assert way.flush() == numbers[WINDOW : WINDOW + 11]
    assert way.waiting() == WINDOW + 19


def test_reports_of_a_device_wait_until_it_is_born(way: Way) -> None:
    way.session.device_death("fingerprint", at())
    captures = way.delivery.keep(Report("fingerprint", at(), (Reading(CAPTURES, 5),))).number
    [warm] = way.fill(1)
    assert way.flush() == [warm]
    way.session.device_birth("fingerprint", snapshot(at()), at())
    assert way.flush() == [captures]


def test_only_what_was_sent_is_let_go_and_only_once(way: Way) -> None:
    numbers = way.fill(3)
    way.delivery.acknowledge(f"7f3a91c2:0-{10**17}")
    assert way.waiting() == 3
    way.flush()
    way.delivery.acknowledge(f"ffffffff:0-{10**17}")
    assert way.waiting() == 3
    for _ in range(2):
        way.delivery.acknowledge(f"7f3a91c2:{numbers[1]}")
        assert way.waiting() == 2


@pytest.mark.parametrize(
    "text", ["", "1", "a:b", "7f3a91c2:1-", "7f3a91c2:1, 7f3a91c2:2", "7f3a91c2-1:1", "a:1;b:1", "None"]
)
def test_an_acknowledgement_of_another_form_is_refused(way: Way, text: str) -> None:
    with pytest.raises(MessageError, match="Outbox/Acknowledged"):
        way.delivery.acknowledge(text)


def test_what_nobody_acknowledges_goes_out_again_ever_more_seldom(way: Way) -> None:
    numbers, waits = way.fill(2), []
    assert way.flush() == numbers
    for _ in range(8):
        before = way.monotonic_s
        while not (again := way.flush()):
            way.monotonic_s += 1
        assert again == numbers
        waits.append(way.monotonic_s - before - 1)
    assert waits == [PATIENCE_S * 2**turn for turn in range(6)] + [PATIENCE_AT_MOST_S] * 2
    way.delivery.acknowledge(f"7f3a91c2:{numbers[0]}")
    way.monotonic_s += PATIENCE_S + 1
    assert way.flush() == numbers[1:], "a host that answers is asked as at first"


def test_after_a_birth_it_all_goes_out_again(way: Way) -> None:
    numbers = way.fill(3)
    kept = way.delivery.keep(temperatures(50, at(99)))
    way.delivery.send(way.session, kept, at(99), way.wire.publish)
    assert way.wire.numbers() == [kept.number]
    assert way.flush() == numbers
    way.delivery.begin()
    assert way.flush() == [*numbers, kept.number]
    way.delivery.acknowledge(f"7f3a91c2:{kept.number}")
    assert way.waiting() == 3


def test_a_cut_wire_leaves_it_all_waiting(way: Way) -> None:
    numbers = way.fill(3)
    way.wire.is_cut = True
    assert way.flush() == []
    way.wire.is_cut = False
    assert way.flush() == numbers


def test_without_a_host_a_report_that_went_out_is_done(tmp_path: Path) -> None:
    way = Way(tmp_path, is_acknowledged=False)
    with way.outbox:
        numbers = way.fill(WINDOW + 5)
        assert way.flush() == numbers[:WINDOW] and way.waiting() == 5
        assert way.flush() == numbers[WINDOW:] and way.waiting() == 0


def test_without_an_outbox_live_reports_still_go_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    way = Way(tmp_path)
    [number] = way.fill(1)
    way.delivery.send(way.session, way.delivery.keep(temperatures(1, at())), at(), way.wire.publish)
    assert number == 0 and way.wire.numbers() == [0]
    assert way.flush() == []
    assert [one.value for one in way.delivery.readings()] == [None, None, None]
    assert "not open" in caplog.text
