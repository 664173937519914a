"""What `rekam assess --face` does with picture files: a row each, a table for people, pictures of what was found."""

import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from firmware import assessment, face_advice, face_overlay, progress_bar
from firmware.archive.assessing import Output
from firmware.assessment import ImageFile, Wishes
from firmware.durable import make_folder, write_file
from firmware.errors import InputError, KitError
from firmware.portrait import FaceAssessment
from firmware.records import images

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".ppm", ".jp2"})
Row = dict[str, Any]


def assess(
    paths: Sequence[Path], wishes: Wishes, birth_year: int | None, output: Output, out: Console, err: Console
) -> bool:
    """Judge the face in each picture; returns whether each picture could be read.

    Raises InputError for a wish that only prints have.
    """
    prints: dict[str, object] = {"--template": wishes.templates, "--trace": wishes.trace, "--report": wishes.report}
    prints |= {"--csv": output.table, "--run": output.run, "--ppi": wishes.ppi}
    if asked := [name for name, wish in prints.items() if wish is not None]:
        raise InputError(f"{asked[0]}: is for fingerprints; --face knows --json, --overlay, --birth-year, --language")
    files = assessment.collect(paths, wishes, SUFFIXES)
    if wishes.overlays:
        make_folder(wishes.overlays)
    rows: list[Row] = []
    with progress_bar.progress(err, "assessing", len(files)) as advance:
        for file in files:
            row = _row(file, wishes, birth_year)
            if output.as_json:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            rows.append(row)
            advance()
    if not output.as_json:
        _show(out, rows, wishes)
    failed = [row for row in rows if row["error"]]
    for row in failed:
        err.print(f"{row['file']}: {row['error']}", markup=False)
    return not failed


def as_json(name: str, found: FaceAssessment | None, error: str | None = None) -> Row:
    """One picture's result as the object of a JSON Lines file; docs/face.md tells its keys."""
    crop = found.crop if found else None
    return {
        "file": name,
        "faces": found.faces if found else None,
        "accepted": found.accepted if found else None,
        "feedback": [code.value for code in found.codes] if found else [],
        "crop": [crop.x, crop.y, crop.width, crop.height] if crop else None,
        "findings": [
            {"code": f.code.value, "value": round(f.value, 4), "limit": round(f.limit, 4)} for f in found.feedback
        ]
        if found
        else [],
        "measures": {name: round(value, 4) for name, value in found.measures.items()} if found else {},
        "error": error,
    }


def _row(file: ImageFile, wishes: Wishes, birth_year: int | None) -> Row:
    # With it come OpenCV and the models, which only this verb and a kit with a camera need
    from firmware.pipeline.face import judging

    try:
        pixels = images.decode_colour(file.path.read_bytes())
        found = judging.assess(pixels, birth_year)
    except OSError as error:
        return as_json(file.name, None, f"cannot be read: {error.strerror or error}")
    except KitError as error:
        return as_json(file.name, None, str(error))
    if wishes.overlays:
        path = (wishes.overlays / file.name).with_suffix(".png")
        write_file(path, _png(pixels, found, file.name, wishes))
    return as_json(file.name, found)


def _png(pixels: NDArray[np.uint8], found: FaceAssessment, name: str, wishes: Wishes) -> bytes:
    data = io.BytesIO()
    face_overlay.draw(pixels, found, name, wishes.language).save(data, "PNG")
    return data.getvalue()


def _show(out: Console, rows: Sequence[Row], wishes: Wishes) -> None:
    """One line a picture: how many faces, whether it is accepted, and what to tell the operator."""
    words = {code.value: face_advice.say(code, wishes.language) for code in face_advice.WORDS}
    table = Table("file", "faces", "accepted", "feedback", box=None, pad_edge=False)
    for row in rows:
        if row["error"]:
            table.add_row(row["file"], "-", "-", f"not read: {row['error']}")
            continue
        told = " ".join(words[code] for code in row["feedback"]) or face_advice.accepted(wishes.language)
        table.add_row(row["file"], str(row["faces"]), "yes" if row["accepted"] else "no", told)
    out.print(table)
