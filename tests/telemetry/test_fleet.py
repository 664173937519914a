"""What is made of the words that kits send, by any clock, and of words that no kit should send."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from firmware.datatypes import DeviceState, DeviceStatus, Timestamp
from firmware.telemetry import fleet, summary
from firmware.telemetry.fleet import Fleet, Seen
from firmware.telemetry.hearing import Heard, Summaries, Word
from firmware.telemetry.summary import Counts, Facts, KitState, Nameplate
from firmware.vocabulary import ClockTrust, Purpose

NOW = datetime(2027, 3, 9, 8, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LOST = summary.last_will(Nameplate("K1", "0.1.0", Purpose.LIVE, 900))


def document(at: datetime = NOW, trust: ClockTrust = ClockTrust.NETWORK, **changed: Any) -> dict[str, Any]:
    devices = (DeviceStatus("fingerprint", DeviceState.FAULT, "cable \x1b[2J"), DeviceStatus("camera", DeviceState.OK))
    facts = Facts(KitState.IDLE, Timestamp(at, trust, "b", 1.0), devices, 41.0, None, Counts(7, 2))
    return {**summary.document(Nameplate("K1", "0.1.0", Purpose.LIVE, 900), facts), **changed}


def heard(told: object, at: datetime = NOW, *, is_retained: bool = False, kit: str = "K1") -> Heard:
    payload = told if isinstance(told, bytes) else json.dumps(told).encode()
    found = Summaries().read(Word(f"rekam/v1/{kit}/status", payload, is_retained, at))
    assert found
    return found


def test_a_word_tells_counts_and_what_is_wrong_in_signs_that_do_nothing() -> None:
    one = heard(document(trust=ClockTrust.WRONG))
    assert (one.kit, one.state, one.recorded, one.waiting) == ("K1", KitState.IDLE, 7, 2)
    assert one.faults == ("fingerprint: cable ?[2J", "clock: wrong")
    assert one.as_json()["document"] == document(trust=ClockTrust.WRONG)


@pytest.mark.parametrize("at", [NOW, datetime(1970, 1, 1, tzinfo=UTC), datetime(2098, 1, 1, tzinfo=UTC)])
def test_what_just_came_is_believed_for_its_span_by_any_clock_of_the_kit(at: datetime) -> None:
    one = heard(document(at, ClockTrust.WRONG))
    assert one.said_at == NOW
    assert fleet.look(one, NOW + 14 * MINUTE) is Seen.IDLE
    assert fleet.look(one, NOW + 16 * MINUTE) is Seen.STALE


def test_what_was_retained_is_believed_by_the_kits_own_clock_unless_that_is_wrong() -> None:
    old = heard(document(NOW - 20 * MINUTE), is_retained=True)
    assert (old.said_at, fleet.look(old, NOW)) == (NOW - 20 * MINUTE, Seen.STALE)
    assert fleet.look(heard(document(NOW - 5 * MINUTE), is_retained=True), NOW) is Seen.IDLE
    wrong = heard(document(NOW, ClockTrust.WRONG), is_retained=True)
    assert (wrong.said_at, fleet.look(wrong, NOW)) == (None, Seen.STALE)
    ahead = heard(document(NOW + timedelta(days=400), ClockTrust.UNCONFIRMED), is_retained=True)
    assert (ahead.said_at, fleet.look(ahead, NOW)) == (None, Seen.STALE)


def test_a_lost_kit_stays_lost_and_is_not_merely_silent() -> None:
    one = heard(LOST)
    assert fleet.look(one, NOW + timedelta(days=9)) is Seen.LOST
    assert heard(LOST, is_retained=True).said_at is None


def test_a_retained_word_that_comes_again_says_no_more_than_it_did() -> None:
    kits = Fleet()
    kits.take(heard(document(trust=ClockTrust.WRONG)))
    kits.take(heard(document(trust=ClockTrust.WRONG), NOW + MINUTE, is_retained=True))
    assert [(seen, one.said_at) for seen, one in kits.kits(NOW + MINUTE)] == [(Seen.IDLE, NOW)]
    kits.take(heard(LOST, NOW + MINUTE, is_retained=True))
    assert kits.count(NOW + MINUTE) == {Seen.LOST: 1}


def test_those_that_somebody_should_look_after_stand_first_and_an_erased_one_is_gone() -> None:
    kits = Fleet()
    for name, told in {"A": document(devices=[]), "B": document(), "C": LOST, "D": document(state="dancing")}.items():
        kits.take(heard({**told, "kit": name}, kit=name))
    assert [(one.kit, seen.value) for seen, one in kits.kits(NOW)] == [
        ("D", "unreadable"),
        ("C", "lost"),
        ("B", "idle"),
        ("A", "idle"),
    ]
    kits.take(heard(b"", kit="C"))
    assert len(kits) == 3


@pytest.mark.parametrize(
    "told",
    [
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"[" * 5000,
        {},
        document(kit="K2"),
        document(devices=7),
        document(devices=[{"name": "x"}]),
        document() | {"at": "yesterday"},
        document(valid_until=0),
        document(recorded="<b>"),
        document(waiting=-1),
        document(waiting=True),
        document(identity=[1]),
        document(state=None),
        document(state=["idle"]),
    ],
    ids=range(18),
)
def test_what_no_kit_should_say_is_unreadable_and_harms_nobody(told: object) -> None:
    one = heard(told)
    assert one.state is None and one.faults[0].startswith("unreadable: ") and fleet.look(one, NOW) is Seen.UNREADABLE
    json.dumps(one.as_json())


def test_another_topic_is_none_of_this_source() -> None:
    for topic in ("rekam/v1/K1/other", "rekam/v1/K 1/status", "spBv1.0/x/NBIRTH/K1", "rekam/v1/K1/status/x"):
        assert Summaries().read(Word(topic, b"{}", False, NOW)) is None
