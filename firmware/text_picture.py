"""Draws a picture of two tones with characters, for a screen that shows text alone."""

from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BRAILLE = 0x2800
"""The empty braille character; the dots of the others are bits above it (The Unicode Standard, Braille Patterns)."""
_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


class Charset(Enum):
    """Which characters a picture is made of, by how many dots each has, down and across."""

    BRAILLE = (4, 2)
    ASCII = (2, 1)

    @classmethod
    def of(cls, encoding: str, term: str) -> "Charset":
        """What a terminal shows. encoding: what its characters are sent in. term: its kind, from the variable TERM.

        Linux's own console has a font of 512 characters at most, and none of Debian's has braille.
        """
        try:
            chr(_BRAILLE).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return cls.ASCII
        return cls.ASCII if term == "linux" else cls.BRAILLE


def draw(dots: NDArray[np.bool_], charset: Charset) -> list[str]:
    """The picture as lines of equal length. dots: bool (h, w); what remains of a character beyond it stays empty."""
    down, across = charset.value
    height, width = dots.shape
    whole = np.pad(dots, ((0, -height % down), (0, -width % across)))
    cells = whole.reshape(len(whole) // down, down, -1, across)
    if charset is Charset.ASCII:
        return _lines(np.array(list(" '.|"))[cells[:, 0, :, 0] + 2 * cells[:, 1, :, 0]])
    codes = _BRAILLE + np.einsum("ydxa,da->yx", cells, _BITS)
    return _lines(np.vectorize(chr, otypes="U")(codes))


def _lines(characters: NDArray[Any]) -> list[str]:
    return ["".join(row) for row in characters]
