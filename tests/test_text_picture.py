"""Dots become the characters that the standard gives them, or plain ones where a terminal has no others."""

import unicodedata

import numpy as np
import pytest

from firmware import text_picture
from firmware.text_picture import Charset

# Where the standard's dots 1 to 8 are, by rows of a character (The Unicode Standard, Braille Patterns)
NUMBERS = ((1, 4), (2, 5), (3, 6), (7, 8))


def test_braille_has_the_dots_that_its_name_tells() -> None:
    rng = np.random.default_rng(5)
    dots = rng.random((12, 14)) < 0.5
    lines = text_picture.draw(dots, Charset.BRAILLE)
    assert [len(line) for line in lines] == [7, 7, 7]
    for y, x in np.ndindex(dots.shape):
        name = unicodedata.name(lines[y // 4][x // 2])
        numbers = name.removeprefix("BRAILLE PATTERN DOTS-") if "DOTS" in name else ""
        assert dots[y, x] == (str(NUMBERS[y % 4][x % 2]) in numbers)


def test_plain_characters_have_two_dots() -> None:
    assert text_picture.draw(np.array([[0, 1, 0, 1], [0, 0, 1, 1]], np.bool_), Charset.ASCII) == [" '.|"]


@pytest.mark.parametrize(("charset", "lines"), [(Charset.BRAILLE, ["⠇⠀"]), (Charset.ASCII, ["|  ", "'  "])])
def test_what_remains_of_a_character_is_empty(charset: Charset, lines: list[str]) -> None:
    assert text_picture.draw(np.array([[1, 0, 0]] * 3, np.bool_), charset) == lines


@pytest.mark.parametrize(
    ("encoding", "term", "charset"),
    [
        ("utf-8", "xterm-256color", Charset.BRAILLE),
        ("utf-8", "vt220", Charset.BRAILLE),
        ("utf-8", "linux", Charset.ASCII),
        ("iso8859-1", "xterm", Charset.ASCII),
        ("no such thing", "xterm", Charset.ASCII),
    ],
)
def test_what_a_terminal_shows(encoding: str, term: str, charset: Charset) -> None:
    assert Charset.of(encoding, term) is charset
