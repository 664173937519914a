"""The topics, the host's word and the number that outlives a restart."""

import logging
from pathlib import Path

import pytest

from firmware.errors import MessageError
from firmware.telemetry import host_state, topics
from firmware.telemetry.bdseq import BDSEQ, BirthDeathSequence
from firmware.telemetry.host_state import HostState, Watcher
from firmware.telemetry.topics import Address, Node, Verb
from tests.telemetry.tck import holds

NODE = Node("bangka", "bangka-03")


@holds(
    "topic-structure",
    "topic-structure-namespace-a",
    "topic-structure-namespace-device-id-associated-message-types",
    "topics-nbirth-topic",
    "topics-ndata-topic",
    "topics-ndeath-topic",
    "topics-ncmd-topic",
    "topics-dbirth-topic",
    "topics-ddata-topic",
    "topics-ddeath-topic",
    "topics-dcmd-topic",
    "topic-structure-namespace-device-id-non-associated-message-types",
)
def test_a_topic_says_who_speaks_of_what() -> None:
    assert [NODE.topic(verb, "finger" if verb.is_of_device else "") for verb in Verb] == [
        "spBv1.0/bangka/NBIRTH/bangka-03",
        "spBv1.0/bangka/NDEATH/bangka-03",
        "spBv1.0/bangka/NDATA/bangka-03",
        "spBv1.0/bangka/NCMD/bangka-03",
        "spBv1.0/bangka/DBIRTH/bangka-03/finger",
        "spBv1.0/bangka/DDEATH/bangka-03/finger",
        "spBv1.0/bangka/DDATA/bangka-03/finger",
        "spBv1.0/bangka/DCMD/bangka-03/finger",
    ]
    for verb in Verb:
        device = "finger" if verb.is_of_device else ""
        assert topics.read(NODE.topic(verb, device)) == Address(NODE, verb, device)
        with pytest.raises(MessageError, match=verb.value):
            NODE.topic(verb, "" if verb.is_of_device else "finger")


@holds(
    "topic-structure-namespace-valid-group-id",
    "topic-structure-namespace-valid-edge-node-id",
    "topic-structure-namespace-valid-device-id",
)
@pytest.mark.parametrize("name", ["", "a+", "a/b", "#", "a\0"])
def test_a_name_that_no_topic_can_hold_is_refused(name: str) -> None:
    for make in (
        lambda: Node(name, "kit"),
        lambda: Node("group", name),
        lambda: NODE.topic(Verb.DDATA, name or "/"),
        lambda: topics.state_topic(name),
    ):
        with pytest.raises(MessageError):
            make()


@pytest.mark.parametrize(
    "topic",
    [
        "spBv1.0/STATE/office",
        "spAv1.0/g/NDATA/n",
        "spBv1.0/g/NDATA/n/d",
        "spBv1.0/g/DDATA/n",
        "spBv1.0/g/XDATA/n",
        "spBv1.0//NDATA/n",
        "rekam/v1/kit/status",
        "",
    ],
)
def test_any_other_topic_is_none_of_a_node(topic: str) -> None:
    assert topics.read(topic) is None


def test_a_host_says_whether_it_is_there() -> None:
    assert topics.state_topic("office") == "spBv1.0/STATE/office"
    assert host_state.encode(HostState(True, 12)) == b'{"online": true, "timestamp": 12}'
    assert host_state.decode(b'{"timestamp": 12, "online": false, "more": 1}') == HostState(False, 12)


@pytest.mark.parametrize(
    "content",
    [
        b"ONLINE",
        b"[]",
        b"1",
        b"{}",
        b'{"online": 1, "timestamp": 1}',
        b'{"online": true, "timestamp": "1"}',
        b'{"online": true, "timestamp": true}',
        b'{"online": true, "timestamp": -1}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_another_word_of_a_host_is_refused(content: bytes) -> None:
    with pytest.raises(MessageError, match="host's state"):
        host_state.decode(content)


@holds(
    "message-flow-edge-node-birth-publish-phid-wait-timestamp",
    "message-flow-edge-node-birth-publish-phid-wait-online",
    "operational-behavior-edge-node-termination-host-offline-timestamp",
)
def test_an_older_word_of_a_host_counts_for_nothing() -> None:
    watcher = Watcher()
    assert not watcher.is_online
    assert watcher.hear(HostState(True, 100)) and watcher.is_online
    assert not watcher.hear(HostState(False, 99)) and watcher.is_online
    assert watcher.hear(HostState(False, 100)) and not watcher.is_online
    assert not watcher.hear(HostState(True, 99)) and not watcher.is_online


@holds(
    "topics-nbirth-bdseq-increment",
    "message-flow-edge-node-birth-publish-will-message-payload-bdSeq",
)
def test_the_number_goes_on_through_restarts(tmp_path: Path) -> None:
    numbers = []
    for _ in range(258):
        count = BirthDeathSequence(tmp_path)
        numbers.append(count.upcoming())
        count.take()
    assert numbers == [*range(256), 0, 1]
    assert BirthDeathSequence(tmp_path).upcoming() == BirthDeathSequence(tmp_path).upcoming() == 2


@pytest.mark.parametrize("content", [b"", b"256\n", b"-1", b"1.5", b"\xff", b"seven"])
def test_a_spoiled_number_starts_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / BDSEQ).write_bytes(content)
    count = BirthDeathSequence(tmp_path)
    assert count.upcoming() == 0
    count.take()
    assert BirthDeathSequence(tmp_path).upcoming() == 1


def test_a_folder_that_takes_nothing_counts_in_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    count = BirthDeathSequence(tmp_path / "data")
    count.take()
    assert count.upcoming() == 1
    assert [record.levelno for record in caplog.records][-1] == logging.WARNING
