"""What a node says, number by number, without a network."""

import pytest

from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Report, Snapshot, changes
from firmware.telemetry.node_session import REPORT, NodeSession, Outgoing
from firmware.telemetry.outbox import Kept
from firmware.telemetry.payload import Message
from firmware.telemetry.topics import Node
from firmware.vocabulary import ClockTrust
from tests.telemetry.snapshots import START, TEMPERATURE, at, snapshot
from tests.telemetry.tck import holds

NODE = Node("bangka", "bangka-03")
AT_MS = int(START.timestamp() * 1000)


def born(bdseq: int = 7, **kit: object) -> tuple[NodeSession, list[Outgoing]]:
    session = NodeSession(NODE, bdseq)
    return session, session.birth(snapshot(at(), **kit), (), at(1))  # type: ignore[arg-type]


def read(outgoing: Outgoing) -> Message:
    return payload.decode(outgoing.payload)


def warm(degrees: float, number: int, seconds: float = 0, trust: ClockTrust = ClockTrust.NETWORK) -> Kept:
    return Kept(number, Report("", at(seconds, trust), (Reading(TEMPERATURE, degrees),)))


@holds(
    "topics-ndeath-payload",
    "topics-ndeath-seq",
    "payloads-ndeath-seq",
    "payloads-ndeath-bdseq",
    "payloads-nbirth-bdseq",
    "payloads-nbirth-bdseq-repeat",
    "topics-nbirth-bdseq-included",
    "topics-nbirth-bdseq-matching",
    "message-flow-edge-node-birth-publish-nbirth-payload-bdSeq",
    "message-flow-edge-node-birth-publish-will-message-payload",
)
def test_a_death_tells_the_number_of_its_birth_alone() -> None:
    session, [birth, *_] = born(bdseq=200)
    death = read(session.death())
    assert death == Message((Reading(Metric("bdSeq", DataType.INT64), 200),), None)
    assert read(birth).readings[0] == Reading(Metric("bdSeq", DataType.INT64), 200, AT_MS + 1000)


@holds(
    "topics-nbirth-seq-num",
    "topics-nbirth-timestamp",
    "topics-nbirth-metrics",
    "topics-nbirth-metric-reqs",
    "topics-nbirth-rebirth-metric",
    "topics-dbirth-seq",
    "topics-dbirth-timestamp",
    "topics-dbirth-metrics",
    "topics-dbirth-metric-reqs",
    "payloads-nbirth-timestamp",
    "payloads-nbirth-seq",
    "payloads-nbirth-rebirth-req",
    "payloads-dbirth-timestamp",
    "payloads-dbirth-seq",
    "payloads-dbirth-seq-inc",
    "payloads-alias-uniqueness",
    "payloads-sequence-num-zero-nbirth",
    "message-flow-edge-node-birth-publish-nbirth-payload-seq",
    "message-flow-edge-node-birth-publish-nbirth-payload",
    "message-flow-device-birth-publish-dbirth-payload",
    "message-flow-device-birth-publish-dbirth-payload-seq",
    "operational-behavior-data-publish-nbirth",
    "operational-behavior-data-publish-nbirth-values",
    "operational-behavior-data-publish-dbirth",
    "operational-behavior-data-publish-dbirth-values",
    "operational-behavior-data-commands-rebirth-name",
    "operational-behavior-data-commands-rebirth-name-aliases",
    "operational-behavior-data-commands-rebirth-datatype",
    "operational-behavior-data-commands-rebirth-value",
    "payloads-timestamp-in-UTC",
    "payloads-metric-timestamp-in-UTC",
)
def test_a_birth_tells_all_that_will_be_reported() -> None:
    _, births = born(temperature=None)
    assert [one.topic.split("/")[2:] for one in births] == [
        ["NBIRTH", "bangka-03"],
        ["DBIRTH", "bangka-03", "fingerprint"],
        ["DBIRTH", "bangka-03", "camera"],
    ]
    told = [read(one) for one in births]
    assert [(one.sequence, one.at_ms) for one in told] == [(0, AT_MS + 1000), (1, AT_MS + 1000), (2, AT_MS + 1000)]
    assert [(one.metric.name, one.metric.datatype, one.value) for one in told[0].readings] == [
        ("bdSeq", DataType.INT64, 7),
        ("Node Control/Rebirth", DataType.BOOLEAN, False),
        ("Report", DataType.STRING, "7f3a91c2:0:network"),
        ("Board/Temperature", DataType.FLOAT, None),
        ("Work/Waiting", DataType.UINT32, 12),
    ]
    assert told[0].readings[3] == Reading(TEMPERATURE, None, AT_MS, Quality.BAD)
    assert [one.metric.name for one in told[1].readings] == ["Report", "State", "Captures"]
    aliases = [alias for one in told for alias in one.aliases.values()]
    assert len(set(aliases)) == len(aliases) == 4 + 3 + 2
    assert "Node Control/Rebirth" not in told[0].aliases


