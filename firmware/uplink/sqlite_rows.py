"""The rows on single pages of an SQLite database, read without the tree that leads to them.

Sources: "Database File Format", sqlite.org/fileformat2.html, section 1.6 (b-tree pages: cells), section 1.7 (overflow
pages) and section 2.1 (records). Whatever does not fit the form is no row: pages may hold anything.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware.uplink.sqlite_pages import Pages, View

_TABLE_LEAF, _INDEX_LEAF, _INDEX_INTERIOR = 0x0D, 0x0A, 0x02
_FIXED_SIZES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}

Value = bytes | int | float | None


class NoRow(Exception):
    """These bytes are not a row."""


class ChainBroken(Exception):
    """A page of a row's overflow chain is not what it was; `page` is its number."""

    def __init__(self, page: int) -> None:
        super().__init__(str(page))
        self.page = page


@dataclass(frozen=True, slots=True)
class Column:
    """Where a value lies in a record, and how it is stored: its serial type."""

    kind: int
    start: int
    size: int

    @property
    def is_text(self) -> bool:
        """Whether it is a text."""
        return self.kind >= 13 and self.kind % 2 == 1

    @property
    def is_blob(self) -> bool:
        """Whether it is a blob."""
        return self.kind >= 12 and self.kind % 2 == 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what of it lies on its own page, its columns, and where the rest begins (0: nowhere)."""

    rowid: int
    size: int
    local: bytes
    columns: tuple[Column, ...]
    overflow: int

    def payload(self, pages: Pages, view: View) -> bytes:
        """The whole record, its overflow pages as a view shows them. Raises ChainBroken."""
        parts, missing, number = [self.local], self.size - len(self.local), self.overflow
        while missing > 0:
            page = pages.page(number, view)
            if page is None:
                raise ChainBroken(number)
            parts.append(page[4 : 4 + min(missing, pages.page_size - 4)])
            missing -= pages.page_size - 4
            number = int.from_bytes(page[:4], "big")
        return b"".join(parts)


def table_rows(page: bytes, pages: Pages) -> Iterator[Row]:
    """The rows of a leaf of a table; of any other page none."""
    if page[0] != _TABLE_LEAF:
        return
    for start in _cells(page, 8):
        try:
            size, at = _varint(page, start)
            rowid, at = _varint(page, at)
            local = _local_size(size, pages.page_size)
            content = page[at : at + local]
            if len(content) < local or size > pages.page_size * (pages.count + len(pages.frames)):
                continue
            overflow = int.from_bytes(page[at + local : at + local + 4], "big") if local < size else 0
            yield Row(rowid, size, content, _columns(content, size), overflow)
        except NoRow:
            continue


def index_entries(page: bytes, page_size: int) -> Iterator[tuple[bytes, int]]:
    """The entries of a page of an index over one text: the text, and the number of its row."""
    if page[0] not in (_INDEX_LEAF, _INDEX_INTERIOR):
        return
    is_interior = page[0] == _INDEX_INTERIOR
    for start in _cells(page, 12 if is_interior else 8):
        try:
            size, at = _varint(page, start + (4 if is_interior else 0))
            content = page[at : at + size]
            if len(content) < size or size > (page_size - 12) * 64 // 255 - 23:
                continue
            columns = _columns(content, size)
            if len(columns) == 2 and columns[0].is_text and (rowid := _integer(content, columns[1])):
                yield content[columns[0].start :][: columns[0].size], rowid
        except NoRow:
            continue


def _integer(content: bytes, column: Column) -> int | None:
    """An integer of a record; None when the column holds something else."""
    if column.kind in (8, 9):
        return column.kind - 8
    if 1 <= column.kind <= 6:
        return int.from_bytes(content[column.start : column.start + column.size], "big", signed=True)
    return None


def _cells(page: bytes, header: int) -> Sequence[int]:
    """Where the cells of a b-tree page begin."""
    count = int.from_bytes(page[3:5], "big")
    if header + 2 * count > len(page):
        return ()
    return [start for start in struct.unpack_from(f">{count}H", page, header) if start < len(page)]


def _local_size(size: int, page_size: int) -> int:
    """How many bytes of a record of this size lie on its own page."""
    most = page_size - 35
    if size <= most:
        return size
    least = (page_size - 12) * 32 // 255 - 23
    size = least + (size - least) % (page_size - 4)
    return size if size <= most else least


def _columns(content: bytes, size: int) -> tuple[Column, ...]:
    header, at = _varint(content, 0)
    start, columns = header, []
    while at < header:
        kind, at = _varint(content, at)
        width = _FIXED_SIZES.get(kind, (kind - 12) // 2)
        if kind in (10, 11):
            raise NoRow
        columns.append(Column(kind, start, width))
        start += width
    if at != header or start != size:
        raise NoRow
    return tuple(columns)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer, and where it ends: 7 bits a byte, the ninth byte whole."""
    value = 0
    for position, byte in enumerate(content[at : at + 9]):
        if position == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + position + 1
    raise NoRow
