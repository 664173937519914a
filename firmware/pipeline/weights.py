"""The figures of nets and forest, read once from the package's data and held to their digests."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from firmware.errors import SampleError
from firmware.pipeline import parameters
from firmware.pipeline.convolution import Layer, pack
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


@dataclass(frozen=True, eq=False)
class Dense:
    """A layer without places: weight float32 (outputs, inputs), bias float32 (outputs)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    @cached_property
    def packed(self) -> NDArray[np.float32]:
        """The figures as the kernel of convolutions reads them."""
        return pack(self.weight, self.bias)


@dataclass(frozen=True)
class Judges:
    """Several judges: their first layers as one, apart what sees pixels and what knows facts, then each one's rest."""

    sight: Dense
    knowledge: Dense
    rest: tuple[tuple[Dense, ...], ...]


@cache
def load(effort: Effort) -> Net:
    """The net for this effort. Raises SampleError when its file is not the one that was shipped."""
    return read(shipped(f"minutiae-{effort.value}.npz"))


@cache
def load_judges(effort: Effort) -> Judges:
    """The judges of what that net proposes. Raises SampleError when their file is not the one that was shipped."""
    return read_judges(shipped(f"judges-{effort.value}.npz"))


def shipped(name: str) -> bytes:
    """A file of figures among the package's data. Raises SampleError when it is not the one that was shipped."""
    return verified(name, (resources.files("firmware.pipeline") / name).read_bytes())


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


def read_judges(data: bytes) -> Judges:
    """The judges from the bytes of an .npz file that `firmware.training.judging` wrote."""
    judges: list[list[Dense]] = []
    with np.load(io.BytesIO(data)) as arrays:
        while f"{len(judges)}.0.weight" in arrays:
            layers: list[Dense] = []
            while (name := f"{len(judges)}.{len(layers)}") + ".weight" in arrays:
                layers.append(Dense(arrays[f"{name}.weight"].astype(np.float32), arrays[f"{name}.bias"]))
            judges.append(layers)
    return joined(judges, parameters.LOOK_SIDE**2)


def joined(judges: Sequence[Sequence[Dense]], pixels: int) -> Judges:
    """Several judges as one: each a list of layers, of whose first so many inputs are pixels, the others facts."""
    weight = np.concatenate([layers[0].weight for layers in judges])
    bias = np.concatenate([layers[0].bias for layers in judges])
    sight = Dense(weight[:, :pixels], np.zeros_like(bias))
    return Judges(sight, Dense(weight[:, pixels:], bias), tuple(tuple(layers[1:]) for layers in judges))
