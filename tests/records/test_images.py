"""Image files: six formats, resolution, and every way in which they can be spoiled."""

import importlib.util
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from firmware.errors import RecordError
from firmware.records import images

GREY = np.random.default_rng(3).integers(0, 256, (24, 20)).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "PPM", "JPEG2000"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_lossless_formats_give_the_pixels_back(kind: str, mode: str) -> None:
    pixels, _ = images.decode(encoded(Image.fromarray(GREY).convert(mode), kind))
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, GREY)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM", "JPEG2000"])
def test_sixteen_bits_are_scaled_to_eight(kind: str) -> None:
    wide = Image.fromarray(GREY.astype(np.uint16) * 257)
    assert np.array_equal(images.decode(encoded(wide, kind))[0], GREY)


def test_sixteen_bits_are_rounded() -> None:
    wide = Image.fromarray(np.array([[0, 128, 129, 65535 - 129, 65535]], np.uint16))
    assert images.decode(encoded(wide, "PNG"))[0].tolist() == [[0, 0, 1, 254, 255]]


def test_what_is_transparent_becomes_white() -> None:
    dark = Image.fromarray(np.zeros((2, 2), np.uint8))
    alpha = Image.fromarray(np.array([[0, 255], [0, 255]], np.uint8))
    dark.putalpha(alpha)
    assert images.decode(encoded(dark, "PNG"))[0].tolist() == [[255, 0], [255, 0]]


def test_a_transparent_palette_becomes_white() -> None:
    palette = Image.fromarray(np.array([[0, 1]], np.uint8), "L").convert("P")
    assert images.decode(encoded(palette, "PNG", transparency=0))[0].tolist()[0][0] == 255


def test_one_bit_becomes_black_and_white() -> None:
    assert images.decode(encoded(Image.fromarray(GREY > 127), "PNG"))[0].tolist() == ((GREY > 127) * 255).tolist()


@pytest.mark.parametrize(
    ("told", "ppi"), [(500, 500.0), (508, 508.0), (1000, 1000.0), (72, None), (96, None), (9000, None)]
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_a_plausible_resolution_is_told_and_a_default_is_not(kind: str, told: int, ppi: float | None) -> None:
    assert images.decode(encoded(Image.fromarray(GREY), kind, dpi=(told, told)))[1] == ppi


def test_axes_of_different_resolution_tell_none() -> None:
    assert images.decode(encoded(Image.fromarray(GREY), "TIFF", dpi=(500, 520)))[1] is None


def test_no_resolution_is_none() -> None:
    assert images.decode(encoded(Image.fromarray(GREY), "PNG"))[1] is None


@pytest.mark.parametrize("ppi", [499.5, 500, 508, 1000])
def test_png_keeps_pixels_and_resolution(ppi: float) -> None:
    pixels, told = images.decode(images.encode_png(GREY, ppi))
    assert np.array_equal(pixels, GREY)
    assert told == ppi


def test_an_empty_file_is_named() -> None:
    with pytest.raises(RecordError, match="empty"):
        images.decode(b"")


def test_another_kind_of_file_is_named() -> None:
    with pytest.raises(RecordError, match="PNG, TIFF, BMP, PGM, JPEG 2000 or WSQ"):
        images.decode(encoded(Image.fromarray(GREY), "GIF"))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP", "PPM", "JPEG2000"])
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9])
def test_a_truncated_file_is_refused(kind: str, part: float) -> None:
    data = encoded(Image.fromarray(GREY), kind)
    with pytest.raises(RecordError):
        images.decode(data[: int(part * len(data))])


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    with pytest.raises(RecordError):
        images.decode(bomb)


def test_a_card_that_is_too_large_says_what_to_do() -> None:
    header = b"P5 9000 9000 255\n"
    with pytest.raises(RecordError, match="cut it into its fingers"):
        images.decode(header + b"\0" * 100)


def test_floating_point_samples_are_refused() -> None:
    with pytest.raises(RecordError, match="floating-point"):
        images.decode(encoded(Image.fromarray(GREY.astype(np.float32)), "TIFF"))


