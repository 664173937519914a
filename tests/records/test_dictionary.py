"""The names of fields: those of nistitl and of the kit's own tables, each in both languages."""

import csv

import nistitl
import pytest

from firmware.records import dictionary, itl
from firmware.vocabulary import CaptureTechnology, FingerPosition, Language
from tests.conftest import ROOT

TABLES = ROOT / "firmware" / "records"


def test_the_mnemonics_are_those_of_nistitl() -> None:
    for kind, fields in nistitl.ALIASES.items():
        for number, mnemonic in fields.items():
            words = dictionary.field(kind, number)
            assert words is not None, (kind, number)
            assert words.mnemonic == mnemonic, (kind, number)


@pytest.mark.parametrize(
    ("kind", "numbers"), [(1, itl.Type1), (2, itl.Type2), (9, itl.Type9), (10, itl.Type10), (14, itl.Type14)]
)
def test_every_field_that_a_kit_writes_has_its_name(kind: int, numbers: type[itl.Type1]) -> None:
    for number in numbers:
        words = dictionary.field(kind, number, dictionary.DOMAIN)
        assert words is not None
        assert words.mnemonic == number.name


def test_a_kits_own_fields_are_known_in_its_own_domain_only() -> None:
    assert dictionary.field(2, itl.Type2.NIK, "NORAM") is None
    assert itl.DOMAIN[0][0] == dictionary.DOMAIN


@pytest.mark.parametrize("table", ["fields.csv", "codes.csv"])
def test_every_line_of_a_table_stands_once_and_in_both_languages(table: str) -> None:
    with (TABLES / table).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    key = ("types", "number") if table == "fields.csv" else ("mnemonic", "code")
    keys = [(kind, row[key[1]]) for row in rows for kind in row[key[0]].split()]
    assert len(keys) == len(set(keys)) >= 40
    assert all(row["indonesian"].strip() and row["english"].strip() and row["mnemonic"] for row in rows)


def test_codes_are_told_as_a_person_says_them() -> None:
    assert dictionary.code("FGP", "02", Language.INDONESIAN) == "telunjuk kanan"
    assert dictionary.code("FGP", "13", Language.ENGLISH) == "four fingers of the right hand, plain"
    assert dictionary.code("IMP", "0", Language.ENGLISH) == "plain, by contact"
    assert all(dictionary.code("FCT", str(int(kind)), Language.INDONESIAN) for kind in CaptureTechnology)
    assert {dictionary.code("FGP", text, Language.ENGLISH) for text in ("", "99", "²", "x" * 9)} == {""}
    assert all(dictionary.code("FGP", str(int(finger)), Language.ENGLISH) for finger in FingerPosition)


def test_types_have_names() -> None:
    assert dictionary.type_name(14, Language.ENGLISH) == "fingerprint"
    assert dictionary.type_name(77, Language.ENGLISH) == ""
