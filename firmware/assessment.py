"""What `rekam assess` does with one image file: quality, feedback, minutiae and pictures of it."""

import errno
import io
import os
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware.datatypes import FingerprintFeatures
from firmware.durable import make_folder, write_file
from firmware.errors import InputError, KitError, RecordError
from firmware.records import images, logical_records, pictures, templates
from firmware.rows import Assessment, RecordPlace, Row, as_json
from firmware.vocabulary import Effort, Language, TemplateFormat

SUFFIXES = frozenset({".png", ".tif", ".tiff", ".bmp", ".pgm", ".wsq", ".jp2", ".j2k", ".jpx", ".jpf"})
TRANSACTIONS = frozenset({".an2", ".an2k", ".eft"})
"""Of ANSI/NIST-ITL transactions, each of whose prints is assessed."""
PPI_WHEN_UNTOLD = 500.0
NOT_THERE = f"cannot be read: {os.strerror(errno.ENOENT)}"


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file to assess, and the name under which its results stand: its path relative to the folder given.

    record: which record of a transaction, whose results stand under its file's name and its own number.
    """

    path: Path
    name: str
    record: RecordPlace | None = None


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of each image; report: the document that the pages in the folder `pages` become in the end."""

    ppi: float | None = None
    overlays: Path | None = None
    templates: Path | None = None
    template_format: TemplateFormat = TemplateFormat.XYT
    effort: Effort = Effort.STANDARD
    trace: Path | None = None
    report: Path | None = None
    pages: Path | None = None
    language: Language = Language.ENGLISH

    def folders(self) -> dict[str, Path]:
        """The folders that are written to while images are assessed, by the names of the wishes."""
        folders = {"overlays": self.overlays, "templates": self.templates, "trace": self.trace, "pages": self.pages}
        return {name: folder for name, folder in folders.items() if folder is not None}


def collect(paths: Iterable[Path], wishes: Wishes, suffixes: Collection[str] = SUFFIXES) -> list[ImageFile]:
    """The files to assess: each file given, and every image under each folder given, in order of their names.

    suffixes: those by which an image in a folder is known, in small letters; with those of transactions among them, a
    transaction is as many files as it has records with prints.

    Raises InputError when two files would give results of one name, a folder holds no image, or several are traced.
    """
    found: list[ImageFile] = []
    for path in paths:
        if not path.is_dir():
            found.append(ImageFile(path, path.name))
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in suffixes and p.is_file())
        if not inside:
            raise InputError(f"{path}: no image in this folder; known are {', '.join(sorted(suffixes))}")
        found.extend(ImageFile(p, p.relative_to(path).as_posix()) for p in inside)
    if not TRANSACTIONS.isdisjoint(suffixes):
        found = [print_ for file in found for print_ in _prints(file)]
    if wishes.trace and len(found) != 1:
        raise InputError(f"--trace: shows one print, not {len(found)}; name one image file")
    _refuse_twins(found, by_stem=bool(wishes.overlays or wishes.templates or wishes.report))
    return found


def prepare(wishes: Wishes, table: Path | None) -> None:
    """Make the folders for what is wished. Raises InputError before any work when one cannot be written to."""
    for folder in wishes.folders().values():
        make_folder(folder)
    for file in (table, wishes.report):
        if file is not None:
            make_folder(file.parent)
            if file.is_dir():
                raise InputError(f"{file}: is a folder; name a file")


def _prints(file: ImageFile) -> list[ImageFile]:
    """A file, or each record of a transaction that holds a print; one that cannot be read tells so when assessed."""
    if file.path.suffix.lower() not in TRANSACTIONS:
        return [file]
    try:
        records = logical_records.read(file.path.read_bytes())
    except (OSError, RecordError):
        return [file]
    places = [
        RecordPlace(file.name, record.number, record.kind, record.idc, pictures.position(record))
        for record in records
        if record.kind in pictures.FINGERPRINTS and record.data is not None
    ]
    return [ImageFile(file.path, f"{file.name}/record-{place.number:02}", place) for place in places] or [file]


