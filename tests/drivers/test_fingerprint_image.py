"""Packed bytes become rows of pixels."""

import numpy as np

from firmware.drivers.fingerprint_image import unpack


def test_left_pixel_is_the_high_nibble() -> None:
    pixels = unpack(bytes([0x0F, 0xA5, 0x10, 0xFF]), 4)
    np.testing.assert_array_equal(pixels, [[0, 255, 170, 85], [17, 0, 255, 255]])
    assert pixels.dtype == np.uint8


def test_a_row_that_is_not_whole_is_left_out() -> None:
    assert unpack(bytearray(7), 4).shape == (3, 4)
    assert unpack(b"\x12", 4).shape == (0, 4)
