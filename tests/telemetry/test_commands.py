"""What the office may ask: done once, answered, refused, journalled, and never repeated in words of its own."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.errors import DeviceAbsent, InputError
from firmware.journal import JOURNAL, Journal
from firmware.journal_check import lines
from firmware.journal_lines import Kind, Line
from firmware.scrubbing import LEFT_OUT
from firmware.telemetry.commands import ANSWER, REFUSALS_EVERY_S, Answer, Command, CommandDesk, Outcome
from firmware.telemetry.edge_node import EdgeNode
from firmware.telemetry.metrics import DataType, Metric, Reading, Value
from firmware.telemetry.node_connection import Broker
from firmware.telemetry.topics import Node, Verb
from tests.brokers import free_port, mosquitto
from tests.telemetry.hosts import Host
from tests.telemetry.snapshots import at, now, snapshot
from tests.telemetry.tck import holds

KIT = Node("bangka", "bangka-03")
NIK = "1903015204100007"


class Bench:
    """A desk whose handlers remember what they were asked, and a journal."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[tuple[str, Value]] = []
        self.monotonic_s = 0.0
        self._journal = folder / JOURNAL
        handlers = {
            Command.SELF_TEST: self._test,
            Command.INTERVAL: self._pace,
            Command.LOG_EXCERPT: lambda value: f"service: NIK {NIK} -----BEGIN PRIVATE KEY-----\nMII",
        }
        self.desk = CommandDesk(handlers, Journal(self._journal, at), lambda: self.monotonic_s)

    def _test(self, value: Value) -> str:
        self.asked.append(("test", value))
        if value == "broken":
            raise DeviceAbsent("fingerprint", "nothing answers")
        return f"all parts passed ({len(self.asked)})"

    def _pace(self, value: Value) -> str:
        if not isinstance(value, int) or not 10 <= value <= 3600:
            raise InputError("interval: write 10 to 3600 seconds")
        self.asked.append(("pace", value))
        return f"every {value} s"

    def ask(self, command: Command, value: Value | None) -> Answer | None:
        return self.desk.take(Reading(command.value, value))

    def journalled(self) -> list[dict[str, object]]:
        told = [line for _, line in lines(self._journal) if isinstance(line, Line)] if self._journal.exists() else []
        assert all(line.kind is Kind.COMMAND for line in told)
        return [dict(line.facts) for line in told]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_errand_asked_twice_is_done_once_and_answered_twice(bench: Bench) -> None:
    first = bench.ask(Command.SELF_TEST, "ticket-1")
    assert first == Answer("self_test", "ticket-1", Outcome.DONE, "all parts passed (1)")
    assert bench.ask(Command.SELF_TEST, "ticket-1") == first
    assert bench.ask(Command.SELF_TEST, "ticket-2") == Answer(
        "self_test", "ticket-2", Outcome.DONE, "all parts passed (2)"
    )
    assert bench.asked == [("test", "ticket-1"), ("test", "ticket-2")]
    assert bench.journalled() == [{"command": "self_test", "outcome": "done"}] * 2


def test_a_setting_set_twice_is_the_same(bench: Bench) -> None:
    answers = [bench.ask(Command.INTERVAL, 60) for _ in range(2)]
    assert answers == [Answer("interval", "60", Outcome.DONE, "every 60 s")] * 2


def test_a_value_that_cannot_be_is_refused_with_words(bench: Bench) -> None:
    refused = bench.ask(Command.INTERVAL, 5)
    assert refused == Answer("interval", "5", Outcome.REFUSED, "interval: write 10 to 3600 seconds")
    failed = bench.ask(Command.SELF_TEST, "broken")
    assert failed == Answer("self_test", "broken", Outcome.FAILED, "fingerprint: nothing answers")
    assert bench.journalled() == [
        {"command": "interval", "outcome": "refused"},
        {"command": "self_test", "outcome": "failed"},
    ]


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        (Reading(Metric("Command/Erase", DataType.BOOLEAN), True), "unknown"),
        (Reading(Metric("Node Control/Reboot", DataType.BOOLEAN), True), "unknown"),
        (Reading(Metric("Office/Recipient", DataType.STRING), "age1qqqq"), "unknown"),
        (Reading(Command.ROLLOUT.value, "retired"), "unknown"),
        (Reading(Command.INTERVAL.value, None), "interval"),
        (Reading(Metric("Command/Reporting interval", DataType.STRING), "60"), "interval"),
        (Reading(Metric("Command/Self-test", DataType.INT32), 1), "self_test"),
        (Reading(Command.SELF_TEST.value, "t" * 41), "self_test"),
    ],
)
def test_all_else_is_refused_and_journalled(bench: Bench, asked: Reading, command: str) -> None:
    answer = bench.desk.take(asked)
    assert answer is not None and (answer.command, answer.outcome) == (command, Outcome.REFUSED)
    assert bench.asked == []
    assert bench.journalled() == [{"command": command, "outcome": "refused"}]


def test_a_flood_of_refusals_fills_no_journal(bench: Bench) -> None:
    for turn in range(1000):
        bench.monotonic_s = turn * REFUSALS_EVERY_S / 400
        bench.desk.take(Reading(Metric(f"Command/{turn}", DataType.BOOLEAN), True))
        bench.desk.unreadable()
    assert bench.journalled() == [{"command": "unknown", "outcome": "refused"}] * 3


