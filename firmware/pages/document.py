"""Pages become one document: each is kept as a file of its own, and all are joined when the last is done."""

import io
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from PIL import Image

from firmware.durable import replacing, write_file
from firmware.errors import InputError
from firmware.pages import html, sheet
from firmware.pages.content import Page
from firmware.vocabulary import Language

SUFFIXES = (".html", ".pdf")
_SHEETS_AT_ONCE = 16
"""A sheet takes 7 MB while it is written."""


def check(document: Path) -> None:
    """Raises InputError when a document cannot be written under this name."""
    if document.suffix.lower() not in SUFFIXES:
        raise InputError(f"--report {document}: name a file that ends in {' or '.join(SUFFIXES)}")


def keep(page: Page, part: Path, document: Path) -> None:
    """Write one page to the file `part`, in the form in which the document needs it. Raises InputError."""
    if document.suffix.lower() == ".pdf":
        data = io.BytesIO()
        sheet.draw(page).save(data, "PNG")
        write_file(part, data.getvalue())
    else:
        write_file(part, html.render(page).encode("utf-8", "xmlcharrefreplace"))


def join(parts: Iterable[Path], document: Path, language: Language) -> None:
    """Write the document of pages that were kept, in this order. Raises InputError."""
    if document.suffix.lower() == ".pdf":
        _join_sheets(parts, document)
        return
    with replacing(document) as write:
        write(html.head(language).encode())
        for part in parts:
            write(part.read_bytes())
        write(html.foot().encode())


def _join_sheets(parts: Iterable[Path], document: Path) -> None:
    """A portion of sheets after another, so that memory is bounded by what the document takes."""
    rest, data = iter(parts), io.BytesIO()
    while portion := list(islice(rest, _SHEETS_AT_ONCE)):
        first, *others = [Image.open(io.BytesIO(part.read_bytes())) for part in portion]
        options = {"save_all": True, "append_images": others, "resolution": sheet.PPI, "quality": 90}
        first.save(data, "PDF", append=bool(data.tell()), **options)
        data.seek(0, io.SEEK_END)
    write_file(document, data.getvalue())
