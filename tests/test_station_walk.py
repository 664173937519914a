"""A few random walks over a whole station, and what a walk would find; `python -m tests.station_walk` takes many."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from firmware import stationwork
from firmware.datatypes import Outcome
from firmware.journal import Journal
from firmware.logbook import Logbook
from firmware.records.contents import Transaction
from firmware.terminal import Terminal
from firmware.vocabulary import Language
from firmware.workplace import workplace
from tests import walk_desk
from tests.kills import nik_of
from tests.station_walk import campaign, show
from tests.walk_bench import Bench, Kit, Standing, standing
from tests.walk_desk import FINGERS, Desk
from tests.walk_machine import Walk
from tests.walk_verdicts import Findings, faults, faults_at_rest, incomplete


@pytest.mark.timeout(300)
def test_no_walk_ends_dead_lost_or_short(tmp_path: Path) -> None:
    text, violations = io.StringIO(), list[str]()
    findings = campaign(tmp_path, 4, 6, 3, violations.append)
    show(findings, Console(file=text, width=150))
    assert findings.violations == [], text.getvalue()
    assert len(violations) == findings.figures["walks"] >= 4
    assert findings.figures["residents recorded"] >= 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing(tmp_path_factory.mktemp("walk") / "world") as found:
        yield found


@pytest.fixture
def bench(place: Standing) -> Bench:
    place.mend()
    return Bench(place, Kit.BARE)


def record(bench: Bench, serial: int) -> str:
    """Record somebody without a finger, in this process; the control number."""
    told = {"nik": nik_of(serial), "name": "Kala", "date_of_birth": "2010-04-12", "sex": "P"}
    noted = {"operator": "", "place": "", "override": "", "supersedes": "", "because": "", "consent": None}
    excused = dict.fromkeys(FINGERS, "bandaged")
    message = {"resident": told, "roster": None, "excused": excused, "noted": noted}
    with workplace(bench.config, patient=True) as kit:
        desk = Terminal(Console(file=io.StringIO()), Language.ENGLISH)
        return str(stationwork.record(kit, desk, message, lambda part: None)["control_number"])


def test_a_record_that_is_right_is_let_be(bench: Bench) -> None:
    desk = Desk(bench, done={1}, told={record(bench, 1)})
    assert [*faults(bench, desk), *faults_at_rest(bench, desk)] == []


def test_a_number_without_a_packet_and_a_resident_in_two_are_found(bench: Bench) -> None:
    record(bench, 1)
    record(bench, 1)
    found = [*faults(bench, Desk(bench, told={"BENCH-1"})), *faults_at_rest(bench, Desk(bench, done={1, 2}))]
    assert [words.partition(":")[0] for words in found[:2]] == ["told as recorded, and not in the spool", "twice"]
    assert "the operator takes [1, 2] for recorded" in found[2]


def test_a_journal_that_was_changed_and_a_session_that_ends_early_are_found(bench: Bench) -> None:
    log = Logbook(Journal(bench.journal))
    log.begin("", "BENCH-1-20261201050000-0A0B0C0D", "")
    log.cancelled("device")
    assert list(faults(bench, Desk(bench, causes={"device"}))) == []
    assert ["ended early: device" in words for words in faults(bench, Desk(bench))] == [True]
    log.begin("", "BENCH-1-20261201050000-0A0B0C0E", "")
    log.begin("", "BENCH-1-20261201050000-0A0B0C0F", "")
    assert "has no end" in "".join(faults(bench, Desk(bench, causes={"device"})))
    bench.journal.write_bytes(bench.journal.read_bytes().replace(b"device", b"drvice"))
    assert "the journal is broken" in "".join(faults(bench, Desk(bench)))


def test_a_record_that_was_announced_too_soon_is_found(bench: Bench) -> None:
    bench.standing.announce({"done": True})
    assert "announced as done: 1, kept: 0" in "".join(faults_at_rest(bench, Desk(bench)))


def test_a_step_that_a_record_lacks_is_found(bench: Bench) -> None:
    number = record(bench, 1)
    found = bench.packets()[number]
    assert isinstance(found, Transaction) and list(incomplete(found, Kit.BARE)) == []
    thumb = found.fingers[0]
    for wrong, kind, words in (
        (replace(found, fingers=found.fingers[1:]), Kit.BARE, "its fingers are"),
        (replace(found, fingers=(replace(thumb, reason=""), *found.fingers[1:])), Kit.BARE, "without a reason"),
        (replace(found, fingers=(replace(thumb, outcome=Outcome.ACCEPTED), *found.fingers[1:])), Kit.BARE, "no image"),
        (found, Kit.FACE, "no face"),
    ):
        assert words in "".join(incomplete(wrong, kind))


def test_a_dead_end_is_found(place: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk_desk, "ACTIONS", 1)
    findings, told = Findings(), list[str]()
    walk = Walk(place, findings, told.append)
    walk.stand(Kit.BARE, 1, is_keen=False)
    walk.teardown()
    assert "a dead end" in told[0] and findings.violations == told


def test_a_station_that_failed_is_found(bench: Bench) -> None:
    bench.said.append("Traceback (most recent call last)")
    bench.statuses += [0, 143, -9, 1]
    assert [words[:11] for words in faults(bench, Desk(bench))] == ["the station", "the station"]
    assert "{1}" in "".join(faults(bench, Desk(bench)))
