"""A class list: what schools' spreadsheets write, and what is named before the first capture."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import roster
from firmware.errors import InputError
from firmware.roster import RowFault
from firmware.roster_wording import RosterPhrase
from firmware.vocabulary import ConsentGiver, Language, MaritalStatus, Sex

TODAY = date(2026, 11, 25)
HEADER = "nik,name,date_of_birth,sex"
AYU = "1903015204100007,Ayu,2010-04-12,P"
BUDI = "1903011303100012,Budi Santoso,2010-03-13,L"
CITRA = "1903016501100003,Citra,2010-01-25,P"


def read(tmp_path: Path, text: str | bytes, language: Language = Language.ENGLISH) -> roster.Roster:
    path = tmp_path / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return roster.read(path, TODAY, language)


def faults(tmp_path: Path, *rows: str, header: str = HEADER) -> list[tuple[int, str, str]]:
    found = read(tmp_path, "\n".join([header, *rows])).faults
    return [(fault.row, fault.column, fault.words) for fault in found]


def test_a_good_list_is_read_whole(tmp_path: Path) -> None:
    header = f"{HEADER},marital_status,class,consent,override_nik,NISN"
    found = read(tmp_path, f"{header}\n{AYU},,XI-A,guardian,,77\n\n{BUDI},belum kawin,XI-B,,an old one,\n")
    assert found.faults == () and [row.number for row in found.rows] == [2, 4]
    ayu, budi = (row.person for row in found.rows)
    assert (ayu.resident.nik, ayu.resident.name, ayu.resident.sex) == ("1903015204100007", "Ayu", Sex.FEMALE)
    assert (ayu.consent, ayu.override, ayu.resident.marital_status) == (ConsentGiver.GUARDIAN, "", None)
    assert (budi.override, budi.resident.marital_status) == ("an old one", MaritalStatus.NEVER_MARRIED)
    assert [row.group for row in found.rows] == ["XI-A", "XI-B"]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\n{AYU}\n".encode(),
        f"{HEADER}\n{AYU}\n".encode("utf-8-sig"),
        f"{HEADER}\r\n{AYU}\r\n".replace(",", ";").encode("utf-8-sig"),
        f"sep=;\r\n{HEADER}\r\n{AYU}\r\n".replace(",", ";").encode(),
        f"{HEADER}\n{AYU}".replace(",", "\t").encode(),
        b'NIK;"Nama Lengkap";Tanggal Lahir;L/P\n1903 0152 0410 0007;"Ayu";12/04/2010;perempuan\n',
        b"No;Nama;Tgl. Lahir;JK;NIK;Alamat\n1;Ayu;12-4-2010;p;1903015204100007;Jl. Melati, 3\n",
    ],
)
def test_what_spreadsheets_write_is_the_same_list(tmp_path: Path, text: bytes) -> None:
    (row,) = read(tmp_path, text).rows
    resident = row.person.resident
    assert (row.number, resident.nik, resident.name) == (2, "1903015204100007", "Ayu")
    assert (resident.date_of_birth, resident.sex) == (date(2010, 4, 12), Sex.FEMALE)


@given(st.dates(date(1950, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"]))
def test_a_day_is_read_in_every_way_that_is_told(
    tmp_path_factory: pytest.TempPathFactory, born: date, way: str
) -> None:
    text = f"{HEADER}\n1903015204100007,Ayu,{born:{way}},P"
    (row,) = read(tmp_path_factory.mktemp("day"), text).rows
    assert row.person.resident.date_of_birth == born


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("1.90302E+15,Ayu,2010-04-12,P", "nik", "made a number of it"),
        ('"1,90302E+15",Ayu,2010-04-12,P', "nik", "made a number of it"),
        ("1903015204100007.0,Ayu,2010-04-12,P", "nik", "made a number of it"),
        ("'1903015204100007,Ayu,2010-04-12,P", "nik", "apostrophe"),
        ("190301520410000,Ayu,2010-04-12,P", "nik", "only 15 digits"),
        ("1903015204100000,Ayu,2010-04-12,P", "nik", "lost the last digit"),
        ("190301520410000A,Ayu,2010-04-12,P", "nik", "character 16 is none"),
        ("1903019904100007,Ayu,2010-04-12,P", "nik", "does not exist in that month: …"),
        (",Ayu,2010-04-12,P", "nik", "is required"),
        ("1903015204100007,,2010-04-12,P", "name", "is required"),
        ("1903015204100007,...,2010-04-12,P", "name", "as the family card has it"),
        ("1903015204100007,Ayu,12/25/2010,P", "date_of_birth", "DAY-MONTH-YEAR"),
        ("1903015204100007,Ayu,12-04-10,P", "date_of_birth", "four digits"),
        ("1903015204100007,Ayu,12-04/2010,P", "date_of_birth", "DAY-MONTH-YEAR"),
        ("1903015204100007,Ayu,2011-02-29,P", "date_of_birth", "DAY-MONTH-YEAR"),
        ("1903015204100007,Ayu,40280,P", "date_of_birth", "day number"),
        ("1903015204100007,Ayu,2027-01-01,P", "date_of_birth", "future: …"),
        ("1903015204100007,Ayu,2010-04-12,F", "sex", "L (male) or P (female), not …"),
        ("1903015204100007,Ayu,2010-04-12", "sex", "is required"),
        ("1903015204100007,Sari, Ayu,2010-04-12,P", "sex", "quotation marks"),
    ],
)
def test_a_bad_cell_is_named_and_not_repeated(tmp_path: Path, row: str, column: str, words: str) -> None:
    found = faults(tmp_path, AYU.replace("0007", "0008"), row)
    assert any(at == 3 and title == column and words in told for at, title, told in found), found
    for _, _, told in found:
        assert (
            "Ayu" not in told
            and "19030" not in told
            and "04-12" not in told.replace("12-04-2010", "").replace("2010-04-12", "")
        )


def test_every_bad_row_is_named_at_once_in_the_words_of_the_list(tmp_path: Path) -> None:
    text = "NIK;Nama;Tanggal Lahir;JK\n1903015204100007;Ayu;kemarin;P\n1903011303100012;;2010-03-13;X\n"
    found = read(tmp_path, text, Language.INDONESIAN)
    assert found.rows == ()
    with pytest.raises(InputError) as raised:
        roster.refuse(found, Language.INDONESIAN)
    told = str(raised.value).splitlines()
    assert told[0].endswith("class.csv: 3 sel perlu diperbaiki:")
    assert [line.split(":")[0] for line in told[1:]] == ["  baris 2, Tanggal Lahir", "  baris 3, Nama", "  baris 3, JK"]
    assert "kemarin" not in str(raised.value)


def test_a_good_list_is_not_refused(tmp_path: Path) -> None:
    roster.refuse(read(tmp_path, f"{HEADER}\n{AYU}"), Language.ENGLISH)


def test_a_number_that_is_there_twice_is_named(tmp_path: Path) -> None:
    twice = AYU.replace("Ayu", "Dewi").replace("19030152", "1903 0152")
    assert faults(tmp_path, AYU, BUDI, twice) == [(4, "nik", "the same NIK as in row 2")]


def test_columns_that_shifted_tell_nothing_of_the_row(tmp_path: Path) -> None:
    found = faults(tmp_path, "Ayu,1903015204100007,P,2010-04-12")
    assert {column for _, column, _ in found} == {"nik", "name", "date_of_birth", "sex"}
    assert not any("1903" in words or "Ayu" in words for _, _, words in found)


def test_numbers_that_all_lost_their_last_digit_are_told(tmp_path: Path) -> None:
    rows = [f"19030152041000{serial}0,Ayu,2010-04-12,P" for serial in range(1, 5)]
    assert faults(tmp_path, *rows) == [(2, "nik", RosterPhrase.NIK_ALL_ROUNDED.say(Language.ENGLISH))]
    assert faults(tmp_path, *rows[:3]) == []
    assert faults(tmp_path, *rows, BUDI) == []


def test_the_young_are_no_fault_of_the_list(tmp_path: Path) -> None:
    header = f"{HEADER},marital_status"
    young = "1903015204110007,Ayu,2011-04-12,P"
    found = read(tmp_path, f"{header}\n{young},\n{young.replace('0007', '0008')},kawin\n{BUDI},\n")
    assert found.faults == () and [row.is_too_young for row in found.rows] == [True, False, False]


def test_sixteen_today_is_old_enough(tmp_path: Path) -> None:
    text = f"{HEADER}\n1903016511100007,Ayu,25-11-2010,P\n1903016611100007,Ani,26-11-2010,P"
    assert [row.is_too_young for row in read(tmp_path, text).rows] == [False, True]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "required columns are missing: nik, name, date_of_birth, sex"),
        (b"nik;nama;jk\n", "required columns are missing: date_of_birth"),
        (b"nik,nama,name,tgl_lahir,jk\n", "twice: name"),
        (HEADER.encode(), "holds no pupil"),
        (f"{HEADER}\n,,,\n".encode(), "holds no pupil"),
        (f"{HEADER}\n{AYU}".encode("utf-16"), "is not UTF-8"),
        (f"{HEADER}\n{AYU.replace('Ayu', 'Zoé')}".encode("latin-1"), "is not UTF-8"),
        (f'{HEADER}\n"{AYU}'.encode(), "quotation marks"),
        (b"x" * (roster.MAX_BYTES + 1), "more than"),
        (b"Ayu,1903015204100007,2010-04-12,P\n", "required columns are missing"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, text: bytes, words: str) -> None:
    with pytest.raises(InputError) as raised:
        read(tmp_path, text)
    assert "class.csv: " in str(raised.value) and words in str(raised.value)
    assert "Ayu" not in str(raised.value)


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            roster.read(path, TODAY, Language.ENGLISH)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "class.csv"
    for content in (noise, f"{HEADER}\n{AYU}\n".encode() + noise):
        path.write_bytes(content)
        try:
            found = roster.read(path, TODAY, Language.ENGLISH)
        except InputError:
            continue
        assert all(isinstance(fault, RowFault) for fault in found.faults)
