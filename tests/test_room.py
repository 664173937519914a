"""Room for records: told well before it ends, and nothing is begun that could not be kept."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest

from firmware import recording, room
from firmware.config import StorageConfig
from firmware.errors import SpoolFull
from firmware.room import Room
from firmware.spool import SPOOL, Spool
from firmware.storage_words import StoragePhrase
from firmware.wording import Bilingual
from tests.test_spool import AFTER, packet, receipt
from tests.transactions import AT


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / SPOOL)


def a_card(monkeypatch: pytest.MonkeyPatch, total: int, free: int) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(total, total - free, free))


@pytest.mark.parametrize(("free", "percent", "is_short"), [(500, 50, False), (201, 79, False), (200, 80, True)])
def test_a_card_is_short_from_eighty_percent_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spool: Spool, free: int, percent: int, is_short: bool
) -> None:
    a_card(monkeypatch, 1000 * 10**6, free * 10**6)
    with spool:
        left = room.measure(tmp_path, spool, StorageConfig())
    assert left and (left.percent, left.is_short) == (percent, is_short)
    left.check()


def test_a_quota_counts_where_it_is_fuller_than_the_card(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spool: Spool
) -> None:
    a_card(monkeypatch, 1000 * 10**6, 900 * 10**6)
    with spool:
        for number in range(5):
            spool.put(packet(f"K1-{number}", 9_000_000), AT)
        spool.free()
        left = room.measure(tmp_path, spool, StorageConfig(quota_mb=50))
        assert left and (left.percent, left.is_short) == (90, True)
        left.check()
        for number in range(3):
            spool.acknowledge(receipt(f"K1-{number}", sha256=packet(f"K1-{number}", 9_000_000).sha256), AFTER)
        # What the office has counts as room before the file has shrunk
        left = room.measure(tmp_path, spool, StorageConfig(quota_mb=50))
        assert left and (left.percent, left.is_short) == (36, False)


def test_where_no_record_fits_nothing_is_begun() -> None:
    Room(96_000_000, 100_000_000, 80).check()
    with pytest.raises(SpoolFull, match=r"only 3\.9 MB are left for records; export"):
        Room(96_100_000, 100_000_000, 80).check()


def test_a_folder_that_tells_nothing_stops_nothing(tmp_path: Path, spool: Spool) -> None:
    with spool:
        assert room.measure(tmp_path / "nowhere", spool, StorageConfig()) is None


class Desk:
    """Hears what is said."""

    def __init__(self) -> None:
        self.said: list[tuple[Bilingual, object]] = []

    def say(self, phrase: Bilingual, style: str = "", **values: object) -> None:
        self.said.append((phrase, values.get("percent")))


@pytest.mark.parametrize(("free", "said"), [(500, []), (150, [(StoragePhrase.SHORT, 85)])])
def test_the_operator_is_told_before_a_resident_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, spool: Spool, free: int, said: list[tuple[Bilingual, object]]
) -> None:
    a_card(monkeypatch, 1000 * 10**6, free * 10**6)
    place, desk = SimpleNamespace(config=SimpleNamespace(data=tmp_path, storage=StorageConfig()), spool=spool), Desk()
    with spool:
        recording._check_room(cast(Any, place), cast(Any, desk))
        a_card(monkeypatch, 1000 * 10**6, 3 * 10**6)
        with pytest.raises(SpoolFull, match=r"only 3\.0 MB are left"):
            recording._check_room(cast(Any, place), cast(Any, desk))
    assert desk.said == said
