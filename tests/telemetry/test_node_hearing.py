"""What a listener makes of nodes: kits and nodes of another make, births that it missed, deaths, and nonsense."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from firmware.datatypes import DeviceState, DeviceStatus
from firmware.telemetry import fleet, payload, readings, summary
from firmware.telemetry.fleet import Fleet, Seen
from firmware.telemetry.hearing import Heard, Summaries, Word
from firmware.telemetry.metrics import DataType, Metric, Quality, Reading, Snapshot, changes
from firmware.telemetry.node_hearing import Nodes
from firmware.telemetry.node_session import NodeSession, Outgoing
from firmware.telemetry.outbox import Kept
from firmware.telemetry.payload import Message
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate
from firmware.telemetry.topics import Node, Verb, state_topic
from firmware.vocabulary import ClockTrust, Purpose
from tests.telemetry.snapshots import at

KIT = Node("Rekam", "K1")
PLATE = Nameplate("K1", "0.1.0", Purpose.LIVE, 900)
NOW = datetime(2027, 3, 9, 8, 30, tzinfo=UTC)


def facts(state: KitState = KitState.IDLE, recorded: int = 7) -> Facts:
    ill = DeviceStatus("fingerprint", DeviceState.FAULT, "cable \x1b[2J")
    camera = DeviceStatus("camera", DeviceState.OK)
    return Facts(state, at(0, ClockTrust.WRONG), (ill, camera), 41.0, None, Counts(recorded, 2))


def snapshot(state: KitState = KitState.IDLE, recorded: int = 7) -> Snapshot:
    return readings.snapshot(PLATE, facts(state, recorded), None)


class Ear:
    """Nodes, and what they last made of something."""

    def __init__(self) -> None:
        self.nodes = Nodes()

    def hear(self, *messages: Outgoing) -> Heard:
        heard = [self.nodes.read(Word(one.topic, one.payload, False, NOW)) for one in messages]
        assert heard[-1]
        return heard[-1]


def data(session: NodeSession, before: Snapshot, now: Snapshot, *, is_historical: bool = False) -> Outgoing:
    [report] = changes(before, now)
    return session.data("", [Kept(5, report)], at(), is_historical=is_historical)


def test_births_and_what_changed_make_one_picture_of_a_kit() -> None:
    ear, session = Ear(), NodeSession(KIT, 3)
    born = ear.hear(*session.birth(snapshot(), (), at()))
    assert (born.kit, born.source, born.state, born.recorded, born.waiting) == ("K1", "sparkplug", KitState.IDLE, 7, 2)
    assert born.faults == ("fingerprint: cable ?[2J", "clock: wrong")
    assert fleet.look(born, NOW + timedelta(days=9)) is Seen.IDLE, "the broker tells when it goes"
    told = ear.hear(data(session, snapshot(), snapshot(KitState.RECORDING, 8)))
    assert (told.state, told.recorded, told.waiting, told.faults) == (KitState.RECORDING, 8, 2, born.faults)
    old = ear.hear(data(session, snapshot(KitState.RECORDING, 8), snapshot(recorded=1), is_historical=True))
    assert (old.state, old.recorded) == (KitState.RECORDING, 8), "what is history changes nothing"
    dead = ear.hear(session.device_death("fingerprint", at()))
    assert dead.faults == ("clock: wrong",)
    gone = readings.snapshot(PLATE, replace(facts(), devices=(DeviceStatus("camera", DeviceState.ABSENT),)), None)
    assert ear.hear(*session.birth(gone, (), at())).faults == ("camera: absent", "clock: wrong")
    assert ear.hear(session.death()).state is KitState.LOST
    again = ear.hear(NodeSession(KIT, 4).birth(Snapshot(at(), {"": ()}), (), at())[0])
    assert (again.state, again.recorded, again.faults) == (KitState.IDLE, None, ())


def test_a_line_of_json_has_the_message_whatever_a_node_sends() -> None:
    session = NodeSession(Node("plant \x1b", "pump 7"), 0)
    values = (
        Reading(Metric("T", DataType.DOUBLE, "°C"), float("nan"), quality=Quality.BAD),
        Reading(Metric("Raw", DataType.BYTES), b"\xff\x00"),
        Reading(Metric("Long", DataType.STRING), "x" * 9999),
        Reading(Metric(readings.RECORDED.name, DataType.STRING), "many"),
    )
    heard = Ear().hear(*session.birth(Snapshot(at(), {"": values}), (), at()))
    told = json.loads(json.dumps(heard.as_json(), allow_nan=False))
    assert (told["kit"], told["source"], told["state"], heard.recorded) == ("pump 7", "sparkplug", "idle", None)
    assert (told["document"]["group"], told["document"]["type"]) == ("plant ?", "NBIRTH")
    found = {one["name"]: one for one in told["document"]["metrics"]}
    assert (found["T"]["value"], found["T"]["unit"], found["T"]["quality"]) == (None, "°C", "bad")
    assert found["Raw"]["value"] == "ff00" and len(found["Long"]["value"]) == 2000


def test_data_without_a_birth_is_unreadable_and_changes_nothing_that_is_known() -> None:
    session, kits = NodeSession(KIT, 3), Fleet()
    session.birth(snapshot(), (), at())
    missed = data(session, snapshot(), snapshot(KitState.RECORDING))
    late = Ear().hear(missed)
    assert late.state is None and late.faults[0].startswith("unreadable: K1: NDATA")
    kits.take(late)
    assert [seen for seen, _ in kits.kits(NOW)] == [Seen.UNREADABLE]
    kits.take(Ear().hear(*session.birth(snapshot(), (), at())))
    kits.take(late)
    assert [seen for seen, _ in kits.kits(NOW)] == [Seen.IDLE]


def test_a_death_is_told_also_of_a_birth_that_was_missed_and_an_old_will_is_not() -> None:
    assert Ear().hear(NodeSession(KIT, 3).death()).state is KitState.LOST
    ear = Ear()
    ear.hear(*NodeSession(KIT, 4).birth(snapshot(), (), at()))
    old = NodeSession(KIT, 3).death()
    assert ear.nodes.read(Word(old.topic, old.payload, False, NOW)) is None


def test_of_a_kit_that_speaks_in_both_ways_the_status_counts_while_it_is_believed() -> None:
    """A node that ends is dead; a kit that says goodbye in its status is idle."""
    kits, session = Fleet(), NodeSession(KIT, 3)
    ear, birth = Ear(), session.birth(snapshot(KitState.RECORDING), (), at())

    def state(later: timedelta = timedelta()) -> Seen:
        return next(seen for seen, _ in kits.kits(NOW + later))

    def say(document: dict[str, object]) -> None:
        heard = Summaries().read(Word("rekam/v1/K1/status", json.dumps(document).encode(), False, NOW))
        assert heard
        kits.take(heard)

    kits.take(ear.hear(*birth))
    assert state() is Seen.RECORDING
    say(summary.document(PLATE, facts()))
    gone = ear.hear(session.death())
    kits.take(gone)
    assert state() is Seen.IDLE
    say(summary.last_will(PLATE))
    assert state() is Seen.LOST
    kits.take(ear.hear(*NodeSession(KIT, 4).birth(snapshot(KitState.RECORDING), (), at())))
    assert state() is Seen.RECORDING
    say(summary.document(PLATE, facts()))
    kits.take(replace(gone, word=replace(gone.word, at=NOW + timedelta(hours=1))))
    assert state() is Seen.LOST, "a status of an hour ago is no longer believed"


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        (KIT.topic(Verb.NBIRTH), b"\xff\xfe"),
        (KIT.topic(Verb.NBIRTH), b""),
        (KIT.topic(Verb.NDATA), payload.encode(Message((), 1, 0), defines=False)),
        ("spBv1.0/G/DBIRTH/K1/camera", payload.encode(Message((), 1, 0), defines=True)),
        ("spBv1.0/G/NBIRTH/" + "\x1b" * 500, b"x"),
    ],
)
def test_what_no_node_should_say_is_unreadable_and_harms_nobody(topic: str, content: bytes) -> None:
    heard = Nodes().read(Word(topic, content, False, NOW))
    assert heard and heard.state is None and heard.faults[0].startswith("unreadable: ") and not heard.is_erased
    assert "\x1b" not in heard.kit + heard.faults[0] and len(heard.kit) <= 200
    json.dumps(heard.as_json())


@pytest.mark.parametrize("topic", [KIT.topic(Verb.NCMD), state_topic("office"), "spBv1.0", "spBv1.0/a/NBIRTH//", "x/y"])
def test_another_topic_is_none_of_this_source(topic: str) -> None:
    assert Nodes().read(Word(topic, b"{}", False, NOW)) is None
