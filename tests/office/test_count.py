"""The office's count, in both databases: of rows as they come in, and of those that kits told."""

import csv
import io
import json
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest

from firmware.errors import InputError
from firmware.office import count_page, count_tables, numbers
from firmware.office.count import count
from firmware.office.counted import Count, Coverage, Group, Refused, Replaced, Sixteen
from firmware.office.numbers import Number
from firmware.office.store import OutboxDay, OutboxRow, PacketRow, RefusalRow, Store
from firmware.vocabulary import Language, Purpose
from tests.office.test_store import REFUSAL, ROW

TODAY = date(2026, 12, 1)
NUMBERS = [
    Number("Pongok", "target", 4, "wajib KTP, semester I", date(2026, 6, 30)),
    Number("Pongok", "target", 2, "wajib KTP, semester II", date(2026, 12, 31)),
    Number("Pongok", "recorded", 3, "laporan kabupaten", date(2026, 8, 31)),
    Number("", "target", 100, "kabupaten", date(2026, 6, 30)),
]


def row(number: int, **changes: str) -> PacketRow:
    told = {
        "card_from": "",
        "resident": f"{number:064}",
        "sha256": f"{number:064x}",
        "control_number": f"K1-{number:04}",
        **changes,
    }
    return replace(ROW, supersedes=told.pop("supersedes", ""), **told)  # type: ignore[arg-type]


@pytest.fixture
def counted(store: Store) -> Count:
    """Six packets: one replaced, two of one resident, one of another district and day, one of practice."""
    rows = [
        row(1, card_from="2027-04-12"),
        row(2, supersedes="K1-0001", because="wrong name", resident=f"{1:064}", card_from="2027-04-12"),
        row(3, supersedes="K1-0099", card_from="2026-11-01"),
        row(4, resident=f"{3:064}"),
        row(
            5,
            kit_id="K2",
            control_number="K2-0005",
            district="Tukak",
            place="",
            recorded_day="2026-11-26",
            card_from="",
        ),
        row(6, purpose="training"),
    ]
    for one in rows:
        store.keep(one)
    store.refuse(REFUSAL)
    store.refuse(replace(REFUSAL, sha256="d" * 64, reason="conflict", words="another"))
    store.refuse(RefusalRow(rows[0].sha256, "K1-0001", 9, "K1", "unknown_kit", "then", "2026-11-28", "https", "{}"))
    store.told(
        OutboxRow(
            "K1", "Pongok", "SMA Negeri 1 Pongok", 10, 4, "2026-11-25T00:00:00+00:00", "2026-11-29T02:00:00", "https"
        ),
        [OutboxDay("K1", "2026-11-25", 7, 2), OutboxDay("K1", "2026-11-27", 3, 2)],
    )
    return count(store, NUMBERS, today=TODAY)


def test_groups_count_what_came_and_what_kits_told(counted: Count) -> None:
    assert counted.districts == (
        Group("Pongok", 10, 4, accepted=4, replaced=1, residents=2, sixteen=2),
        Group("Tukak", None, None, accepted=1, replaced=0, residents=1, sixteen=0),
    )
    assert [(one.name, one.recorded, one.waiting, one.accepted) for one in counted.days] == [
        ("2026-11-25", 7, 2, 4),
        ("2026-11-26", None, None, 1),
        ("2026-11-27", 3, 2, 0),
    ]
    assert [(one.name, one.residents) for one in counted.schools] == [("", 1), ("SMA Negeri 1 Pongok", 2)]


def test_kits_tell_and_the_office_counts(counted: Count) -> None:
    first, second = counted.kits
    assert (first.kit_id, first.recorded, first.waiting, first.accepted, first.refused, first.delivered) == (
        "K1",
        10,
        4,
        4,
        2,
        6,
    )
    assert (second.kit_id, second.district, second.recorded, second.told_utc) == ("K2", "Tukak", None, "")


def test_refusals_count_until_the_packet_is_accepted(counted: Count) -> None:
    assert counted.refused == (Refused("conflict", 1, "another"), Refused("damaged", 1, "cut"))