def test_an_answer_names_nobody(bench: Bench) -> None:
    answer = bench.ask(Command.LOG_EXCERPT, f"ticket-{NIK}")
    assert answer is not None
    told = json.loads(str(answer.reading().value))
    assert told["words"] == f"service: NIK {LEFT_OUT} {LEFT_OUT}" and NIK not in json.dumps(told)
    for asked in (
        Reading(Metric("Resident/Melati", DataType.STRING), "Melati"),
        Reading(Metric("Command/Reporting interval", DataType.STRING), "Melati"),
        Reading(Command.SELF_TEST.value, "for Melati"),
    ):
        refused = bench.desk.take(asked)
        assert refused is not None and "Melati" not in str(refused)
    assert NIK not in str(bench.journalled()) and "Melati" not in str(bench.journalled())


def test_a_long_answer_is_cut() -> None:
    desk = CommandDesk({Command.LOG_EXCERPT: lambda value: "x" * 100_000})
    answer = desk.take(Reading(Command.LOG_EXCERPT.value, "ticket-1"))
    assert answer is not None and len(str(answer.reading().value)) < 5000


def test_a_birth_tells_what_can_be_asked(bench: Bench) -> None:
    assert [one.metric for one in bench.desk.readings()] == [
        ANSWER,
        Command.SELF_TEST.value,
        Command.INTERVAL.value,
        Command.LOG_EXCERPT.value,
    ]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


def answers(office: Host) -> list[dict[str, str]]:
    return [json.loads(str(one.value)) for _, one in office.readings() if one.metric == ANSWER and one.value]


@holds(
    "message-flow-edge-node-ncmd-subscribe",
    "operational-behavior-data-commands-ncmd-verb",
    "operational-behavior-data-commands-ncmd-metric-name",
    "operational-behavior-data-commands-ncmd-metric-value",
)
def test_a_host_commands_a_kit_and_is_answered(broker: int, bench: Bench, tmp_path: Path) -> None:
    kit = EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, now, desk=bench.desk)
    with Host(broker) as office, kit:
        kit.report(snapshot())
        birth = office.wait(Verb.NBIRTH)
        assert {"Command/Answer", "Command/Self-test"} <= set(birth.names())
        office.command(KIT, Reading(Command.SELF_TEST.value, "ticket-1"))
        office.command_by_name(KIT, Reading(Command.SELF_TEST.value, "ticket-1"))
        office.command_by_name(KIT, Reading(Metric("Command/Erase", DataType.BOOLEAN), True))
        office.command(KIT, Reading(Command.INTERVAL.value, 120))
        office.wait_for(lambda heard: heard.verb is Verb.NDATA and "every 120 s" in str(heard.message))
        assert [(one["command"], one["request"], one["outcome"]) for one in answers(office)] == [
            ("self_test", "ticket-1", "done"),
            ("self_test", "ticket-1", "done"),
            ("unknown", "", "refused"),
            ("interval", "120", "done"),
        ]
        assert bench.asked == [("test", "ticket-1"), ("pace", 120)]


def test_a_slow_errand_keeps_nothing_else_waiting(broker: int, tmp_path: Path) -> None:
    begun, end = threading.Event(), threading.Event()

    def slow(value: Value) -> str:
        begun.set()
        assert end.wait(40)
        return "at last"

    desk = CommandDesk({Command.SELF_TEST: slow})
    with Host(broker) as office, EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, now, desk=desk) as kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        office.command(KIT, Reading(Command.SELF_TEST.value, "ticket-1"))
        assert begun.wait(20)
        kit.report(snapshot(temperature=77.0))
        office.wait_for(
            lambda heard: heard.verb is Verb.NDATA and 77.0 in [one.value for one in heard.message.readings]
        )
        end.set()
        office.wait_for(lambda heard: "at last" in str(heard.message))


def test_what_a_host_plants_is_told_and_kept_nowhere(
    broker: int, bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    kit = EdgeNode(KIT, Broker("127.0.0.1", broker), tmp_path, now, desk=bench.desk)
    with Host(broker) as office, kit:
        kit.report(snapshot())
        office.wait(Verb.DBIRTH, 2)
        office.send(KIT, b"Melati " + NIK.encode())
        for asked in (
            Reading(Metric(f"Melati/{NIK}", DataType.STRING), "Melati"),
            Reading(Metric("Outbox/Acknowledged", DataType.STRING), "Melati"),
            Reading(Command.SELF_TEST.value, f"Melati {NIK}"),
            Reading(Metric("Command/Reporting interval", DataType.STRING), "Melati"),
        ):
            office.command_by_name(KIT, asked)
        office.command(KIT, Reading(Command.INTERVAL.value, 77))
        office.wait_for(lambda heard: heard.verb is Verb.NDATA and "every 77 s" in str(heard.message))
        said = [str(heard.message) for heard in office.heard]
    kept = b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()) if path.is_file())
    for marker in ("Melati", NIK):
        assert marker not in caplog.text and marker.encode() not in kept
        assert not [one for one in said if marker in one]
    assert bench.asked == [("pace", 77)] and len(kept) > 10_000
