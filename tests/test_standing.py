"""How an identity stands: what is told of a certificate's end, and when; none of it stops a kit."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from firmware import identity, standing
from firmware.clock import RELEASED
from firmware.datatypes import Timestamp
from firmware.errors import OtherBoard
from firmware.identity import Identity
from firmware.office import admission, keys, opening
from firmware.office.keys import Office
from firmware.standing import Standing, State
from firmware.vocabulary import ClockTrust, Language
from tests import boards, transactions
from tests.offices import on_stick, packet

ZONE = "Asia/Jayapura"
NOW = Timestamp(datetime(2027, 3, 1, 12, tzinfo=UTC), ClockTrust.NETWORK, "boot", 1.0)


def certified(data: Path, office: Office, until: datetime, root: Path | None = None) -> Identity:
    """A kit whose certificate ends then."""
    valid = until - datetime.now(UTC)
    request = identity.write_request(data, "K1", data.parent / "stick", root)
    return identity.accept_answer(data, "K1", admission.admit(request, office, valid=valid).answer, root=root)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return keys.init(tmp_path / "office")


@pytest.mark.parametrize(
    ("days", "state"),
    [(400, State.ADMITTED), (32, State.ADMITTED), (30, State.EXPIRING), (0, State.EXPIRING), (-2, State.EXPIRED)],
)
def test_the_end_is_told_a_month_ahead(days: int, state: State, tmp_path: Path, office: Office) -> None:
    kit = certified(tmp_path / "data", office, NOW.utc + timedelta(days=days))
    stands = standing.of(kit, NOW, ZONE)
    assert (stands.state, stands.until) == (state, date(2027, 3, 1) + timedelta(days=days))
    assert stands.is_ending == (state is not State.ADMITTED)
    assert standing.look(tmp_path / "data", NOW, ZONE) == stands


def test_the_last_day_is_the_kits_own(tmp_path: Path, office: Office) -> None:
    """At 18:00 UTC it is the next day already in Jayapura."""
    kit = certified(tmp_path / "data", office, datetime(2027, 3, 1, 18, tzinfo=UTC))
    assert standing.of(kit, NOW, ZONE).until == date(2027, 3, 2)
    assert standing.of(kit, NOW, "Asia/Jakarta").until == date(2027, 3, 2)
    assert standing.of(kit, NOW, "UTC").until == date(2027, 3, 1)


@pytest.mark.parametrize("year", [1970, 2060])
def test_a_wrong_clock_ends_no_certificate(year: int, tmp_path: Path, office: Office) -> None:
    kit = certified(tmp_path / "data", office, RELEASED + timedelta(days=400))
    wrong = replace(NOW, utc=datetime(year, 1, 1, tzinfo=UTC), trust=ClockTrust.WRONG)
    assert standing.of(kit, wrong, ZONE).state is State.ADMITTED


def test_a_kit_without_a_key_or_an_answer_says_so(tmp_path: Path) -> None:
    assert standing.look(tmp_path, NOW, ZONE) == Standing(State.NO_KEY)
    Identity.load_or_create(tmp_path)
    assert standing.look(tmp_path, NOW, ZONE) == Standing(State.UNADMITTED)


def test_another_board_and_a_spoiled_key_are_told_apart(tmp_path: Path) -> None:
    here, there = boards.pi(tmp_path / "1", "10000000a1b2c3d4"), boards.pi(tmp_path / "2", "10000000a1b2c3d5")
    Identity.load_or_create(tmp_path, "K1", here)
    assert standing.look(tmp_path, NOW, ZONE, here) == Standing(State.UNADMITTED)
    assert standing.look(tmp_path, NOW, ZONE, there) == Standing(State.OTHER_BOARD)
    (tmp_path / "identity" / "kit.key").write_bytes(b"spoiled")
    assert standing.look(tmp_path, NOW, ZONE, here) == Standing(State.SPOILED)


def test_a_folder_that_this_user_may_not_see_is_not_called_damaged(tmp_path: Path, office: Office) -> None:
    """`rekam status` of somebody who is not the kit's user."""
    certified(tmp_path / "data", office, NOW.utc + timedelta(days=400))
    if os.geteuid() == 0:
        os.seteuid(65534)
    else:
        (tmp_path / "data" / "identity").chmod(0)
    try:
        assert standing.look(tmp_path / "data", NOW, ZONE) is None
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        (tmp_path / "data" / "identity").chmod(0o700)


@pytest.mark.parametrize("language", list(Language))
def test_every_state_has_words_with_what_to_do(language: Language) -> None:
    for state in State:
        words = Standing(state, date(2027, 4, 1)).say(language)
        assert ("2027-04-01" in words) == (state in (State.ADMITTED, State.EXPIRING, State.EXPIRED))
        assert ("rekam identity" in words) == (state is not State.ADMITTED)


def test_the_same_key_is_renewed_over_the_stick(tmp_path: Path, office: Office) -> None:
    before = certified(tmp_path / "data", office, NOW.utc - timedelta(days=40))
    after = certified(tmp_path / "data", office, NOW.utc + timedelta(days=400))
    assert before.signer.key.private_numbers() == after.signer.key.private_numbers()
    assert standing.of(before, NOW, ZONE).state is State.EXPIRED
    assert standing.look(tmp_path / "data", NOW, ZONE) == standing.of(after, NOW, ZONE)
    assert standing.of(after, NOW, ZONE).state is State.ADMITTED


def test_what_an_expired_kit_records_the_office_opens_with_a_notice(tmp_path: Path, office: Office) -> None:
    ended = transactions.AT.utc - timedelta(days=3)
    path = on_stick(tmp_path, packet(certified(tmp_path / "data", office, ended)))
    opened = opening.open_file(path, office)
    assert opened.certified and opened.data == transactions.data()
    assert opened.notices == (
        f"signed after the kit's certificate had ended on {ended:%Y-%m-%d}; have the kit renew it",
    )


def test_a_copied_card_is_refused_before_its_certificate_is_looked_at(tmp_path: Path, office: Office) -> None:
    here, there = boards.pi(tmp_path / "1", "10000000a1b2c3d4"), boards.pi(tmp_path / "2", "10000000a1b2c3d5")
    certified(tmp_path / "data", office, NOW.utc - timedelta(days=3), here)
    with pytest.raises(OtherBoard):
        Identity.load_or_create(tmp_path / "data", "K1", there)
