"""The one door to numba: `kernel` compiles a loop, and keeps the result in a cache that heals itself.

Why: numba's own cache stops a program at import when its folder is not writable, fails on every start after a power
cut left a torn file, and does not notice that a kernel called from another file has changed. Here the folder is
named by a digest of the pipeline's sources, each file carries its own digest, and whatever is wrong is recompiled
and written anew. Where the sources lie, and since when, does not matter: a new version of Rekam with the same pipeline
compiles nothing. It costs the use of some private names of numba, held by the tests.
"""

import hashlib
import logging
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator

F = TypeVar("F", bound=Callable[..., Any])

log = logging.getLogger(__name__)

SOURCES = Path(__file__).parent
DIGEST_BYTES = 32
# Results may be re-associated and fused; NaN and infinity keep their meaning
FAST_MATH = {"contract", "reassoc", "nsz"}


def _cache_root() -> Path:
    named = os.environ.get("REKAM_CACHE_DIR")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()) / "rekam"


def _sources_digest() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sorted(SOURCES.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _open_cache() -> Path | None:
    """The folder for compiled kernels, or None: then kernels are compiled anew at each start."""
    try:
        folder = _cache_root() / f"kernels-{_sources_digest()}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except (OSError, RuntimeError) as error:
        log.warning("kernels are not cached: %s", error)
        return None
    # Compiled code is unpickled and run: only what this user alone may have written is believed
    if state.st_uid != os.geteuid() or state.st_mode & 0o022:
        log.warning("kernels are not cached: %s belongs to, or may be written by, somebody else", folder)
        return None
    return folder


class _CheckedFile(IndexDataCacheFile):
    """numba's index and data files, each behind a digest of its content."""

    def _load_index(self) -> dict[Any, str]:
        try:
            version, stamp, overloads = self._read(Path(self._index_path))
        except FileNotFoundError:
            return {}
        fresh = version == self._version and stamp == self._source_stamp
        return dict(overloads) if fresh else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._read(Path(self._data_path(name)))

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), data)

    def _read(self, path: Path) -> Any:
        content = path.read_bytes()
        if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
            raise ValueError(f"{path.name} is damaged")
        return pickle.loads(content[DIGEST_BYTES:])

    def _write(self, path: str, content: Any) -> None:
        data = self._dump(content)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(data).digest() + data)


class _Locator(_CacheLocator):
    """The place of one source's kernels in the folder whose name tells all sources."""

    def __init__(self, place: Path) -> None:
        self._place = place

    @classmethod
    def from_function(cls, function: Callable[..., Any], source: str) -> "_Locator | None":
        path = Path(source)
        if _FOLDER is None or not path.is_relative_to(SOURCES):
            return None
        return cls(_FOLDER / path.relative_to(SOURCES).with_suffix(""))

    def get_cache_path(self) -> str:
        return str(self._place)

    def get_source_stamp(self) -> tuple[()]:
        return ()

    def get_disambiguator(self) -> None:
        return None

    def ensure_cache_path(self) -> None:
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)


class _Located(CompileResultCacheImpl):
    """Kernels outside the pipeline, as tests have them, are found where numba itself puts them."""

    _locator_classes = (_Locator, *CompileResultCacheImpl._locator_classes)


class _HealingCache(FunctionCache):
    """A cache whose every fault means: compile again."""

    _impl_class = _Located
    _cache_file: IndexDataCacheFile

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        whole = self._cache_file
        self._cache_file = _CheckedFile(whole._cache_path, whole._index_name.removesuffix(".nbi"), whole._source_stamp)

    def load_overload(self, signature: Any, context: Any) -> Any:
        try:
            return super().load_overload(signature, context)
        except Exception as error:  # noqa: BLE001 - a torn pickle may raise anything
            log.warning("compiling %s again: %s", self._name, error)
            self._forget()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        try:
            super().save_overload(signature, data)
        except OSError as error:
            log.warning("%s is not cached: %s", self._name, error)

    def _forget(self) -> None:
        try:
            self.flush()
        except OSError as error:
            log.warning("%s stays uncached: %s", self._name, error)


COMPILED = not numba.config.DISABLE_JIT
"""False with NUMBA_DISABLE_JIT=1: then kernels run as plain Python."""

_FOLDER = _open_cache() if COMPILED else None
if _FOLDER is not None:
    numba.config.CACHE_DIR = str(_FOLDER)


@overload
def kernel(function: F) -> F: ...


@overload
def kernel(*, exact: bool) -> Callable[[F], F]: ...


def kernel(function: F | None = None, *, exact: bool = False) -> F | Callable[[F], F]:
    """Compile a function on its first call, from the cache where it can; arrays and scalars in, arrays out.

    exact: sums are taken in the order in which they are written, for figures that must equal a reference's to the bit.
    """

    def compiled(function: F) -> F:
        dispatcher = numba.njit(nogil=True, error_model="numpy", fastmath=set() if exact else FAST_MATH)(function)
        if _FOLDER is not None:
            try:
                dispatcher._cache = _HealingCache(function)
            except (RuntimeError, OSError) as error:
                log.warning("kernels are not cached: %s", error)
        return cast(F, dispatcher)

    return compiled if function is None else compiled(function)
