"""The whole of `rekam show`: any transaction for a person, as tables, as JSON, and with its pictures on a page."""

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware.durable import replacing
from firmware.errors import RecordError
from firmware.pages import html
from firmware.pages import transaction as page
from firmware.records import logical_records
from firmware.transaction_lines import FieldLine, RecordLines, describe, other_contents, printable
from firmware.transaction_words import TransactionPhrase
from firmware.vocabulary import Language

Write = Callable[[bytes], None]


def show(paths: Iterable[Path], document: Path | None, language: Language, out: Console | None, err: Console) -> bool:
    """Show each file, on `out` or, without it, as JSON Lines on stdout; returns whether all could be shown.

    document: the page to draw. What is wrong with one file keeps no other from being shown. Raises InputError.
    """
    failed = 0
    with replacing(document) if document else nullcontext(_nowhere) as write:
        write(_bytes(page.head(language)))
        for path in paths:
            try:
                _show(path, write, language, out)
            except RecordError as error:
                failed += 1
                name, reason = printable(str(path)), printable(str(error))
                words = TransactionPhrase.NOT_SHOWN.say(language, name=name, reason=reason)
                write(_bytes(page.title(words)))
                err.print(words, style="red", markup=False)
                if out is None:
                    _line(_file(path, error=reason))
        write(_bytes(html.foot()))
    if document and out:
        out.print(TransactionPhrase.PAGE_WRITTEN.say(language, page=document), markup=False)
    return not failed


def _show(path: Path, write: Write, language: Language, out: Console | None) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RecordError(f"cannot be read ({error.strerror or error})") from error
    records = logical_records.read(data)
    notice = other_contents(records, language)
    name = printable(path.name)
    words = TransactionPhrase.FILE.say(language, name=name, size=len(data), records=len(records))
    write(_bytes(page.title(words, notice)))
    if out:
        out.print(Text(words, "bold"))
        if notice:
            out.print(Text(notice, "yellow"))
    told: list[dict[str, Any]] = []
    for lines in describe(records, language):
        write(_bytes(page.section(lines, language)))
        if out:
            out.print(_table(lines))
        else:
            told.append(_record(lines))
    if out is None:
        _line(_file(path, size=len(data), contents_agree=not notice, records=told))


def _file(
    path: Path,
    size: int | None = None,
    error: str | None = None,
    contents_agree: bool | None = None,
    records: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """A file as an object for scripts; contents_agree: whether field 1.003 lists the records that there are."""
    told = {"file": str(path), "bytes": size, "error": error, "contents_agree": contents_agree}
    return told | {"records": list(records)}


def _table(lines: RecordLines) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, title=Text(lines.heading, "bold"), title_justify="left")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(overflow="fold")
    for line in lines.fields:
        failed = bool(lines.reason) and line.table is None
        style = "yellow" if failed else "dim" if not line.mnemonic else ""
        table.add_row(*(Text(cell, style) for cell in (line.tag, line.mnemonic, line.meaning, line.value)))
    return table


def _record(lines: RecordLines) -> dict[str, Any]:
    record, picture = lines.record, lines.picture
    height, width = picture.shape[:2] if picture is not None else (None, None)
    data = None if record.data is None else {"bytes": len(record.data), "width": width, "height": height}
    return {
        "number": record.number,
        "type": record.kind,
        "name": lines.name or None,
        "idc": record.idc,
        "at": record.at,
        "bytes": record.size,
        "fields": [_field(line) for line in lines.fields if line.table is not None],
        "data": data and data | {"error": lines.reason or None},
    }


def _field(line: FieldLine) -> dict[str, Any]:
    return {
        "number": line.number,
        "mnemonic": line.mnemonic or None,
        "meaning": line.meaning if line.mnemonic else None,
        "bytes": line.size,
        "value": line.table,
    }


def _line(told: dict[str, Any]) -> None:
    # Names of files need not be UTF-8
    text = json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "xmlcharrefreplace")


def _nowhere(_: bytes) -> None:
    """The page that nobody asked for."""
