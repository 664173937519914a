"""What the types, fields and codes of ANSI/NIST-ITL are called, in Indonesian and English.

The tables `fields.csv` and `codes.csv` hold facts of ANSI/NIST-ITL 1-2007 to 1-2011 Update 2015 (NIST SP 500-271 and
500-290) in our own words: a line for each field with the types that have it, and for each code of what a person would
otherwise have to look up. `REKAM` in the place of a type is the domain of a kit's own Type-2 fields, see `itl`.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from firmware import wording
from firmware.vocabulary import FingerPosition, Language

DOMAIN = "REKAM"

_TYPES: Mapping[int, tuple[str, str]] = {
    1: ("informasi transaksi", "transaction information"),
    2: ("teks menurut kesepakatan", "user-defined text"),
    3: ("sidik jari abu-abu, resolusi rendah", "grey fingerprint, low resolution"),
    4: ("sidik jari abu-abu, resolusi tinggi", "grey fingerprint, high resolution"),
    5: ("sidik jari hitam putih, resolusi rendah", "black-and-white fingerprint, low resolution"),
    6: ("sidik jari hitam putih, resolusi tinggi", "black-and-white fingerprint, high resolution"),
    7: ("gambar menurut kesepakatan", "user-defined image"),
    8: ("tanda tangan", "signature"),
    9: ("minutia", "minutiae"),
    10: ("wajah, bagian tubuh, parut, tanda atau tato", "face, body part, scar, mark or tattoo"),
    11: ("suara", "voice"),
    12: ("gigi", "dental record"),
    13: ("sidik laten", "latent print"),
    14: ("sidik jari", "fingerprint"),
    15: ("sidik telapak tangan", "palm print"),
    16: ("gambar uji menurut kesepakatan", "user-defined test image"),
    17: ("iris", "iris"),
    18: ("DNA", "DNA"),
    19: ("sidik telapak kaki", "plantar print"),
    20: ("sumber", "source representation"),
    21: ("konteks terkait", "associated context"),
    22: ("citra bukan foto", "non-photographic imagery"),
    98: ("jaminan informasi", "information assurance"),
    99: ("data biometrik CBEFF", "CBEFF biometric data"),
}


@dataclass(frozen=True, slots=True)
class FieldWords:
    """A field's mnemonic, and what it holds in Indonesian and English."""

    mnemonic: str
    words: tuple[str, str]

    def say(self, language: Language) -> str:
        """What the field holds."""
        return wording.choose(self.words, language)


def type_name(kind: int, language: Language) -> str:
    """What a type of record holds; empty where it is not known."""
    return wording.choose(_TYPES.get(kind, ("", "")), language)


def field(kind: int, number: int, domain: str = "") -> FieldWords | None:
    """What a field is called; None where it is not known. domain: of the transaction's Type-2 records (1.013)."""
    own = _fields().get((DOMAIN, number)) if kind == 2 and domain == DOMAIN else None
    return own or _fields().get((str(kind), number))


def code(mnemonic: str, text: str, language: Language) -> str:
    """What a code of a field means; empty where it says nothing."""
    if mnemonic in ("FGP", "FPP") and text.isascii() and text.isdecimal() and int(text) in set(FingerPosition):
        return wording.finger(FingerPosition(int(text)), language)
    plain = text.lstrip("0") or "0" if text.isdecimal() else text
    return wording.choose(_codes().get((mnemonic, plain), ("", "")), language)


@cache
def _fields() -> Mapping[tuple[str, int], FieldWords]:
    return {
        (kind, int(row["number"])): FieldWords(row["mnemonic"], (row["indonesian"], row["english"]))
        for row in _rows("fields.csv")
        for kind in row["types"].split()
    }


@cache
def _codes() -> Mapping[tuple[str, str], tuple[str, str]]:
    return {(row["mnemonic"], row["code"]): (row["indonesian"], row["english"]) for row in _rows("codes.csv")}


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (resources.files("firmware.records") / table).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
