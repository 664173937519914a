"""The figures of the nets, read once from the package's data and held to their digests."""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline.convolution import Layer
from firmware.pipeline.winograd import SquareLayer
from firmware.vocabulary import Effort

OUTPUTS = 5
"""Presence (logarithm of its odds), offset x, y, direction x, y."""


@dataclass(frozen=True)
class Net:
    """A net's layers in the order in which they run."""

    stem: tuple[Layer, ...]
    blocks: tuple[tuple[SquareLayer, SquareLayer], ...]
    head: tuple[Layer, ...]


@dataclass(frozen=True)
class Dense:
    """A layer without places: weight float32 (outputs, inputs), bias float32 (outputs)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@cache
def load(effort: Effort) -> Net:
    """The net for this effort. Raises SampleError when its file is not the one that was shipped."""
    name = f"minutiae-{effort.value}.npz"
    return read(verified(name, (resources.files("firmware.pipeline") / name).read_bytes()))


Judge = tuple[Dense, ...]


@cache
def load_judges(effort: Effort) -> tuple[Judge, ...]:
    """The judges of what that net proposes. Raises SampleError when their file is not the one that was shipped."""
    name = f"judges-{effort.value}.npz"
    return read_judges(verified(name, (resources.files("firmware.pipeline") / name).read_bytes()))


def verified(name: str, data: bytes) -> bytes:
    """The same bytes when their digest stands in `weights.sha256`. Raises SampleError when it does not."""
    told = (resources.files("firmware.pipeline") / "weights.sha256").read_text().split()
    if hashlib.sha256(data).hexdigest() not in told:
        raise SampleError(f"{name} is damaged: install Rekam again")
    return data


def read(data: bytes) -> Net:
    """A net from the bytes of an .npz file that `firmware.training` wrote."""
    with np.load(io.BytesIO(data)) as arrays:

        def figures(name: str) -> NDArray[np.float32]:
            return np.asarray(arrays[name], np.float32)

        def layer(name: str, stride: int = 1) -> Layer:
            return Layer(figures(f"{name}.weight"), figures(f"{name}.bias"), 1, stride)

        def square(name: str) -> SquareLayer:
            return SquareLayer(figures(f"{name}.weight"), figures(f"{name}.bias"), int(arrays[f"{name}.dilation"]))

        blocks: list[tuple[SquareLayer, SquareLayer]] = []
        while f"body{len(blocks)}.first.weight" in arrays:
            name = f"body{len(blocks)}"
            blocks.append((square(f"{name}.first"), square(f"{name}.second")))
        return Net((layer("stem", 2), layer("down", 2)), tuple(blocks), (layer("mix"), layer("head")))


def read_judges(data: bytes) -> tuple[Judge, ...]:
    """The judges from the bytes of an .npz file that `firmware.training.judging` wrote."""
    judges: list[list[Dense]] = []
    with np.load(io.BytesIO(data)) as arrays:
        while f"{len(judges)}.0.weight" in arrays:
            judge: list[Dense] = []
            while (name := f"{len(judges)}.{len(judge)}") + ".weight" in arrays:
                judge.append(Dense(arrays[f"{name}.weight"].astype(np.float32), arrays[f"{name}.bias"]))
            judges.append(judge)
    return tuple(tuple(judge) for judge in judges)
