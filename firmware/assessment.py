"""`rekam assess`: quality, feedback, minutiae and pictures of image files, many at a time."""

import csv
import io
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware.datatypes import FingerprintFeatures
from firmware.durable import make_folder, write_file
from firmware.errors import InputError, KitError
from firmware.records import images, templates
from firmware.structure import Singularities
from firmware.vocabulary import Effort, MinutiaKind, TemplateFormat

SUFFIXES = frozenset({".png", ".tif", ".tiff", ".bmp", ".pgm", ".wsq", ".jp2", ".j2k", ".jpx", ".jpf"})
PPI_WHEN_UNTOLD = 500.0
KIND_WORDS = {MinutiaKind.OTHER: "other", MinutiaKind.RIDGE_ENDING: "ending", MinutiaKind.BIFURCATION: "bifurcation"}
COLUMNS = ("file", "width", "height", "ppi", "quality", "minutiae", "pattern", "feedback", "error")


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A file to assess, and the name under which its results stand: its path relative to the folder given."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of each image."""

    ppi: float | None = None
    overlays: Path | None = None
    templates: Path | None = None
    template_format: TemplateFormat = TemplateFormat.XYT
    effort: Effort = Effort.STANDARD
    trace: Path | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What became of one file; without features there is an error."""

    name: str
    width: int | None = None
    height: int | None = None
    ppi: float | None = None
    ppi_told: bool = True
    features: FingerprintFeatures | None = None
    error: str | None = None


def collect(paths: Iterable[Path], wishes: Wishes) -> list[ImageFile]:
    """The files to assess: each file given, and every image under each folder given, in order of their names.

    Raises InputError when two files would give results of one name, a folder holds no image, or several are traced.
    """
    found: list[ImageFile] = []
    for path in paths:
        if not path.is_dir():
            found.append(ImageFile(path, path.name))
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not inside:
            raise InputError(f"{path}: no image in this folder; known are {', '.join(sorted(SUFFIXES))}")
        found.extend(ImageFile(p, p.relative_to(path).as_posix()) for p in inside)
    if wishes.trace and len(found) != 1:
        raise InputError(f"--trace: shows one print, not {len(found)}; name one image file")
    _refuse_twins(found, by_stem=bool(wishes.overlays or wishes.templates))
    return found


def prepare(wishes: Wishes, table: Path | None) -> None:
    """Make the folders for what is wished. Raises InputError before any work when one cannot be written to."""
    for folder in (wishes.overlays, wishes.templates, wishes.trace, table.parent if table else None):
        if folder is not None:
            make_folder(folder)
    if table is not None and table.is_dir():
        raise InputError(f"{table}: is a folder; name a file for the table")


def _refuse_twins(files: Sequence[ImageFile], by_stem: bool) -> None:
    keys = [_stem(file.name) if by_stem else file.name for file in files]
    twice = [key for key, count in Counter(keys).items() if count > 1]
    if twice:
        paths = ", ".join(str(file.path) for file, key in zip(files, keys, strict=True) if key == twice[0])
        raise InputError(f"two inputs would share the name {twice[0]!r}: {paths}; assess them in separate calls")


def _stem(name: str) -> str:
    return Path(name).with_suffix("").as_posix()


def assess_all(files: Sequence[ImageFile], wishes: Wishes, jobs: int = 1) -> Generator[Assessment, None, None]:
    """Assess each file, in their order; with `jobs` over 1 in that many processes."""
    work = partial(assess, wishes=wishes)
    if jobs == 1 or len(files) < 2:
        yield from map(work, files)
        return
    # A forked child would inherit the parent's threads and locks half way
    with ProcessPoolExecutor(min(jobs, len(files)), mp_context=get_context("spawn")) as pool:
        yield from pool.map(work, files, chunksize=1)


def assess(file: ImageFile, wishes: Wishes) -> Assessment:
    """Assess one file and write what is wished of it; what cannot be read is a result with an error."""
    # Kernels are compiled or loaded at import: only a process that assesses pays for it
    from firmware.pipeline import extraction

    try:
        pixels, told = images.decode(file.path.read_bytes())
    except OSError as error:
        return Assessment(file.name, error=f"cannot be read: {error.strerror or error}")
    except KitError as error:
        return Assessment(file.name, error=str(error))
    height, width = pixels.shape
    stated = told if wishes.ppi is None else wishes.ppi
    ppi, known = stated or PPI_WHEN_UNTOLD, stated is not None
    try:
        if wishes.trace:
            features = _trace(pixels, ppi, file.name, wishes.effort, wishes.trace)
        else:
            features = extraction.extract(pixels, ppi, wishes.effort)
    except KitError as error:
        return Assessment(file.name, width, height, ppi, known, error=str(error))
    if wishes.templates:
        kind = wishes.template_format
        template = templates.write(features, (height, width), ppi, kind)
        write_file(wishes.templates / f"{_stem(file.name)}.{kind.value}", template)
    if wishes.overlays:
        from firmware import overlay

        write_file(wishes.overlays / f"{_stem(file.name)}.png", _png(overlay.draw(pixels, features, title=file.name)))
    return Assessment(file.name, width, height, ppi, known, features)


def _trace(pixels: NDArray[np.uint8], ppi: float, name: str, effort: Effort, folder: Path) -> FingerprintFeatures:
    """Extract, and write a picture of every stage and the sheet of them all."""
    from firmware import contact_sheet, tracing

    features, stages = tracing.extract(pixels, ppi, effort)
    pictures = list(tracing.draw(stages, Path(name).stem))
    for number, picture in enumerate(pictures, start=1):
        write_file(folder / f"{number:02}_{picture.name}.png", _png(picture.image))
    write_file(folder / "sheet.png", _png(contact_sheet.lay_out(pictures, f"{name}, stage by stage")))
    return features


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def as_json(result: Assessment) -> dict[str, object]:
    """One result as the object of a JSON Lines file."""
    features = result.features
    return {
        "file": result.name,
        "width": result.width,
        "height": result.height,
        "ppi": result.ppi,
        "quality": features.quality.score if features else None,
        "feedback": [feedback.value for feedback in features.quality.feedback] if features else [],
        "minutiae": _minutiae(features) if features else [],
        "pattern": features.pattern.name.lower() if features else None,
        "cores": _singularities(features.cores) if features else [],
        "deltas": _singularities(features.deltas) if features else [],
        "error": result.error,
    }


def _minutiae(features: FingerprintFeatures) -> list[dict[str, object]]:
    """Minutiae as the template has them: the same rounding, the same degrees."""
    lines = templates.write_xyt(features.minutiae).splitlines()
    rows = (line.split() for line in lines)
    return [
        {
            "x": float(x),
            "y": float(y),
            "angle": float(angle),
            "type": KIND_WORDS[MinutiaKind(int(kind))],
            "quality": int(q),
        }
        for x, y, angle, q, kind in rows
    ]


def _singularities(points: Singularities) -> list[dict[str, object]]:
    """Cores or deltas, their directions in degrees."""
    angles = np.round(np.degrees(points.directions.astype(np.float64)), 2) % 360
    rows = zip(points.x, points.y, angles.tolist(), points.quality, strict=True)
    return [{"x": round(float(x), 2), "y": round(float(y), 2), "angles": a, "quality": int(q)} for x, y, a, q in rows]


def write_csv(path: Path, results: Sequence[Assessment]) -> None:
    """Write a table with one row a result, whole or not at all."""
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for result in results:
        row = as_json(result)
        quality = result.features.quality if result.features else None
        row["minutiae"] = len(result.features.minutiae) if result.features else None
        row["feedback"] = ";".join(feedback.value for feedback in quality.feedback) if quality else None
        writer.writerow(row)
    write_file(path, table.getvalue().encode())
