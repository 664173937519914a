"""Brings out what the spool on a dead kit's card still gives, and names what it does not.

The file is never opened by SQLite, and never written: every page is looked at by itself, in every version that lies in
the file or in its write-ahead log. A packet counts once it equals its digest.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from firmware.datatypes import SealedPacket
from firmware.errors import InputError, SpoolError
from firmware.spool import APPLICATION, PAGE_SIZE, SPOOL
from firmware.uplink.sqlite_pages import Pages, View
from firmware.uplink.sqlite_rows import ChainBroken, Row, index_entries, table_rows

_CONTROL_NUMBER = re.compile(rb"[A-Za-z0-9-]{1,40}")


class Reason(Enum):
    """Why a packet is lost."""

    BEGINNING = "beginning"
    CHAIN = "chain"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Lost:
    """A packet that is lost: its control number, empty where even that is; its row; the page where it breaks off."""

    control_number: str
    rowid: int
    reason: Reason
    page: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a spool's file gave: the packets saved, those lost, and how many of its pages are cut off.

    acknowledged: how many the office has, so that the spool holds their entries alone.
    """

    saved: tuple[str, ...]
    lost: tuple[Lost, ...]
    cut_off: int
    is_recognised: bool
    acknowledged: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing is lost."""
        return self.is_recognised and not self.lost and not self.cut_off


def find(path: Path) -> list[Path]:
    """The spools at a path: the file itself, or all in a folder such as a mounted card. Raises InputError."""
    if path.is_file():
        return [path]
    found = [Path(folder) / SPOOL for folder, _, names in os.walk(path) if SPOOL in names]
    if not found:
        raise InputError(f"{path}: no {SPOOL} is here; name the mounted card, the kit's data folder or the file itself")
    return sorted(found)


class Rescue:
    """One spool's file: iterate over its packets once, then ask what was found."""

    def __init__(self, path: Path, on_progress: Callable[[], None] = lambda: None) -> None:
        self._path = path
        self._on_progress = on_progress
        self._saved: dict[str, int] = {}
        self._acknowledged: dict[str, int] = {}
        self._digests: set[bytes] = set()
        self._failed: dict[str, Lost] = {}
        self._indexed: dict[str, int] = {}
        self._cut_off = 0
        self._has_header = False

    def packets(self) -> Iterator[SealedPacket]:
        """Every packet that equals its digest, each once, the newest writing first. Raises SpoolError."""
        try:
            pages = Pages(self._path, PAGE_SIZE)
        except OSError as error:
            raise SpoolError(
                f"{self._path}: cannot be read ({error.strerror}); check the card and its rights"
            ) from error
        with pages:
            header = pages.header()
            self._has_header = header is not None and header[68:72] == APPLICATION.to_bytes(4, "big")
            self._cut_off = pages.missing()
            for then, page in pages.versions():
                for name, rowid in index_entries(page, PAGE_SIZE):
                    if _CONTROL_NUMBER.fullmatch(name):
                        self._indexed.setdefault(name.decode(), rowid)
                for row in table_rows(page, pages):
                    yield from self._packet(row, pages, then)
                self._on_progress()

    def found(self) -> Found:
        """What was found, once the packets were gone through."""
        whole = self._saved | self._acknowledged
        saved = {self._indexed.get(name, rowid) for name, rowid in whole.items()}
        lost: dict[int, Lost] = {}
        for name, failed in self._failed.items():
            rowid = self._indexed.get(name, failed.rowid)
            lost.setdefault(rowid, replace(failed, rowid=rowid))
        for name, rowid in self._indexed.items():
            beginning = Lost(name, rowid, Reason.BEGINNING)
            lost[rowid] = replace(lost.get(rowid, beginning), control_number=name)
        # A number that was misread belongs to a row that is saved under another one
        lost = {rowid: packet for rowid, packet in lost.items() if rowid not in saved}
        rows = saved | lost.keys()
        # Rows are numbered from 1 and none is ever deleted: a gap is a packet of which not even the number is left
        lost |= {row: Lost("", row, Reason.BEGINNING) for row in range(1, self._last_row(rows)) if row not in rows}
        in_order = tuple(packet for _, packet in sorted(lost.items()))
        recognised = self._has_header or bool(rows)
        return Found(tuple(self._saved), in_order, self._cut_off, recognised, len(self._acknowledged))

    def _last_row(self, rows: Set[int]) -> int:
        """The last row that table and index agree on, so that one misread number makes no rows up."""
        whole = self._saved | self._acknowledged
        agreed = [rowid for name, rowid in whole.items() if self._indexed.get(name) == rowid]
        return max(agreed or rows, default=0)

    def _packet(self, row: Row, pages: Pages, then: View) -> Iterator[SealedPacket]:
        """The packet of a row, if it is one of the spool's and whole in any view."""
        if not _is_packet(row):
            return
        name = _value(row.local, row, 0)
        if not _CONTROL_NUMBER.fullmatch(name) or (number := name.decode()) in self._saved | self._acknowledged:
            return
        if row.columns[1].size == 0:
            self._acknowledged[number] = row.rowid
            return
        views = [then, View(len(pages.frames))]
        for view in dict.fromkeys(views + [replace(view, with_unsound=True) for view in views]):
            try:
                payload = row.payload(pages, view)
            except ChainBroken as broken:
                self._failed.setdefault(number, Lost(number, row.rowid, Reason.CHAIN, broken.page))
                continue
            ciphertext, sha256 = _value(payload, row, 1), _value(payload, row, 2)
            if hashlib.sha256(ciphertext).hexdigest().encode() == sha256:
                if sha256 not in self._digests:
                    self._digests.add(sha256)
                    self._saved[number] = row.rowid
                    yield SealedPacket(number, ciphertext, sha256.decode())
                return
            self._failed.setdefault(number, Lost(number, row.rowid, Reason.DIGEST))


def _is_packet(row: Row) -> bool:
    """Whether a row begins as the spool's table does: control number, ciphertext, digest."""
    columns = row.columns
    return len(columns) > 2 and columns[0].is_text and columns[1].is_blob and columns[2].is_text


def _value(content: bytes, row: Row, column: int) -> bytes:
    place = row.columns[column]
    return content[place.start : place.start + place.size]
