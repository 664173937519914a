"""Image files become grey pixels with their resolution, or the reverse."""

import importlib.util
import io
import subprocess
import sys
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from firmware.errors import RecordError
from firmware.vocabulary import FingerCompression

MAX_PIXELS = 1 << 26
"""A ten-print card of 8 x 8 inches at 1000 ppi; more is taken for a decompression bomb."""

PLAUSIBLE_PPI = (200.0, 2400.0)
"""A stated resolution outside of this is a screen's or an editor's default (72, 96, 100), so nothing was told."""

_WSQ_START = b"\xff\xa0"
_WSQ_RATIO = 15
"""Nominally: 0.75 bits a pixel, the FBI's rate; the package wsq takes this one whatever is asked."""
WORST_WSQ = 32.0
"""Grey levels, root mean square. Prints are off by 3 to 24; what is far worse is hardly a print, or tiny."""
_WSQ_COMMENT = b"\xff\xa8"
_WSQ_PPI = b"PPI 500\n"
"""What the package writes into the comment of every image."""
_WSQ_CHILD = """
import resource
import sys
import _wsq
resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]),) * 2)
samples, width, height, ppi = _wsq.decompress(sys.stdin.buffer.read())
sys.stdout.buffer.write(b"%d %d %d\\n" % (width, height, ppi) + samples)
"""
_WSQ_TIMEOUT_S = 60
# Seconds of a processor: the C code of NBIS never ends at some damaged files. A sound one of 1 MB (14 million pixels)
# takes a PC about a second; it gets fifty, for slow boards and pictures of little content
_WSQ_LEAST_CPU_S = 3
_WSQ_BYTES_A_CPU_S = 20_000
_FORMATS = ("PNG", "TIFF", "BMP", "PPM", "JPEG2000")
_WIDE_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def decode(data: bytes) -> tuple[NDArray[np.uint8], float | None]:
    """Decode the first picture of a PNG, TIFF, BMP, PGM, JPEG 2000 or WSQ file.

    Gives grey pixels (h, w) and the resolution in ppi, or None where the file tells none: a resolution counts only
    when both axes agree within 1 percent and it lies in `PLAUSIBLE_PPI`. Colour becomes luma (ITU-R BT.601), 16-bit
    samples are scaled to 8, what is transparent becomes white. Raises RecordError naming the fault.
    """
    if not data:
        raise RecordError("image: the file is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _open(data) as image:
                _check_size(image)
                image.load()
                return _grey(image), _resolution(image)
        except RecordError:
            raise
        except Exception as error:  # decoders raise whatever they like at damaged bytes, wsq even plain Exception
            raise RecordError(f"image: damaged or truncated ({_reason(error)})") from error


def decode_colour(data: bytes) -> NDArray[np.uint8]:
    """Decode the first picture of a PNG, JPEG, TIFF, BMP, PPM or JPEG 2000 file as RGB (h, w, 3), upright.

    A camera's own note on how it was held (EXIF) is heeded, grey becomes three equal channels, what is transparent
    becomes white. Raises RecordError naming the fault.
    """
    if not data:
        raise RecordError("image: the file is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _open(data, (*_FORMATS, "JPEG")) as image:
                _check_size(image)
                image.load()
                return _rgb(ImageOps.exif_transpose(image))
        except RecordError:
            raise
        except Exception as error:  # decoders raise whatever they like at damaged bytes
            raise RecordError(f"image: damaged or truncated ({_reason(error)})") from error


def encode_png(pixels: NDArray[np.uint8], ppi: float) -> bytes:
    """Encode grey pixels (h, w) as PNG, without loss, with their resolution (pHYs, whole pixels per metre)."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", dpi=(ppi, ppi), compress_level=9)
    return file.getvalue()


def encode(pixels: NDArray[np.uint8], ppi: float, compression: FingerCompression) -> bytes:
    """Encode grey pixels (h, w), their resolution with them but in JPEG 2000.

    PNG and JPEG 2000 lose nothing, WSQ keeps about a fifteenth of the bits. Raises RecordError where WSQ isn't
    installed, or an image is too small or too odd for it.
    """
    if compression is FingerCompression.PNG:
        return encode_png(pixels, ppi)
    if compression is FingerCompression.WSQ:
        return _encode_wsq(pixels, ppi)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG2000", irreversible=False)
    return file.getvalue()


def _encode_wsq(pixels: NDArray[np.uint8], ppi: float) -> bytes:
    if importlib.util.find_spec("_wsq") is None:
        raise RecordError("image: WSQ needs the optional package wsq: pip install 'rekam[wsq]'")
    import _wsq

    height, width = pixels.shape
    try:
        data = bytes(_wsq.compress(pixels.tobytes(), height, width, _WSQ_RATIO))
        samples = np.frombuffer(_wsq.decompress(data)[0], np.uint8).astype(np.float64)
    except Exception as error:  # the package raises plain Exception with a number
        raise RecordError(f"image: {width} x {height} pixels cannot be WSQ ({error})") from error
    off = float(np.sqrt(np.mean((samples - pixels.ravel()) ** 2)))
    if off > WORST_WSQ:
        raise RecordError(f"image: as WSQ its pixels would be off by {off:.0f} grey levels")
    head, told, rest = data.partition(_WSQ_PPI)
    at = head.rfind(_WSQ_COMMENT) + len(_WSQ_COMMENT)
    true = b"PPI %d\n" % round(ppi)
    size = int.from_bytes(head[at : at + 2], "big") + len(true) - len(told)
    return head[:at] + size.to_bytes(2, "big") + head[at + 2 :] + true + rest


def _open(data: bytes, formats: tuple[str, ...] = _FORMATS) -> Image.Image:
    if data.startswith(_WSQ_START):
        return _open_wsq(data)
    try:
        image = Image.open(io.BytesIO(data), formats=formats)
        if image.format != "PNG":
            return image
        # Loading stops at the last row, before the checksum of what it read; verifying wears the image out
        image.verify()
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError as error:
        raise RecordError(
            "image: not a PNG, TIFF, BMP, PGM, JPEG 2000 or WSQ file, or its header is damaged"
            if formats == _FORMATS
            else "image: not a PNG, JPEG, TIFF, BMP, PPM or JPEG 2000 file, or its header is damaged"
        ) from error


def _open_wsq(data: bytes) -> Image.Image:
    """Decode WSQ in a process of its own: the C code of NBIS ends the process at some damaged files, or never ends."""
    if importlib.util.find_spec("_wsq") is None:
        raise RecordError("image: WSQ needs the optional package wsq: pip install 'rekam[wsq]'")
    limit_s = _WSQ_LEAST_CPU_S + len(data) // _WSQ_BYTES_A_CPU_S
    child = [sys.executable, "-P", "-c", _WSQ_CHILD, str(limit_s)]
    try:
        done = subprocess.run(child, input=data, capture_output=True, timeout=_WSQ_TIMEOUT_S, check=True)
    except subprocess.SubprocessError as error:
        raise RecordError("image: the WSQ data are damaged or truncated") from error
    head, _, samples = done.stdout.partition(b"\n")
    width, height, ppi = (int(word) for word in head.split())
    image = Image.frombytes("L", (width, height), samples)
    image.info["dpi"] = (ppi, ppi)
    return image


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise RecordError(f"image: {width} x {height} pixels are more than {MAX_PIXELS}: cut it into its fingers")
    if not width * height:
        raise RecordError(f"image: {width} x {height} pixels hold no picture")


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in _WIDE_MODES:
        return _narrow(np.asarray(image).astype(np.int64))
    if image.mode == "F":
        raise RecordError("image: its samples are floating-point numbers; save it with 8 or 16 bits a sample")
    return np.array(_opaque(image).convert("L"))


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode in (*_WIDE_MODES, "F"):
        return np.repeat(_grey(image)[:, :, None], 3, axis=2)
    return np.array(_opaque(image).convert("RGB"))


def _opaque(image: Image.Image) -> Image.Image:
    """The image before white, where it is transparent."""
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image


def _narrow(samples: NDArray[np.int64]) -> NDArray[np.uint8]:
    if samples.min() < 0 or samples.max() > 0xFFFF:
        raise RecordError("image: its samples have more than 16 bits; save it with 8 or 16 bits a sample")
    return ((samples + 128) // 257).astype(np.uint8)


def _resolution(image: Image.Image) -> float | None:
    told = image.info.get("dpi")
    if not isinstance(told, tuple) or len(told) != 2:
        return None
    x, y = float(told[0]), float(told[1])
    low, high = PLAUSIBLE_PPI
    if not (low <= x <= high and abs(x - y) <= 0.01 * x):
        return None
    return round(x, 1)


def _reason(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__
