"""A civil record: what is taken, and what is refused by name."""

import json
import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from firmware import resident
from firmware.civil_wording import CivilPhrase
from firmware.datatypes import Excuse, Resident
from firmware.errors import InputError
from firmware.roster_wording import RosterPhrase
from firmware.vocabulary import ConsentGiver, FingerPosition, Language, MaritalStatus, MissingFinger, Sex
from firmware.wording import FINGER_WORDS, Phrase

TODAY = date(2026, 11, 25)
GOOD = {"nik": "1903015204100007", "name": "Melati Contoh", "date_of_birth": "2010-04-12", "sex": "P"}


def changed(**values: object) -> dict[str, object]:
    return {**GOOD, **values}


def test_a_good_resident_is_taken_whole() -> None:
    expected = Resident("1903015204100007", "Melati Contoh", date(2010, 4, 12), Sex.FEMALE)
    assert resident.parse(GOOD, today=TODAY) == expected
    assert resident.contradictions(expected, Language.ENGLISH) == ()


@pytest.mark.parametrize(
    ("nik", "words"),
    [
        ("190301520410007", "16 digits, not 15"),
        ("19030152041000077", "16 digits, not 17"),
        ("190301520410000A", "16 digits; character 16 is none"),
        ("1903015204100007", ""),
        ("١٩٠٣٠١٥٢٠٤١٠٠٠٠٧", "16 digits"),
        ("0003015204100007", "province"),
        ("1900015204100007", "regency"),
        ("1903005204100007", "district"),
        ("1903015213100007", "month"),
        ("1903015200100007", "month"),
        ("1903010004100007", "day"),
        ("1903013204100007", "day"),
        ("1903014004100007", "day"),
        ("1903017204100007", "day"),
        ("1903013104100007", "day"),
        ("1903012902110007", "day"),
        ("1903012902120007", ""),
        ("1903017104100007", "day"),
        ("1903017105100007", ""),
        ("1903015204100000", "serial"),
        ("", "16 digits, not"),
        (1903015204100007, "quotation marks"),
    ],
)
def test_a_nik_is_judged(nik: object, words: str) -> None:
    if not words:
        assert resident.parse(changed(nik=nik), today=TODAY).nik == nik
        return
    with pytest.raises(InputError, match=f"nik: .*{words}"):
        resident.parse(changed(nik=nik), today=TODAY)


@pytest.mark.parametrize("name", ["Ayu", "Nur'aini", "I Gusti Ngurah", "Ñandú", "李", "a" * 100, "R. A. Kartini"])
def test_a_name_is_taken(name: str) -> None:
    assert resident.parse(changed(name=name), today=TODAY).name == name


@pytest.mark.parametrize(
    "name", ["", "   ", "a" * 101, "Ayu\x1eB", "Ayu\n", "Ayu\x00", "Ayu\u202e", "\ud800a", "...", 7]
)
def test_a_name_is_refused(name: object) -> None:
    with pytest.raises(InputError, match="name: "):
        resident.parse(changed(name=name), today=TODAY)


def test_spaces_of_a_name_are_tidied() -> None:
    assert resident.parse(changed(name="  Melati   Contoh "), today=TODAY).name == "Melati Contoh"


@pytest.mark.parametrize(
    ("born", "words"),
    [
        ("2026-11-26", "future"),
        ("1895-11-25", "130 years"),
        ("2010-13-01", "YEAR-MONTH-DAY"),
        ("2010-02-30", "YEAR-MONTH-DAY"),
        ("12-04-2010", "YEAR-MONTH-DAY"),
        ("20100412", "YEAR-MONTH-DAY"),
        ("", "YEAR-MONTH-DAY"),
        (None, "YEAR-MONTH-DAY"),
    ],
)
def test_a_date_of_birth_is_refused(born: object, words: str) -> None:
    with pytest.raises(InputError, match=f"date_of_birth: .*{words}"):
        resident.parse(changed(date_of_birth=born), today=TODAY)


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InputError) as raised:
        resident.parse({"nik": "1", "name": "", "date_of_birth": "2999-01-01"}, today=TODAY)
    assert all(f"  {field}: " in str(raised.value) for field in ("nik", "name", "date_of_birth", "sex"))


def test_the_operator_is_told_in_the_kit_s_language() -> None:
    words = resident.check("sex", "X", today=TODAY, language=Language.INDONESIAN)
    assert "perempuan" in words
    assert resident.check("sex", "p", today=TODAY, language=Language.INDONESIAN) == ""


def test_a_number_is_not_repeated_in_what_goes_to_a_log() -> None:
    with pytest.raises(InputError) as raised:
        resident.parse(changed(nik="19030152041000O7"), today=TODAY)
    assert "190301" not in str(raised.value)


def test_contradictions_are_warnings() -> None:
    person = resident.parse(changed(date_of_birth="2011-04-13", sex="L"), today=TODAY)
    found = resident.contradictions(person, Language.ENGLISH)
    assert [line.split(" ")[3] for line in found] == ["says", "says"]
    assert "12-04-10" in found[0] and "says P" in found[1]


def test_the_day_of_sixteen_is_not_too_young() -> None:
    person = Resident("1903015204100007", "Melati", date(2010, 4, 12), Sex.FEMALE)
    assert resident.refusal(person, today=date(2026, 4, 12), language=Language.ENGLISH) == ""
    assert "aged 15" in resident.refusal(person, today=date(2026, 4, 11), language=Language.ENGLISH)