def _decode(file: ImageFile) -> tuple[NDArray[np.uint8], float | None]:
    data = file.path.read_bytes()
    if file.path.suffix.lower() not in TRANSACTIONS:
        return images.decode(data)
    records = logical_records.read(data)
    if file.record is None or file.record.number > len(records):
        raise RecordError("transaction: holds no print to assess (Types 4, 13, 14); see what it holds with: rekam show")
    return pictures.fingerprint(records[file.record.number - 1], records[0])


def _refuse_twins(files: Sequence[ImageFile], by_stem: bool) -> None:
    keys = [_stem(file.name) if by_stem else file.name for file in files]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        paths = ", ".join(str(file.path) for file, key in zip(files, keys, strict=True) if key == twice[0])
        raise InputError(f"two inputs would share the name {twice[0]!r}: {paths}; assess them in separate calls")


def _stem(name: str) -> str:
    return Path(name).with_suffix("").as_posix()


def row(file: ImageFile, wishes: Wishes) -> Row:
    """Assess one file and write what is wished of it."""
    return as_json(assess(file, wishes))


def assess(file: ImageFile, wishes: Wishes) -> Assessment:
    """Assess one file and write what is wished of it; what cannot be read is a result with an error."""
    result = _assess(file, wishes)
    if result.error and wishes.report and wishes.pages:
        from firmware.pages import content, document

        page = content.unreadable(file.name, result.error, wishes.language)
        document.keep(page, page_part(file, wishes.pages), wishes.report)
    return result


def page_part(file: ImageFile, pages: Path) -> Path:
    """Where the page of a file is kept until all are joined."""
    return pages / f"{_stem(file.name)}.page"


def _assess(file: ImageFile, wishes: Wishes) -> Assessment:
    try:
        pixels, told = _decode(file)
    except OSError as error:
        return Assessment(file.name, error=f"cannot be read: {error.strerror or error}", record=file.record)
    except KitError as error:
        return Assessment(file.name, error=str(error), record=file.record)
    height, width = pixels.shape
    stated = told if wishes.ppi is None else wishes.ppi
    ppi, known = stated or PPI_WHEN_UNTOLD, stated is not None
    try:
        features = _extract(pixels, ppi, file, wishes)
    except KitError as error:
        return Assessment(file.name, width, height, ppi, known, error=str(error), record=file.record)
    if wishes.templates:
        kind = wishes.template_format
        template = templates.write(features, (height, width), ppi, kind)
        write_file(wishes.templates / f"{_stem(file.name)}.{kind.value}", template)
    if wishes.overlays:
        from firmware import overlay

        write_file(wishes.overlays / f"{_stem(file.name)}.png", _png(overlay.draw(pixels, features, title=file.name)))
    return Assessment(file.name, width, height, ppi, known, features, record=file.record)


def _extract(pixels: NDArray[np.uint8], ppi: float, file: ImageFile, wishes: Wishes) -> FingerprintFeatures:
    """Extract, and draw what only the stages on the way can tell."""
    # Kernels are compiled or loaded at import: only a process that assesses pays for it
    if not (wishes.trace or wishes.pages):
        from firmware.pipeline import extraction

        return extraction.extract(pixels, ppi, wishes.effort)
    from firmware import contact_sheet, tracing
    from firmware.pages import content, document

    features, stages = tracing.extract(pixels, ppi, wishes.effort)
    if wishes.trace:
        pictures = list(tracing.draw(stages, Path(file.name).stem))
        for number, picture in enumerate(pictures, start=1):
            write_file(wishes.trace / f"{number:02}_{picture.name}.png", _png(picture.image))
        write_file(wishes.trace / "sheet.png", _png(contact_sheet.lay_out(pictures, f"{file.name}, stage by stage")))
    if wishes.report and wishes.pages:
        page = content.describe(file.name, pixels, ppi, features, stages, wishes.language)
        document.keep(page, page_part(file, wishes.pages), wishes.report)
    return features


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()