@holds(
    "topics-ndata-seq-num",
    "topics-ddata-seq-num",
    "topics-ddeath-seq-num",
    "topics-ndata-timestamp",
    "topics-ddata-timestamp",
    "payloads-ndata-seq",
    "payloads-ndata-seq-inc",
    "payloads-ndata-timestamp",
    "payloads-ddata-seq",
    "payloads-ddata-seq-inc",
    "payloads-ddata-timestamp",
    "payloads-ddeath-seq",
    "payloads-ddeath-seq-inc",
    "payloads-ddeath-seq-number",
    "payloads-ddeath-timestamp",
    "payloads-sequence-num-always-included",
    "payloads-sequence-num-incrementing",
)
def test_every_message_of_node_and_devices_has_the_next_number() -> None:
    session, births = born()
    known = {device: read(one).known() for device, one in zip(("", "fingerprint", "camera"), births, strict=True)}
    numbers = []
    for turn in range(300):
        device = ("", "fingerprint")[turn % 2]
        reading = Reading(TEMPERATURE, 40.0) if not device else Reading(Metric("Captures", DataType.UINT64), turn)
        sent = session.data(device, [Kept(turn, Report(device, at(turn), (reading,)))], at(turn), is_historical=False)
        message = payload.decode(sent.payload, known[device])
        assert message.at_ms == AT_MS + 1000 * turn
        numbers.append(message.sequence)
    death = read(session.device_death("camera", at(300)))
    assert [*numbers, death.sequence] == [(3 + turn) % 256 for turn in range(301)]
    assert death.readings == () and death.at_ms == AT_MS + 300_000
    assert set(session.born) == {"", "fingerprint"}


@holds("operational-behavior-data-publish-nbirth-order", "operational-behavior-data-publish-dbirth-order")
def test_reports_go_out_in_their_order_each_behind_its_mark() -> None:
    session, [birth, *_] = born()
    sent = session.data("", [warm(40, 5), warm(41, 6, 60, ClockTrust.WRONG)], at(90), is_historical=True)
    message = payload.decode(sent.payload, read(birth).known())
    assert message.readings == (
        Reading(REPORT, "7f3a91c2:5:network", AT_MS, is_historical=True),
        Reading(TEMPERATURE, 40.0, AT_MS, is_historical=True),
        Reading(REPORT, "7f3a91c2:6:wrong", AT_MS + 60_000, is_historical=True),
        Reading(TEMPERATURE, 41.0, AT_MS + 60_000, Quality.STALE, is_historical=True),
    )


def test_a_metric_that_no_birth_told_is_left_out() -> None:
    session, [birth, *_] = born()
    foreign = Reading(Metric("Gone/Since", DataType.INT32), 5)
    other_type = Reading(Metric("Work/Waiting", DataType.STRING), "12")
    assert not session.tells("", [foreign]) and not session.tells("", [other_type])
    assert session.tells("", [Reading(TEMPERATURE, 1.0)]) and not session.tells("iris", [foreign])
    sent = session.data("", [Kept(1, Report("", at(), (foreign, other_type)))], at(), is_historical=True)
    assert [one.metric for one in payload.decode(sent.payload, read(birth).known()).readings] == [REPORT]


def test_aliases_stay_through_a_second_birth() -> None:
    session, first = born()
    again = session.birth(snapshot(at(), devices=("iris", "camera", "fingerprint")), (), at(2))
    before = {one.topic: read(one).aliases for one in first}
    after = {one.topic: read(one).aliases for one in again}
    assert before.items() <= after.items()
    assert [read(one).sequence for one in again] == [0, 1, 2, 3]


@holds("case-sensitivity-metric-names", "topic-structure-namespace-unique-device-id")
def test_two_metrics_of_one_name_are_refused() -> None:
    twice = (Reading(TEMPERATURE, 1.0), Reading(Metric("board/temperature", DataType.INT32), 1))
    with pytest.raises(MessageError, match="one name"):
        NodeSession(NODE, 0).birth(Snapshot(at(), {"": twice}), (), at())


@holds("topics-ndata-payload", "topics-ddata-payload", "principles-rbe-recommended")
def test_only_what_changed_is_reported() -> None:
    before = snapshot(at())
    assert [one.device for one in changes(None, before)] == ["", "fingerprint", "camera"]
    assert changes(before, snapshot(at(60))) == []
    after = snapshot(at(60), temperature=42.0, captures=4)
    assert [(one.device, [reading.value for reading in one.readings]) for one in changes(before, after)] == [
        ("", [42.0]),
        ("fingerprint", [4]),
    ]
    gone = snapshot(at(60), gone=("camera",))
    assert [(one.device, one.readings[0].value) for one in changes(before, gone)] == [("camera", "absent")]
