"""NBIS's MINDTCT as Debian packages it (libfprint-2-2), called in this process: the peer to measure ourselves by."""

import ctypes
import ctypes.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware.errors import InputError

_LIBRARY = "libfprint-2.so.2"


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

    def extract(self, pixels: NDArray[np.uint8]) -> tuple[int, float]:
        """How many minutiae MINDTCT finds, and the seconds it takes. pixels: uint8 (h, w)."""
        height, width = pixels.shape
        image = self._new(width, height)
        size = ctypes.c_size_t()
        ctypes.memmove(self._data(image, ctypes.byref(size)), np.ascontiguousarray(pixels).tobytes(), pixels.size)
        self._done = False
        start = time.perf_counter()
        self._detect(image, None, ctypes.cast(self._callback, ctypes.c_void_p), None)
        while not self._done:
            self._iterate(None, 1)
        seconds = time.perf_counter() - start
        found = self._minutiae(image)
        count = ctypes.cast(found + ctypes.sizeof(ctypes.c_void_p), ctypes.POINTER(ctypes.c_uint))[0] if found else 0
        self._unref(image)
        return int(count), seconds


def _function(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A C function with its types told."""
    function.restype, function.argtypes = result, list(arguments)
    return function  # type: ignore[no-any-return]