def test_who_was_recorded_twice_is_told_unless_one_replaces_the_other(counted: Count) -> None:
    assert counted.twice == (("K1-0003", "K1-0004"),)
    assert counted.replaced == (
        Replaced("K1-0001", "K1-0002", "wrong name", True),
        Replaced("K1-0099", "K1-0003", "", False),
    )


def test_residents_of_16_have_the_day_of_their_card(counted: Count) -> None:
    assert counted.sixteen == (Sixteen("2027-04-12", "K1-0002", "K1", "SMA Negeri 1 Pongok"),)


def test_each_number_keeps_its_source_and_its_date(counted: Count) -> None:
    day = counted.at_utc[:10]
    assert counted.coverage == (
        Coverage("", "target", 100, "kabupaten", "2026-06-30", None),
        Coverage("", "counted", 3, "Rekam", day, 3.0),
        Coverage("Pongok", "target", 4, "wajib KTP, semester I", "2026-06-30", None),
        Coverage("Pongok", "target", 2, "wajib KTP, semester II", "2026-12-31", None),
        Coverage("Pongok", "recorded", 3, "laporan kabupaten", "2026-08-31", 150.0),
        Coverage("Pongok", "counted", 2, "Rekam", day, 100.0),
        Coverage("Tukak", "counted", 1, "Rekam", day, None),
    )


def test_practice_is_counted_apart(store: Store, counted: Count) -> None:
    practice = count(store, purpose=Purpose.TRAINING, today=TODAY)
    assert [(one.name, one.accepted) for one in practice.districts if one.accepted] == [("Pongok", 1)]
    assert practice.twice == () and practice.coverage == ()


def test_an_empty_office_counts_nothing(store: Store) -> None:
    counted = count(store)
    assert not (counted.kits or counted.days or counted.sixteen)
    assert "<h1>" in count_page.render(counted, Language.INDONESIAN)


@pytest.mark.parametrize("language", list(Language))
def test_tables_page_and_csv_tell_the_same(counted: Count, language: Language) -> None:
    page = count_page.render(counted, language)
    told = [cell for table in count_tables.tables(counted, language) for one in table.rows for cell in one]
    for words in ("SMA Negeri 1 Pongok", "laporan kabupaten", "2027-04-12", "K1-0003, K1-0004", "150.0"):
        assert words == "151" or (any(words in cell for cell in told) and words in page)
    assert page.count("<svg") >= 4 and "src=" not in page
    over = {"en": "More than the target", "id": "Lebih dari sasaran"}[language.value]
    assert over in page
    rows = list(csv.DictReader(io.StringIO(count_tables.as_csv(counted))))
    assert {one["by"] for one in rows} == {"kit", "day", "district", "school"}
    assert next(one for one in rows if one["name"] == "K1")["refused"] == "2"
    assert json.loads(json.dumps(asdict(counted)))["districts"][0]["residents"] == 2


def test_places_from_a_kit_do_not_break_the_page(store: Store) -> None:
    store.keep(row(1, place='<script>alert("x")</script>'))
    assert "<script>" not in count_page.render(count(store), Language.ENGLISH)


HEADER = "district,what,number,source,date\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no number"),
        ("district,number\nPongok,5\n", "lacks the column"),
        (HEADER, "holds no number"),
        (HEADER + "Pongok,goal,5,x,2026-06-30\n", "line 2: what"),
        (HEADER + "Pongok,target,141.812,x,2026-06-30\n", "line 2: number"),
        (HEADER + "Pongok,target,0,x,2026-06-30\n", "covers nothing"),
        (HEADER + "Pongok,target,5,,2026-06-30\nPongok,target,5,x,June\n", "2 line"),
    ],
)
def test_numbers_that_cannot_be_are_named_by_line(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        numbers.read(path)


def test_numbers_are_read(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text(HEADER + 'Pongok,target,2140,"Dukcapil, semester I",2026-06-30\n', encoding="utf-8-sig")
    assert numbers.read(path) == [Number("Pongok", "target", 2140, "Dukcapil, semester I", date(2026, 6, 30))]
    with pytest.raises(InputError, match="cannot be read"):
        numbers.read(tmp_path / "none.csv")
