"""MediaPipe's models of the face, read once from the package's data and held to their digests."""

import hashlib
import io
import threading
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError

_PACKAGE = "firmware.pipeline.face"
_ONE_AT_A_TIME = threading.Lock()

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]


def opencv() -> Any:
    """The module `cv2`. It is loaded here and not before: a kit without a camera pays neither its memory nor its time.

    Raises SampleError when it is missing.
    """
    try:
        import cv2
    except ImportError as error:
        raise SampleError(f"face: OpenCV is missing ({error}): pip install opencv-python-headless") from error
    return cv2


def shipped(name: str) -> bytes:
    """A file of this package's data. Raises SampleError when it is not the one that was shipped."""
    folder = resources.files(_PACKAGE)
    data = (folder / name).read_bytes()
    if hashlib.sha256(data).hexdigest() not in (folder / "models.sha256").read_text().split():
        raise SampleError(f"{name} is damaged: install Rekam again")
    return data


def run(name: str, inputs: Floats, outputs: Sequence[str]) -> list[Floats]:
    """What a model says: inputs float32 (n, h, w, 3) as the model's own scale wants them; outputs by their names."""
    with _ONE_AT_A_TIME:  # a net of OpenCV keeps its input between two calls
        net = _net(name)
        net.setInput(np.ascontiguousarray(inputs.transpose(0, 3, 1, 2)))
        return [output.copy() for output in net.forward(list(outputs))]


@cache
def _net(name: str) -> Any:
    return opencv().dnn.readNetFromTFLite(np.frombuffer(shipped(name), np.uint8))


@cache
def canonical_face() -> tuple[Floats, NDArray[np.intp], Floats]:
    """The canonical face: its points (468, 3), those (33) that hardly move with the mien, and their weights (33).

    In cm, x to the face's own left, y up, z forward.
    """
    with np.load(io.BytesIO(shipped("geometry.npz"))) as arrays:
        weights = arrays["weights"]
        return arrays["points"], weights[:, 0].astype(np.intp), weights[:, 1]
