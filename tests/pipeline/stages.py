"""What every stage makes of one small grown print; `python -m tests.pipeline.stages` pins it in tests/golden.

Needs numpy and the pipeline alone, so that it also runs where little is installed. With `--minutiae` it prints the
minutiae instead, as rows of x, y, direction (radians), type and quality; with `--compare FILE` it tells whether those
printed into that file are the same within rounding.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.pipeline import extraction, trace

GOLDEN = Path(__file__).parents[1] / "golden"
PRINT = GOLDEN / "print.pgm"
"""The middle of `python -m sim grow OUT --seed 5 --condition good`, 00001_1.png, 128x128 pixels."""
PINNED = GOLDEN / "stages.json"
SAMPLES = 25
DIGITS = 5


def read_print(path: Path = PRINT) -> NDArray[np.uint8]:
    """The pixels of a binary PGM file without comments."""
    kind, width, height, _, pixels = path.read_bytes().split(maxsplit=4)
    if kind != b"P5":
        raise ValueError(f"{path} is no binary PGM")
    return np.frombuffer(pixels, np.uint8).reshape(int(height), int(width))


def minutiae_of(pixels: NDArray[np.uint8]) -> list[list[float]]:
    found = extraction.extract(pixels, 500).minutiae
    parts = (found.x, found.y, found.direction, found.kind, found.quality)
    return [[float(value) for value in row] for row in zip(*parts, strict=True)]


def difference(ours: list[list[float]], others: list[list[float]]) -> str:
    """What differs by more than 0.05 pixels, half a degree and one percent of quality; empty where nothing does."""
    if len(ours) != len(others):
        return f"{len(ours)} minutiae and {len(others)}"
    for x, y, direction, kind, quality in ours:
        # Best first, but two of about one quality may change places
        other = min(others, key=lambda row: math.hypot(row[0] - x, row[1] - y))
        turn = math.remainder(other[2] - direction, 2 * math.pi)
        near = math.hypot(other[0] - x, other[1] - y) < 0.05 and abs(turn) < math.radians(0.5)
        if not near or other[3] != kind or abs(other[4] - quality) > 1:
            return f"{[x, y, direction, kind, quality]} and {other}"
    return ""


def stages_of(pixels: NDArray[np.uint8]) -> dict[str, Any]:
    """Of each map that a stage offers its shape, mean, deviation and some values; the minutiae; the quality's score."""
    offered: dict[str, Any] = {}
    with trace.listening(offered.__setitem__):
        features = extraction.extract(pixels, 500)
    offered["orientation"] = np.cos(2 * offered["orientation"])
    maps = {name: value for name, value in offered.items() if isinstance(value, np.ndarray) and name not in LISTS}
    return {name: _summary(value.astype(np.float64)) for name, value in maps.items()} | {
        "proposals": len(offered["proposals"]),
        "minutiae": [[round(value, DIGITS) for value in row] for row in minutiae_of(pixels)],
        "score": features.quality.score,
    }


# What has a row for each proposal, best first, and so no fixed places
LISTS = ("proposals", "judged")


def _summary(values: NDArray[np.float64]) -> dict[str, Any]:
    places = np.linspace(0, values.size - 1, SAMPLES).round().astype(int)
    return {
        "shape": list(values.shape),
        "mean": round(float(values.mean()), DIGITS),
        "deviation": round(float(values.std()), DIGITS),
        "values": [round(float(value), DIGITS) for value in values.ravel()[places]],
    }


def main(arguments: list[str]) -> str:
    """What to tell; see above."""
    if arguments == ["--minutiae"]:
        return json.dumps(minutiae_of(read_print()))
    if arguments[:1] == ["--compare"]:
        theirs = json.loads(Path(arguments[1]).read_text())
        told = difference(minutiae_of(read_print()), theirs)
        if told:
            raise SystemExit(f"minutiae differ: {told}")
        return f"{len(theirs)} minutiae, the same within rounding"
    lines = (f" {json.dumps(name)}: {json.dumps(value)}" for name, value in stages_of(read_print()).items())
    PINNED.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    return f"wrote {PINNED}"


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
