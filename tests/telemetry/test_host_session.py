"""What a host makes of messages that come twice, out of order, too late, or not at all."""

from collections.abc import Callable

import pytest

from firmware.errors import MessageError
from firmware.telemetry import payload
from firmware.telemetry.host_session import ASK_AGAIN_S, HostSession, Mark, acknowledgement
from firmware.telemetry.metrics import DataType, Metric, Reading, Report
from firmware.telemetry.node_session import REBIRTH, NodeSession, Outgoing
from firmware.telemetry.outbox import Kept
from firmware.telemetry.payload import Message
from firmware.telemetry.topics import Node, Verb, state_topic
from firmware.vocabulary import ClockTrust
from tests.telemetry.snapshots import BOOT, CAPTURES, TEMPERATURE, at, snapshot, temperatures
from tests.telemetry.tck import holds

KIT = Node("bangka", "bangka-03")


class Talk:
    """A node and the host that hears it, with a clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.host = HostSession(lambda: self.now_s)
        self.kit = NodeSession(KIT, 7)
        self.births = self.kit.birth(snapshot(at()), (), at())

    def hear(self, outgoing: Outgoing) -> object:
        return self.host.hear(outgoing.topic, outgoing.payload)

    def warm(self, *numbers: int, boot: str = BOOT) -> Outgoing:
        kept = [Kept(number, temperatures(float(number), at(number, boot=boot))) for number in numbers]
        return self.kit.data("", kept, at(), is_historical=False)


@pytest.fixture
def talk() -> Talk:
    made = Talk()
    for birth in made.births:
        made.hear(birth)
    return made


def test_readings_come_under_their_names_with_their_report(talk: Talk) -> None:
    out = talk.kit.data(
        "fingerprint", [Kept(9, Report("fingerprint", at(), (Reading(CAPTURES, 4),)))], at(), is_historical=True
    )
    told = talk.host.hear(out.topic, out.payload)
    assert (
        told is not None and told.is_there and (told.address.verb, told.address.device) == (Verb.DDATA, "fingerprint")
    )
    mark, reading = told.readings[1]
    assert mark == Mark("7f3a91c2", 9, ClockTrust.NETWORK)
    assert (reading.metric.name, reading.value, reading.is_historical) == ("Captures", 4, True)


def test_what_was_heard_is_acknowledged_in_runs(talk: Talk) -> None:
    out = talk.warm(3, 1, 2, 5, 9, 8)
    told = talk.host.hear(out.topic, out.payload)
    assert told is not None
    acknowledged = acknowledgement(told)
    assert acknowledged and acknowledged.value == "7f3a91c2:1-3,7f3a91c2:5,7f3a91c2:8-9"
    birth = talk.host.hear(talk.births[0].topic, talk.births[0].payload)
    assert birth is not None and acknowledgement(birth) is None
    out = talk.kit.data(
        "", [Kept(1, temperatures(1, at(boot="b"))), Kept(2, temperatures(1, at(boot="a")))], at(), is_historical=True
    )
    told = talk.host.hear(out.topic, out.payload)
    assert told is not None and (acknowledged := acknowledgement(told)) and acknowledged.value == "a:2,b:1"


@holds("operational-behavior-data-commands-ncmd-rebirth-name", "operational-behavior-data-commands-ncmd-rebirth-value")
def test_a_gap_asks_for_a_birth_now_and_then(talk: Talk) -> None:
    assert talk.host.asks(KIT) is None
    talk.warm(1)
    assert talk.hear(talk.warm(2)) is not None
    assert talk.host.asks(KIT) == Reading(REBIRTH, True)
    assert talk.host.asks(KIT) is None
    talk.now_s += ASK_AGAIN_S
    assert talk.host.asks(KIT) == Reading(REBIRTH, True)
    for birth in talk.kit.birth(snapshot(at()), (), at()):
        talk.hear(birth)
    talk.now_s += ASK_AGAIN_S
    assert talk.host.asks(KIT) is None and talk.hear(talk.warm(3)) is not None


def test_numbers_go_round_without_a_gap(talk: Talk) -> None:
    for number in range(600):
        talk.hear(talk.warm(number))
    assert talk.host.asks(KIT) is None


@pytest.mark.parametrize(
    "spoken",
    [
        lambda talk: talk.births[1],
        lambda talk: talk.warm(1),
        lambda talk: talk.kit.device_death("camera", at()),
        lambda talk: Outgoing(KIT.topic(Verb.NDATA), b"\xff"),
    ],
)
def test_who_speaks_without_a_birth_is_asked_for_it(spoken: Callable[[Talk], Outgoing]) -> None:
    talk = Talk()
    with pytest.raises(MessageError):
        talk.hear(spoken(talk))
    assert talk.host.asks(KIT) == Reading(REBIRTH, True)


@holds(
    "operational-behavior-edge-node-termination-host-action-ndeath-node-offline",
    "operational-behavior-edge-node-termination-host-action-ndeath-devices-offline",
)
def test_a_death_ends_its_own_birth_only(talk: Talk) -> None:
    earlier = NodeSession(KIT, 6).death()
    assert talk.hear(earlier) is None
    assert talk.hear(talk.warm(1)) is not None
    death = talk.kit.death()
    told = talk.host.hear(death.topic, death.payload)
    assert told is not None and not told.is_there
    assert talk.hear(death) is None, "told once"
    assert talk.host.asks(KIT) is None, "who is dead is not asked"
    with pytest.raises(MessageError, match="without a birth"):
        talk.hear(talk.warm(2))


@holds("operational-behavior-edge-node-termination-host-action-ddeath-devices-offline")
def test_a_device_dies_alone(talk: Talk) -> None:
    data = talk.kit.data("camera", [], at(), is_historical=False)
    death = talk.kit.device_death("camera", at())
    assert talk.hear(data) is not None
    told = talk.host.hear(death.topic, death.payload)
    assert told is not None and not told.is_there and told.address.device == "camera"
    assert talk.hear(talk.warm(1)) is not None
    with pytest.raises(MessageError, match="camera without a birth"):
        talk.hear(data)


def test_a_birth_that_cannot_be_told_from_others_is_refused() -> None:
    host = HostSession(lambda: 0.0)
    for message in (Message((), 0, 0), Message((Reading(Metric("bdSeq", DataType.INT64), 1),), 0)):
        with pytest.raises(MessageError):
            host.hear(KIT.topic(Verb.NBIRTH), payload.encode(message, defines=True))
    forged = Message(
        (Reading(Metric("bdSeq", DataType.INT64), 1), Reading(Metric("Report", DataType.STRING), "x")), 0, 0
    )
    with pytest.raises(MessageError, match="boot:number:trust"):
        host.hear(KIT.topic(Verb.NBIRTH), payload.encode(forged, defines=True))


def test_other_topics_say_nothing_of_a_node(talk: Talk) -> None:
    for topic in (state_topic("office"), KIT.topic(Verb.NCMD), KIT.topic(Verb.DCMD, "camera"), "rekam/v1/kit/status"):
        assert talk.host.hear(topic, b"\xff") is None
    assert talk.host.asks(Node("bangka", "unheard")) is None


@holds(
    "topics-ncmd-timestamp",
    "topics-ncmd-payload",
    "payloads-ncmd-timestamp",
    "payloads-ncmd-seq",
    "operational-behavior-data-commands-ncmd-rebirth-verb",
)
def test_a_command_goes_by_alias_where_there_is_one(talk: Talk) -> None:
    content = talk.host.command(KIT, [Reading(TEMPERATURE, 1.0), Reading(REBIRTH, True)], 5)
    read = payload.decode(content, talk.kit.known)
    assert read.at_ms == 5 and read.sequence is None
    assert [(one.metric.name, one.value) for one in read.readings] == [
        ("Board/Temperature", 1.0),
        ("Node Control/Rebirth", True),
    ]
    assert b"Board/Temperature" not in content and b"Node Control/Rebirth" in content
    assert payload.decode(HostSession(lambda: 0.0).command(KIT, [Reading(REBIRTH, True)], 5), talk.kit.known).readings