def test_more_than_sixteen_bits_are_refused() -> None:
    with pytest.raises(RecordError, match="more than 16 bits"):
        images.decode(encoded(Image.fromarray(GREY.astype(np.int32) + 100000), "TIFF"))


@pytest.fixture(scope="module")
def wsq_file() -> bytes:
    """Smooth stripes, compressed by the wsq package."""
    import wsq  # noqa: F401  (it registers itself with Pillow)

    return encoded(Image.fromarray(stripes()), "WSQ")


def stripes() -> NDArray[np.uint8]:
    x = np.arange(128)
    return np.tile((127 + 100 * np.sin(x / 1.5)).astype(np.uint8), (128, 1))


def test_wsq_is_decoded_with_its_resolution(wsq_file: bytes) -> None:
    pixels, ppi = images.decode(wsq_file)
    assert ppi == 500
    assert np.abs(pixels.astype(int) - stripes()).mean() < 6


def test_a_published_wsq_file_is_decoded(shared_data: Path) -> None:
    pixels, ppi = images.decode((shared_data / "formats" / "img.wsq").read_bytes())
    assert (pixels.shape, ppi) == ((256, 256), 500)


@pytest.mark.parametrize("part", [0.01, 0.3, 0.7])
def test_a_truncated_wsq_file_is_refused(wsq_file: bytes, part: float) -> None:
    with pytest.raises(RecordError, match="damaged or truncated"):
        images.decode(wsq_file[: max(3, int(part * len(wsq_file)))])


@pytest.mark.timeout(45)
def test_a_wsq_file_that_is_never_decoded_is_refused() -> None:
    """A file of the fuzzer, at which the C code of NBIS goes round for ever."""
    data = (Path(__file__).parents[1] / "golden/without_end.wsq").read_bytes()
    with pytest.raises(RecordError, match="damaged or truncated"):
        images.decode(data)


def test_a_damaged_wsq_file_never_ends_the_process(wsq_file: bytes) -> None:
    """The C code of NBIS crashes at some of these."""
    rng = np.random.default_rng(1)
    for _ in range(12):
        data = bytearray(wsq_file)
        for at in rng.integers(2, 600, 4):
            data[at] = rng.integers(256)
        try:
            pixels, _ = images.decode(bytes(data))
        except RecordError:
            continue
        assert pixels.ndim == 2


def test_without_the_wsq_package_its_name_is_told(wsq_file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RecordError, match=r"rekam\[wsq\]"):
        images.decode(wsq_file)


STARTS = [
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"II*\0\x08\0\0\0",
    b"MM\0*",
    b"BM",
    b"P5 4 4 255\n",
    b"\0\0\0\x0cjP  \r\n\x87\n",
    b"\xffO\xffQ",
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=200))
def test_hostile_bytes_give_pixels_or_a_record_error(start: bytes, rest: bytes) -> None:
    try:
        pixels, _ = images.decode(start + rest)
    except RecordError:
        return
    assert pixels.ndim == 2


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["PNG", "TIFF", "BMP", "PPM", "JPEG2000"]), st.integers(0, 10**6), st.integers(0, 255))
def test_one_wrong_byte_gives_pixels_or_a_record_error(kind: str, at: int, byte: int) -> None:
    data = bytearray(encoded(Image.fromarray(GREY), kind))
    data[at % len(data)] = byte
    try:
        pixels, _ = images.decode(bytes(data))
    except RecordError:
        return
    assert pixels.ndim == 2


def test_a_png_with_a_changed_byte_never_shows_other_pixels() -> None:
    pixels = (np.random.default_rng(1).integers(0, 16, (20, 16)) * 17).astype(np.uint8)
    whole = images.encode_png(pixels, 500)
    for at in range(len(whole)):
        for change in (1, 3, 128):
            damaged = bytearray(whole)
            damaged[at] ^= change
            try:
                read, _ = images.decode(bytes(damaged))
            except RecordError:
                continue
            np.testing.assert_array_equal(read, pixels)
