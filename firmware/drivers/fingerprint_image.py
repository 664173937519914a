"""The image of the ZFM-20 / R30x / R503 family: its shapes, and packed bytes as rows of pixels."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

KNOWN_SHAPES: Final[Mapping[int, tuple[int, int]]] = {288 * 256 // 2: (288, 256), 192 * 192 // 2: (192, 192)}
"""Bytes of an upload to (h, w): optical modules (ZFM-70 user manual, page 15), R503 (its product page)."""

LARGEST_SHAPE: Final = (288, 256)


def unpack(data: bytes | bytearray, width: int) -> NDArray[np.uint8]:
    """Rows of so many pixels, uint8 (n, w), from two pixels a byte, the left one in the high nibble.

    Sixteen greys times 17 fill 0..255 (ZFM-70 user manual, page 15). What does not fill a row is left out.
    """
    count = 2 * len(data) // width
    packed = np.frombuffer(bytes(data), np.uint8, count * width // 2)
    return (np.stack([packed >> 4, packed & 0x0F], axis=-1) * np.uint8(17)).reshape(count, width)
