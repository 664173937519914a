"""Reads a binary record from its first byte to its last; what is missing or wrong is named with its place."""

import struct

import numpy as np
from numpy.typing import NDArray

from firmware.errors import RecordError


class Cursor:
    """A place in a record's bytes; every reader moves it on, and none reads past the end."""

    def __init__(self, data: bytes, name: str, at: int = 0, end: int | None = None) -> None:
        self.at = at
        self.end = len(data) if end is None else end
        self._data, self._name = data, name

    @property
    def left(self) -> int:
        """How many bytes remain."""
        return self.end - self.at

    def numbers(self, layout: struct.Struct, what: str) -> tuple[int, ...]:
        """The numbers that a layout holds. Raises RecordError where the bytes end before `what` does."""
        start = self._step(layout.size, what)
        return layout.unpack_from(self._data, start)

    def number(self, layout: struct.Struct, what: str) -> int:
        """The one number that a layout holds, likewise."""
        return self.numbers(layout, what)[0]

    def rows(self, row: np.dtype[np.void], count: int, what: str) -> NDArray[np.void]:
        """A table of `count` rows, likewise."""
        start = self._step(row.itemsize * count, what)
        return np.frombuffer(self._data, row, count, start)

    def part(self, size: int, what: str) -> "Cursor":
        """The next `size` bytes as a record of their own, likewise."""
        start = self._step(size, what)
        return Cursor(self._data, self._name, start, self.at)

    def fault(self, reason: str, at: int | None = None) -> RecordError:
        """The error that says what is wrong, and at which byte; told of where the cursor stands, or of `at`."""
        return RecordError(f"{self._name}, byte {self.at if at is None else at}: {reason}")

    def _step(self, size: int, what: str) -> int:
        if size > self.left:
            raise self.fault(f"{what} needs {size} bytes and {self.left} are left; the file is damaged, copy it again")
        self.at += size
        return self.at - size
