"""The backup identity on paper: its key in rows that a person can type again, each with a check of its own.

A row is ten characters of the key, the last one eight, then two more that depend on them and on the row's number, so
that a slip, a row left out or two rows exchanged are told at once and by the row. The whole key has age's own check.
"""

import hashlib
import re
from collections.abc import Callable

import pyrage

from firmware.errors import InputError

PREFIX = "AGE-SECRET-KEY-1"
ROWS = 6

_ALPHABET = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
_ROW, _LENGTH = 10, 58
# No key has these; whoever reads one has seen its neighbour
_MISREAD = str.maketrans("O1IB", "0LL8")


def rows(secret: str) -> list[str]:
    """A key as `ROWS` rows of two groups and a check. Raises InputError for what is no age key."""
    key = secret.strip().upper().removeprefix(PREFIX)
    if len(key) != _LENGTH or not set(key) <= set(_ALPHABET):
        raise InputError("is no secret key of age")
    parts = [key[at : at + _ROW] for at in range(0, _LENGTH, _ROW)]
    return [f"{part[:5]} {part[5:]} {_check(number, part)}" for number, part in enumerate(parts, start=1)]


def read_row(number: int, typed: str) -> str:
    """The characters of the key in a row that was typed, its check taken off. Raises InputError naming the row."""
    text = re.sub(r"[\s.-]", "", typed).upper().translate(_MISREAD)
    part, check = text[:-2], text[-2:]
    length = min(_ROW, _LENGTH - _ROW * (number - 1))
    if len(part) != length:
        raise InputError(f"row {number}: has {len(text)} characters, {length + 2} are needed")
    if check != _check(number, part):
        raise InputError(f"row {number}: does not fit its last two characters; read it once more")
    return part


def read(ask: Callable[[int], str], on_slip: Callable[[InputError], None]) -> str:
    """The key of a sheet, asked for row by row; a whole key may be given for the first one. Raises InputError.

    `on_slip` hears what is wrong with a row before it is asked for again; it may raise.
    """
    parts: list[str] = []
    while len(parts) < ROWS:
        typed = ask(len(parts) + 1)
        if not parts and typed.strip().upper().startswith(PREFIX):
            return _key(typed.strip().upper())
        try:
            parts.append(read_row(len(parts) + 1, typed))
        except InputError as error:
            on_slip(error)
    return _key(PREFIX + "".join(parts))


def _key(secret: str) -> str:
    try:
        pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError as error:
        raise InputError(f"the rows make no key of age ({error}); compare every row with the sheet") from error
    return secret


def _check(number: int, part: str) -> str:
    """Ten bits of a SHA-256, in the alphabet of age's keys."""
    digest = hashlib.sha256(f"{number}{part}".encode()).digest()
    bits = int.from_bytes(digest[:2], "big") >> 6
    return _ALPHABET[bits >> 5] + _ALPHABET[bits & 31]