@pytest.mark.parametrize(
    ("status", "refused"), [("never_married", True), ("married", False), ("divorced", False), ("cerai mati", False)]
)
def test_whoever_has_married_is_never_too_young(status: str, refused: bool) -> None:
    person = resident.parse(changed(date_of_birth="2012-04-12", marital_status=status), today=TODAY)
    words = resident.refusal(person, today=TODAY, language=Language.INDONESIAN)
    assert bool(words) is refused and ("belum kawin" in words) is refused


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("never_married", MaritalStatus.NEVER_MARRIED),
        ("Belum Kawin", MaritalStatus.NEVER_MARRIED),
        ("KAWIN", MaritalStatus.MARRIED),
        ("kawin tercatat", MaritalStatus.MARRIED),
        ("Cerai  Hidup", MaritalStatus.DIVORCED),
        ("widowed", MaritalStatus.WIDOWED),
        ("", None),
    ],
)
def test_a_marital_status_is_read(written: str, status: MaritalStatus | None) -> None:
    assert resident.parse(changed(marital_status=written), today=TODAY).marital_status is status


def test_an_unknown_marital_status_is_refused() -> None:
    with pytest.raises(InputError, match="marital_status: is never_married, married"):
        resident.parse(changed(marital_status="single"), today=TODAY)


def test_a_file_tells_a_reason_for_its_nik_and_who_agreed(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps({**GOOD, "override_nik": " an old  number ", "consent": "Wali"}))
    found = resident.load(path, today=TODAY)
    assert (found.override, found.consent) == ("an old number", ConsentGiver.GUARDIAN)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("operator", "a" * 51, "at most 50"),
        ("place", "SMA\x1d1", "cannot be printed"),
        ("place", "a" * 126, "at most 125"),
        ("because", "  ", "say the reason"),
        ("override_nik", "a" * 127, "at most 126"),
    ],
)
def test_a_remark_is_refused(field: str, text: str, words: str) -> None:
    with pytest.raises(InputError, match=f"{field}: {words}|{field}: .*{words}"):
        resident.remark(field, text)


def test_remarks_are_tidied_and_may_be_empty_but_reasons() -> None:
    assert resident.remark("place", " SMA  Negeri 1 ") == "SMA Negeri 1"
    assert resident.remark("operator", "") == ""


def test_the_example_file_is_a_resident() -> None:
    example = Path(__file__).parent.parent / "docs" / "resident.toml"
    found = resident.load(example, today=TODAY)
    assert found.excused == {}
    assert resident.contradictions(found.resident, Language.ENGLISH) == ()


@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_file_excuses_fingers(tmp_path: Path, suffix: str) -> None:
    values = {**GOOD, "excused": {"left_ring": "amputation: 2019", "right_little": "bandaged"}}
    path = tmp_path / f"r.{suffix}"
    text = json.dumps(values)
    if suffix == "toml":
        flat = "\n".join(f'{key} = "{value}"' for key, value in GOOD.items())
        text = f'{flat}\n[excused]\nleft_ring = "amputation: 2019"\nright_little = "bandaged"\n'
        assert tomllib.loads(text) == values
    path.write_text(text)
    assert resident.load(path, today=TODAY).excused == {
        FingerPosition.LEFT_RING: Excuse(MissingFinger.AMPUTATION, "amputation: 2019"),
        FingerPosition.RIGHT_LITTLE: Excuse(MissingFinger.UNABLE_TO_PRINT, "bandaged"),
    }


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("r.toml", b"", "no resident"),
        ("r.json", b"", "empty or cut short"),
        ("r.json", b"[1]", "no resident"),
        ("r.json", json.dumps(GOOD).encode()[:30], "cut short"),
        ("r.toml", b'nik = "19030', "cut short"),
        ("r.toml", b"\xff\xfe", "cannot be read"),
        ("r.json", json.dumps({**GOOD, "nikk": "1"}).encode(), "nikk: no such field"),
        ("r.json", json.dumps({**GOOD, "consent": "me"}).encode(), "consent: is resident or guardian"),
        ("r.json", json.dumps({**GOOD, "override_nik": ""}).encode(), "override_nik: say the reason"),
        ("r.json", json.dumps({**GOOD, "excused": "no"}).encode(), "excused: must be a table"),
        ("r.json", json.dumps({**GOOD, "excused": {"thumb": "x"}}).encode(), "excused.thumb: no such finger"),
        ("r.json", json.dumps({**GOOD, "excused": {"left_ring": " "}}).encode(), "excused.left_ring: say the reason"),
        ("r.json", json.dumps({**GOOD, "excused": {"left_ring": 1}}).encode(), "excused.left_ring: must be text"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        resident.load(path, today=TODAY)
    assert str(path) in str(raised.value) and words in str(raised.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(InputError, match=str(path)):
            resident.load(path, today=TODAY)


def test_every_text_exists_in_both_languages_with_the_same_braces() -> None:
    for phrases in (Phrase, CivilPhrase, RosterPhrase):
        assert len(phrases.__members__) == len(list(phrases)), "two phrases with the same texts"
    for phrase in (*Phrase, *CivilPhrase, *RosterPhrase):
        indonesian, english = (set(re.findall(r"\{(\w+)", text)) for text in phrase.value)
        assert indonesian == english, phrase
    assert set(FINGER_WORDS) == set(FingerPosition)
