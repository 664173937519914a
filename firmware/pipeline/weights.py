"""The figures of the nets, read once from the package's data and held to their digests."""

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from firmware.errors import SampleError
from firmware.pipeline.convolution import OUTPUTS_AT_ONCE, Layer
from firmware.vocabulary import Effort


@dataclass(frozen=True)
class Net:
    """A net's layers in the order in which they run."""

    stem: tuple[Layer, ...]
    blocks: tuple[tuple[Layer, Layer], ...]
    head: tuple[Layer, ...]


@cache
def load(effort: Effort) -> Net:
    """The net for this effort. Raises SampleError when its file is not the one that was shipped."""
    name = f"minutiae-{effort.value}.npz"
    return read(verified(name, (resources.files("firmware.pipeline") / name).read_bytes()))


def verified(name: str, data: bytes) -> bytes:
    """The same bytes when their digest stands in `weights.sha256`. Raises SampleError when it does not."""
    told = (resources.files("firmware.pipeline") / "weights.sha256").read_text().split()
    if hashlib.sha256(data).hexdigest() not in told:
        raise SampleError(f"{name} is damaged: install Rekam again")
    return data


def read(data: bytes) -> Net:
    """A net from the bytes of an .npz file that `firmware.training` wrote."""
    with np.load(io.BytesIO(data)) as arrays:

        def layer(name: str, stride: int = 1) -> Layer:
            dilation = int(arrays[f"{name}.dilation"]) if f"{name}.dilation" in arrays else 1
            return _whole(Layer(arrays[f"{name}.weight"], arrays[f"{name}.bias"], dilation, stride))

        blocks: list[tuple[Layer, Layer]] = []
        while f"body{len(blocks)}.first.weight" in arrays:
            name = f"body{len(blocks)}"
            blocks.append((layer(f"{name}.first"), layer(f"{name}.second")))
        return Net((layer("stem", 2), layer("down", 2)), tuple(blocks), (layer("mix"), layer("head")))


def _whole(layer: Layer) -> Layer:
    """The layer with outputs of zero added up to a multiple of what the kernel computes at once."""
    more = -len(layer.bias) % OUTPUTS_AT_ONCE
    weight = np.pad(layer.weight.astype(np.float32), [(0, more), (0, 0), (0, 0), (0, 0)])
    return Layer(weight, np.pad(layer.bias.astype(np.float32), (0, more)), layer.dilation, layer.stride)
