"""The operator is asked for today's date until it can be, in both languages."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from firmware.asking_today import confirm_today
from firmware.clock import Clock
from firmware.vocabulary import ClockTrust, Language
from tests.clocks import Clocks

INDONESIAN, ENGLISH = Language.INDONESIAN, Language.ENGLISH


class Desk:
    """Answers in their order, then nobody; keeps what was asked and told."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[str] = iter(answers)
        self.asked: list[tuple[str, str]] = []
        self.heard: list[str] = []

    def ask(self, question: str, proposed: str) -> str | None:
        self.asked.append((question, proposed))
        return next(self._answers, None)


@pytest.fixture
def kit(tmp_path: Path) -> Clock:
    return Clock("Asia/Jakarta", tmp_path, Clocks(datetime(1970, 1, 1, tzinfo=UTC)).sources())


@pytest.mark.parametrize(
    ("language", "question", "again", "told"),
    [
        (INDONESIAN, "Tanggal berapa hari ini?", "tulis sebagai TAHUN-BULAN-HARI", "Tanggal hari ini: 2027-03-09"),
        (ENGLISH, "What is today's date?", "write YEAR-MONTH-DAY", "Today is 2027-03-09 by the operator's word"),
    ],
)
def test_it_is_asked_until_it_can_be(kit: Clock, language: Language, question: str, again: str, told: str) -> None:
    desk = Desk("9 Maret", "", "2207-03-09", "1970-01-01", " 2027-03-09 ")
    at = confirm_today(kit, language, desk.ask, desk.heard.append)
    assert at.trust is ClockTrust.OPERATOR
    assert len(desk.asked) == 5
    assert all(asked.startswith(question) and proposed == "2026-11-24" for asked, proposed in desk.asked)
    assert [again in words for words in desk.heard] == [False, True, True, False, False, False]
    assert "2207-03-09" in desk.heard[3]
    assert "1970-01-01" in desk.heard[4]
    assert desk.heard[5].startswith(told)


def test_the_time_of_day_may_stand_with_it(kit: Clock) -> None:
    desk = Desk("2027-03-09 8:40", "2027-03-09  08:40")
    assert confirm_today(kit, ENGLISH, desk.ask, desk.heard.append).utc == datetime(2027, 3, 9, 1, 40, tzinfo=UTC)


def test_without_an_answer_the_kit_goes_on_with_what_it_has(kit: Clock) -> None:
    desk = Desk()
    assert confirm_today(kit, INDONESIAN, desk.ask, desk.heard.append).trust is ClockTrust.WRONG
    assert len(desk.asked) == 1


def test_it_is_asked_once_a_start_and_never_of_a_trusted_clock(kit: Clock, tmp_path: Path) -> None:
    first = Desk("2027-03-09")
    confirm_today(kit, ENGLISH, first.ask, first.heard.append)
    clocks = Clocks()
    clocks.serve()
    for known in (kit, Clock("Asia/Jakarta", tmp_path / "other", clocks.sources())):
        desk = Desk()
        confirm_today(known, ENGLISH, desk.ask, desk.heard.append)
        assert (desk.asked, desk.heard) == ([], [])


def test_what_the_clock_noticed_is_told(tmp_path: Path) -> None:
    clocks = Clocks()
    clocks.serve()
    kit = Clock("Asia/Jakarta", tmp_path, clocks.sources())
    kit.now()
    clocks.set_wall(datetime(2037, 3, 9, tzinfo=UTC))
    desk = Desk()
    confirm_today(kit, INDONESIAN, desk.ask, desk.heard.append)
    assert any("melompat maju 3653 hari" in words for words in desk.heard)
    assert desk.asked[0][1] == "2027-03-09"


def test_where_nobody_can_be_asked_no_question_is_announced(kit: Clock) -> None:
    desk = Desk()
    assert confirm_today(kit, ENGLISH, None, desk.heard.append).trust is ClockTrust.WRONG
    assert not any("asked for" in words for words in desk.heard)
