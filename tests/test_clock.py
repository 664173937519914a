"""The kit's clocks: what is believed, what a jump does to it, and what an operator's word is worth."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812
from pathlib import Path

import pytest

from firmware import clock
from firmware.clock import Clock, needs_confirmation
from firmware.clock_words import ClockPhrase, Notice
from firmware.confirmation import FILE
from firmware.datatypes import Timestamp
from firmware.errors import InputError
from firmware.vocabulary import ClockTrust, Language
from tests.clocks import MORNING, Clocks

ZONE = "Asia/Jakarta"
TODAY = date(2027, 3, 9)
EPOCH = datetime(1970, 1, 1, 0, 3, tzinfo=UTC)
TEN_YEARS = timedelta(days=3653)
HOUR = timedelta(hours=1)


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def kit_clock(clocks: Clocks, folder: Path, zone: str = ZONE) -> Clock:
    return Clock(zone, folder, clocks.sources())


def told(kit: Clock) -> list[ClockPhrase]:
    return [notice.phrase for notice in kit.notices()]


def test_now_reads_all_three_clocks() -> None:
    before, first, second = datetime.now(UTC), clock.now(), clock.now()
    assert first.boot_id == second.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert first.monotonic_s <= second.monotonic_s <= time.monotonic()
    assert before <= first.utc <= datetime.now(UTC)
    assert first.utc.tzinfo is UTC


@pytest.mark.parametrize(
    ("after_release", "server", "trust"),
    [
        (timedelta(seconds=-1), True, ClockTrust.WRONG),
        (timedelta(days=-20000), False, ClockTrust.WRONG),
        (timedelta(0), False, ClockTrust.UNCONFIRMED),
        (timedelta(days=900), True, ClockTrust.NETWORK),
    ],
)
def test_trust_without_any_battery(
    clocks: Clocks, tmp_path: Path, after_release: timedelta, server: bool, trust: ClockTrust
) -> None:
    clocks.set_wall(clock.RELEASED + after_release)
    if server:
        clocks.serve()
    at = kit_clock(clocks, tmp_path).now()
    assert (at.utc, at.trust) == (clocks.wall, trust)
    assert needs_confirmation(at) == (trust in (ClockTrust.WRONG, ClockTrust.UNCONFIRMED))


@pytest.mark.parametrize(
    ("off", "trust"),
    [
        (0, ClockTrust.BATTERY),
        (-299, ClockTrust.BATTERY),
        (301, ClockTrust.UNCONFIRMED),
        (-9e8, ClockTrust.UNCONFIRMED),
    ],
)
def test_a_battery_clock_vouches_for_what_it_agrees_with(
    clocks: Clocks, tmp_path: Path, off: float, trust: ClockTrust
) -> None:
    clocks.battery = clocks.wall + timedelta(seconds=off)
    assert kit_clock(clocks, tmp_path).now().trust is trust


def test_a_time_server_outranks_the_battery_and_its_word_lasts_until_the_kit_is_switched_off(
    clocks: Clocks, tmp_path: Path
) -> None:
    clocks.battery = clocks.wall
    clocks.serve()
    kit = kit_clock(clocks, tmp_path)
    assert kit.now().trust is ClockTrust.NETWORK
    clocks.serve(now=False)
    clocks.pass_time(timedelta(hours=20))
    assert kit.now().trust is ClockTrust.NETWORK
    clocks.boot_again(clocks.wall)
    assert kit_clock(clocks, tmp_path).now().trust is ClockTrust.BATTERY


def test_a_satellite_fix_makes_any_wall_clock_right(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    clocks.fix = MORNING
    kit = kit_clock(clocks, tmp_path)
    assert kit.now() == Timestamp(MORNING, ClockTrust.GNSS, "boot-1", 40.0)
    clocks.fix = None
    clocks.pass_time(HOUR)
    assert kit.now() == Timestamp(MORNING + HOUR, ClockTrust.GNSS, "boot-1", 3640.0)
    assert told(kit) == []


def test_the_civil_date_is_that_of_the_kit_s_zone() -> None:
    at = Timestamp(datetime(2027, 1, 1, 16, 30, tzinfo=UTC), ClockTrust.NETWORK, "b", 0.0)
    assert clock.civil_date(at, "Asia/Jakarta") == date(2027, 1, 1)
    assert clock.civil_date(at, "Asia/Jayapura") == date(2027, 1, 2)


def test_a_clock_in_the_past_does_not_make_births_lie_in_the_future(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    assert kit_clock(clocks, tmp_path).today() == clock.RELEASED.date()


def test_a_kit_in_1970_counts_on_from_the_confirmed_date(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit = kit_clock(clocks, tmp_path)
    assert needs_confirmation(kit.now())
    at = kit.confirm(TODAY)
    assert (at.trust, at.boot_id, at.monotonic_s) == (ClockTrust.OPERATOR, "boot-1", 40.0)
    assert not needs_confirmation(at)
    assert kit.today() == TODAY
    clocks.pass_time(timedelta(hours=23, minutes=59))
    assert kit.today() == TODAY
    clocks.pass_time(timedelta(minutes=2))
    assert kit.today() == date(2027, 3, 10)


def test_a_confirmed_time_of_day_moves_midnight_to_where_it_is(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit = kit_clock(clocks, tmp_path)
    assert kit.confirm(TODAY, TimeOfDay(22, 30)).utc == datetime(2027, 3, 9, 15, 30, tzinfo=UTC)
    clocks.pass_time(timedelta(minutes=89))
    assert kit.today() == TODAY
    clocks.pass_time(timedelta(minutes=2))
    assert kit.today() == date(2027, 3, 10)


def test_a_date_that_the_clock_has_right_keeps_its_time_of_day(clocks: Clocks, tmp_path: Path) -> None:
    at = kit_clock(clocks, tmp_path).confirm(TODAY)
    assert (at.utc, at.trust) == (MORNING, ClockTrust.OPERATOR)


def test_the_operator_is_asked_once_a_start(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit_clock(clocks, tmp_path).confirm(TODAY)
    clocks.pass_time(HOUR)
    other_process = kit_clock(clocks, tmp_path)
    assert other_process.now().trust is ClockTrust.OPERATOR
    assert other_process.today() == TODAY
    clocks.boot_again(EPOCH)
    assert needs_confirmation(kit_clock(clocks, tmp_path).now())


def test_nothing_but_three_values_is_kept(clocks: Clocks, tmp_path: Path) -> None:
    kit_clock(clocks, tmp_path).confirm(TODAY)
    kept = json.loads((tmp_path / FILE).read_text())
    assert kept == {"boot_id": "boot-1", "monotonic_s": 40.0, "utc": "2027-03-09T01:30:00+00:00"}


@pytest.mark.parametrize(
    "spoiled",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"boot_id": "boot-1", "monotonic_s": 4.0}',
        b'{"boot_id": "boot-1", "monotonic_s": NaN, "utc": "2027-03-09T01:30:00+00:00"}',
        b'{"boot_id": "boot-1", "monotonic_s": 99.0, "utc": "2027-03-09T01:30:00+00:00"}',
        b'{"boot_id": "boot-1", "monotonic_s": 4.0, "utc": "yesterday"}',
        b'{"boot_id": "boot-1", "monotonic_s": 4.0, "utc": 7}',
    ],
)
def test_a_spoiled_file_is_as_good_as_none(clocks: Clocks, tmp_path: Path, spoiled: bytes) -> None:
    (tmp_path / FILE).write_bytes(spoiled)
    assert needs_confirmation(kit_clock(clocks, tmp_path).now())


def test_a_disk_that_keeps_nothing_does_not_stop_this_process(clocks: Clocks, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    kit = kit_clock(clocks, tmp_path / "data")
    assert kit.confirm(TODAY).trust is ClockTrust.OPERATOR
    assert kit.now().trust is ClockTrust.OPERATOR


def test_an_unknown_boot_is_never_taken_for_another(clocks: Clocks, tmp_path: Path) -> None:
    clocks.boot = "unknown"
    kit_clock(clocks, tmp_path).confirm(TODAY)
    clocks.pass_time(HOUR)
    assert needs_confirmation(kit_clock(clocks, tmp_path).now())


@pytest.mark.parametrize(
    ("on", "phrase", "words"),
    [
        (date(2026, 11, 23), ClockPhrase.DATE_EARLY, "2026-11-23 tidak mungkin: kit ini sudah bekerja pada 2026-11-24"),
        (date(2041, 11, 25), ClockPhrase.DATE_LATE, "2041-11-25 tidak mungkin: paling lambat 2041-11-24"),
    ],
)
def test_a_date_that_cannot_be_is_asked_again(
    clocks: Clocks, tmp_path: Path, on: date, phrase: ClockPhrase, words: str
) -> None:
    kit = kit_clock(clocks, tmp_path)
    doubt = kit.doubt(on)
    assert doubt is not None
    assert doubt.phrase is phrase
    assert words in doubt.say(Language.INDONESIAN)
    assert f"{on} cannot be" in doubt.say(Language.ENGLISH)
    with pytest.raises(InputError, match="cannot be"):
        kit.confirm(on)
    assert needs_confirmation(kit.now())


def test_a_date_at_either_end_can_be(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    assert kit.doubt(date(2026, 11, 24)) is None
    assert kit.doubt(date(2041, 11, 24)) is None


@pytest.mark.parametrize(
    ("jump", "phrase", "indonesian", "english"),
    [
        (TEN_YEARS, ClockPhrase.JUMPED_AHEAD, "melompat maju 3653 hari", "jumped ahead by 3653 days"),
        (-TEN_YEARS, ClockPhrase.JUMPED_BACK, "melompat mundur 3653 hari", "jumped back by 3653 days"),
        (timedelta(minutes=2), ClockPhrase.JUMPED_AHEAD, "melompat maju 2 menit", "jumped ahead by 2 minutes"),
    ],
)
def test_a_jump_is_told_not_followed_and_costs_trust(
    clocks: Clocks, tmp_path: Path, jump: timedelta, phrase: ClockPhrase, indonesian: str, english: str
) -> None:
    clocks.serve()
    kit = kit_clock(clocks, tmp_path)
    kit.now()
    clocks.pass_time(HOUR)
    clocks.set_wall(clocks.wall + jump)
    clocks.serve(now=False)
    at = kit.now()
    assert (at.utc, at.trust) == (MORNING + HOUR, ClockTrust.UNCONFIRMED)
    assert kit.today() == TODAY
    (notice,) = kit.notices()
    assert notice.phrase is phrase
    assert indonesian in notice.say(Language.INDONESIAN)
    assert english in notice.say(Language.ENGLISH)
    assert kit.notices() == ()
    assert kit.confirm(TODAY).trust is ClockTrust.OPERATOR


def test_a_jump_there_and_back_leaves_no_doubt_about_the_time(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    kit.confirm(TODAY)
    for jump in (TEN_YEARS, -TEN_YEARS):
        clocks.set_wall(clocks.wall + jump)
        clocks.pass_time(HOUR)
        assert kit.now().trust is ClockTrust.OPERATOR
    assert kit.now().utc == MORNING + 2 * HOUR
    assert told(kit) == [ClockPhrase.JUMPED_AHEAD, ClockPhrase.JUMPED_BACK]


def test_a_battery_clock_still_vouches_for_what_the_wall_clock_left(clocks: Clocks, tmp_path: Path) -> None:
    clocks.battery = clocks.wall
    kit = kit_clock(clocks, tmp_path)
    kit.now()
    clocks.set_wall(clocks.wall + TEN_YEARS)
    assert kit.now() == Timestamp(MORNING, ClockTrust.BATTERY, "boot-1", 40.0)
    assert told(kit) == [ClockPhrase.JUMPED_AHEAD]


def test_slow_drift_is_no_jump(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    for _ in range(100):
        clocks.pass_time(HOUR)
        clocks.set_wall(clocks.wall + timedelta(seconds=2))
        kit.now()
    assert told(kit) == []


def test_a_time_server_that_arrives_puts_the_clock_right(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit = kit_clock(clocks, tmp_path)
    kit.now()
    clocks.set_wall(MORNING)
    clocks.serve()
    assert (kit.now().utc, kit.now().trust) == (MORNING, ClockTrust.NETWORK)
    (notice,) = kit.notices()
    assert notice.say(Language.ENGLISH) == (
        "The kit's clock was put right by the time server: it is now 2027-03-09 01:30 UTC."
    )
    assert notice.say(Language.INDONESIAN) == "Jam kit dibetulkan oleh server waktu: sekarang 2027-03-09 01:30 UTC."


def test_a_time_server_s_old_word_does_not_cover_a_jump_and_a_new_one_does(clocks: Clocks, tmp_path: Path) -> None:
    clocks.serve()
    kit = kit_clock(clocks, tmp_path)
    kit.now()
    clocks.set_wall(MORNING + TEN_YEARS)
    assert kit.now().trust is ClockTrust.UNCONFIRMED
    assert kit.now().trust is ClockTrust.UNCONFIRMED
    clocks.serve(now=False)
    assert kit.now().trust is ClockTrust.UNCONFIRMED
    clocks.set_wall(MORNING)
    clocks.serve()
    assert (kit.now().utc, kit.now().trust) == (MORNING, ClockTrust.NETWORK)
    assert told(kit) == [ClockPhrase.JUMPED_AHEAD, ClockPhrase.CORRECTED]


def test_a_wrong_clock_that_someone_sets_is_followed(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit = kit_clock(clocks, tmp_path)
    kit.now()
    clocks.set_wall(MORNING)
    assert (kit.now().utc, kit.now().trust) == (MORNING, ClockTrust.UNCONFIRMED)


def test_a_trusted_source_wins_over_the_operator_and_says_so_once(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    kit.confirm(date(2027, 9, 3))
    clocks.serve()
    assert (kit.now().utc, kit.now().trust) == (MORNING, ClockTrust.NETWORK)
    (notice,) = kit.notices()
    assert notice.say(Language.ENGLISH) == (
        "The operator said 2027-09-03, but the time server says 2027-03-09; 2027-03-09 holds."
    )
    assert notice.say(Language.INDONESIAN) == (
        "Operator menyebut 2027-09-03, tetapi server waktu menyebut 2027-03-09; yang berlaku 2027-03-09."
    )


def test_a_source_that_agrees_with_the_operator_says_nothing(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    kit.confirm(TODAY)
    clocks.serve()
    assert kit.now().trust is ClockTrust.NETWORK
    assert told(kit) == []


def test_a_clock_behind_a_trusted_record_is_wrong(clocks: Clocks, tmp_path: Path) -> None:
    clocks.battery = clocks.wall
    kit = kit_clock(clocks, tmp_path)
    kit.remember([Timestamp(MORNING + timedelta(days=30), ClockTrust.NETWORK, "boot-0", 9.0)])
    assert kit.now().trust is ClockTrust.WRONG
    assert kit.today() == clock.RELEASED.date()
    (notice,) = kit.notices()
    assert notice.say(Language.ENGLISH) == (
        "The kit's clock (2027-03-09 01:30 UTC) is behind the last record (2027-04-08 01:30 UTC); check today's date."
    )
    assert "tertinggal dari rekaman terakhir (2027-04-08 01:30 UTC)" in notice.say(Language.INDONESIAN)
    assert kit.doubt(TODAY) is not None
    assert kit.suggested() == date(2027, 4, 8)
    assert kit.confirm(date(2027, 4, 9)).trust is ClockTrust.OPERATOR


@pytest.mark.parametrize("served", [True, False])
def test_a_record_by_a_clock_that_ran_ahead_binds_nobody(clocks: Clocks, tmp_path: Path, served: bool) -> None:
    if served:
        clocks.serve()
    kit = kit_clock(clocks, tmp_path)
    kit.remember([Timestamp(MORNING + TEN_YEARS, ClockTrust.UNCONFIRMED, "boot-0", 9.0)])
    assert kit.now().trust is (ClockTrust.NETWORK if served else ClockTrust.UNCONFIRMED)
    assert told(kit) == ([] if served else [ClockPhrase.BEHIND_RECORD])
    assert kit.doubt(TODAY) is None


def test_a_confirmed_day_begins_no_earlier_than_its_last_record(clocks: Clocks, tmp_path: Path) -> None:
    clocks.set_wall(EPOCH)
    kit = kit_clock(clocks, tmp_path)
    kit.remember([Timestamp(MORNING, ClockTrust.NETWORK, "boot-0", 9.0)])
    assert kit.confirm(TODAY).utc == MORNING


def test_the_first_guess_is_the_best_that_is_known(clocks: Clocks, tmp_path: Path) -> None:
    kit = kit_clock(clocks, tmp_path)
    assert kit.suggested() == TODAY
    clocks.set_wall(EPOCH)
    assert kit_clock(clocks, tmp_path).suggested() == date(2026, 11, 24)
    clocks.set_wall(MORNING + 3 * TEN_YEARS)
    assert kit_clock(clocks, tmp_path).suggested() == date(2026, 11, 24)


@pytest.mark.parametrize("phrase", ClockPhrase)
def test_every_text_stands_in_both_languages_with_the_same_blanks(phrase: ClockPhrase) -> None:
    blanks = [{part.partition("}")[0] for part in text.split("{")[1:]} for text in phrase.value]
    assert blanks[0] == blanks[1]
    assert len(set(phrase.value)) == 2


def test_a_notice_without_blanks_is_said() -> None:
    assert Notice(ClockPhrase.WHY_ASK).say(Language.ENGLISH).startswith("The kit's clock cannot be trusted")
