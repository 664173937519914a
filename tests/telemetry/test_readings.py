"""The facts of a kit become readings that a node can send."""

from dataclasses import replace
from datetime import UTC, date, datetime

from firmware.datatypes import DeviceState, DeviceStatus
from firmware.rollout import Rollout, Teller
from firmware.rollout_words import Stage
from firmware.standing import Standing, State
from firmware.telemetry import payload, readings
from firmware.telemetry.metrics import Quality, Value, changes
from firmware.telemetry.node_session import NodeSession
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate, Storage
from firmware.telemetry.topics import Node
from firmware.vocabulary import Purpose
from tests.telemetry.snapshots import START, at

NAMEPLATE = Nameplate("K1", "1.2.3", Purpose.LIVE, 900)
DEVICES = (
    DeviceStatus("fingerprint", DeviceState.OK, "", "R503"),
    DeviceStatus("camera", DeviceState.ABSENT, "check the ribbon"),
)
FACTS = Facts(
    KitState.IDLE,
    at(),
    DEVICES,
    47.6,
    Storage(12_345_678_901, 31_000_000_000),
    Counts(120, 7, START, 3, 110, 1),
    Standing(State.ADMITTED, date(2027, 1, 2)),
)
ROLLOUT = Rollout(Stage.WAITING_FOR_WEATHER, "no ferry", START, Teller.OFFICE)
MILLISECONDS = int(START.timestamp() * 1000)


def values(facts: Facts, rollout: Rollout | None = ROLLOUT) -> dict[str, Value | None]:
    return {one.metric.name: one.value for one in readings.snapshot(NAMEPLATE, facts, rollout).readings[""]}


def test_all_that_is_known_becomes_a_reading() -> None:
    assert values(FACTS) == {
        "Kit/Software": "1.2.3",
        "Kit/Purpose": "live",
        "Kit/State": "idle",
        "Kit/Absent devices": "camera",
        "Clock/Trust": "network",
        "Board/Temperature": 48,
        "Storage/Free": 12_340,
        "Storage/Total": 31_000,
        "Work/Recorded": 120,
        "Work/Waiting": 7,
        "Work/Oldest waiting": MILLISECONDS,
        "Work/Delivered": 3,
        "Work/Acknowledged": 110,
        "Work/Refused": 1,
        "Identity/State": "admitted",
        "Identity/Until": int(datetime(2027, 1, 2, tzinfo=UTC).timestamp() * 1000),
        "Rollout/Stage": "waiting_for_weather",
        "Rollout/Reason": "no ferry",
        "Rollout/Since": MILLISECONDS,
    }
    told = readings.snapshot(NAMEPLATE, FACTS, ROLLOUT)
    assert [one.value for one in told.readings["fingerprint"]] == ["ok", None, "R503"]
    assert [one.value for one in told.readings["camera"]] == ["absent", "check the ribbon", None]
    assert told.gone == {"camera"} and told.at == at()


def test_what_could_not_be_measured_is_bad_and_what_is_not_told_is_only_empty() -> None:
    nothing = Facts(KitState.IDLE, at(), (), None, None, None, None)
    kit = readings.snapshot(NAMEPLATE, nothing, None).readings[""]
    assert {one.metric.name for one in kit if one.quality is Quality.BAD} == {
        "Board/Temperature",
        "Storage/Free",
        "Storage/Total",
        "Work/Recorded",
        "Work/Waiting",
        "Work/Delivered",
        "Work/Acknowledged",
        "Work/Refused",
        "Identity/State",
    }
    assert all(one.value is None for one in kit if one.metric.name.startswith(("Rollout", "Work", "Storage")))


def test_zero_is_a_value() -> None:
    full = replace(FACTS, temperature_c=0.2, storage=Storage(0, 0), counts=Counts(0, 0))
    told = values(full)
    assert (told["Board/Temperature"], told["Storage/Free"], told["Work/Waiting"]) == (0, 0, 0)
    assert told["Work/Oldest waiting"] is None


def test_a_little_more_or_less_is_no_news() -> None:
    before = readings.snapshot(NAMEPLATE, FACTS, ROLLOUT)
    alike = replace(FACTS, at=at(60), temperature_c=48.3, storage=Storage(12_349_999_999, 31_000_000_000))
    assert changes(before, readings.snapshot(NAMEPLATE, alike, ROLLOUT)) == []


def test_a_node_can_send_it() -> None:
    births = NodeSession(Node("bangka", "K1"), 0).birth(readings.snapshot(NAMEPLATE, FACTS, ROLLOUT), (), at())
    assert [len(payload.decode(one.payload).readings) for one in births] == [3 + 19, 1 + 3]
