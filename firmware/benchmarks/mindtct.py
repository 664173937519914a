"""NBIS's MINDTCT as Debian packages it (libfprint-2-2), called in this process: the peer to measure ourselves by."""

import ctypes
import ctypes.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import Minutiae
from firmware.errors import InputError
from firmware.vocabulary import MinutiaKind

_LIBRARY = "libfprint-2.so.2"
_DIRECTIONS = 32
"""To a turn, clockwise from straight up."""
_RIDGE_ENDING = 1


class _Minutia(ctypes.Structure):
    """The head of NBIS's `struct minutia` (lfs.h), which libfprint gives out as `struct fp_minutia`."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("x", "y", "ex", "ey", "direction")),
        ("reliability", ctypes.c_double),
        ("type", ctypes.c_int),
    )


class _Array(ctypes.Structure):
    """GLib's GPtrArray."""

    _fields_ = (("data", ctypes.POINTER(ctypes.POINTER(_Minutia))), ("length", ctypes.c_uint))


class Mindtct:
    """Extracts minutiae with libfprint's MINDTCT. Raises InputError when libfprint is not installed."""

    def __init__(self) -> None:
        try:
            fprint, glib, gobject = (ctypes.CDLL(n) for n in (_LIBRARY, "libglib-2.0.so.0", "libgobject-2.0.so.0"))
        except OSError as error:
            raise InputError(f"{_LIBRARY} is not here: apt-get install libfprint-2-2 ({error})") from error
        pointer = ctypes.c_void_p
        self._new = _function(fprint.fp_image_new, pointer, ctypes.c_int, ctypes.c_int)
        self._data = _function(fprint.fp_image_get_data, pointer, pointer, ctypes.POINTER(ctypes.c_size_t))
        self._detect = _function(fprint.fp_image_detect_minutiae, None, pointer, pointer, pointer, pointer)
        self._finish = _function(fprint.fp_image_detect_minutiae_finish, ctypes.c_int, pointer, pointer, pointer)
        self._minutiae = _function(fprint.fp_image_get_minutiae, pointer, pointer)
        self._iterate = _function(glib.g_main_context_iteration, ctypes.c_int, pointer, ctypes.c_int)
        self._unref = _function(gobject.g_object_unref, None, pointer)
        self._done = False
        self._callback = ctypes.CFUNCTYPE(None, pointer, pointer, pointer)(self._on_done)

    def _on_done(self, image: int, result: int, _: int) -> None:
        self._finish(image, result, None)
        self._done = True

    def extract(self, pixels: NDArray[np.uint8]) -> tuple[Minutiae, float]:
        """The minutiae that MINDTCT finds, and the seconds of processor time it takes. pixels: uint8 (h, w), 500 ppi.

        Directions are those of INCITS 378, half a turn from the ones in NIST's own xyt files; quality is 100 times the
        reliability.
        """
        height, width = pixels.shape
        image = self._new(width, height)
        size = ctypes.c_size_t()
        ctypes.memmove(self._data(image, ctypes.byref(size)), np.ascontiguousarray(pixels).tobytes(), pixels.size)
        self._done = False
        start = time.process_time()
        self._detect(image, None, ctypes.cast(self._callback, ctypes.c_void_p), None)
        while not self._done:
            self._iterate(None, 1)
        seconds = time.process_time() - start
        found = self._minutiae(image)
        minutiae = _read(ctypes.cast(found, ctypes.POINTER(_Array)).contents) if found else _table([])
        self._unref(image)
        return minutiae, seconds


def _read(array: _Array) -> Minutiae:
    return _table([array.data[i].contents for i in range(array.length)])


def _table(found: list[_Minutia]) -> Minutiae:
    turn = np.array([minutia.direction for minutia in found], np.float64) / _DIRECTIONS
    kinds = [MinutiaKind.RIDGE_ENDING if m.type == _RIDGE_ENDING else MinutiaKind.BIFURCATION for m in found]
    return Minutiae(
        x=np.array([minutia.x for minutia in found], np.float32),
        y=np.array([minutia.y for minutia in found], np.float32),
        direction=((0.25 - turn) % 1 * 2 * np.pi).astype(np.float32),
        kind=np.array(kinds, np.uint8),
        quality=np.rint([100 * minutia.reliability for minutia in found]).astype(np.uint8),
    )


def _function(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A C function with its types told."""
    function.restype, function.argtypes = result, list(arguments)
    return function  # type: ignore[no-any-return]
