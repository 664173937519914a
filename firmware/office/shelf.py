"""Where packets lie at the office, sealed as they came: a folder, or any store of files that fsspec knows by a URL.

::

    live/KIT/NUMBER.v1.rekam        accepted
    training/KIT/NUMBER.v1.rekam    accepted, made for practice
    refused/SHA256.rekam            refused: kept, so that somebody may look into it
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from firmware.durable import write_file
from firmware.errors import KitError, StoreError

_ADVICE = "check that the place is there, may be written and has room"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The packets of an office. Raises StoreError."""

    files: AbstractFileSystem
    root: str

    @classmethod
    def at(cls, url: str) -> "Shelf":
        """A folder, or a URL such as s3://bucket/packets."""
        try:
            return cls(*url_to_fs(url))
        except (ValueError, ImportError, OSError) as error:
            raise StoreError(f"--packets {url}: no place for packets ({error})") from error

    def put(self, name: str, content: bytes) -> None:
        """Lay a packet down, whole and lasting; what lies there already and is equal stays as it is."""
        path = f"{self.root}/{name}"
        try:
            if self.files.exists(path) and self.files.cat_file(path) == content:
                return
            if isinstance(self.files, LocalFileSystem):
                write_file(Path(path), content, mode=0o600)
            else:
                self.files.makedirs(path.rpartition("/")[0], exist_ok=True)
                self.files.pipe_file(path, content)
        except KitError as error:
            raise StoreError(f"{error}; {_ADVICE}") from error
        except Exception as error:  # each kind of store raises errors of its own
            raise StoreError(f"{path}: cannot be written ({error}); {_ADVICE}") from error

    def get(self, name: str, sha256: str) -> bytes:
        """A packet's bytes, held to their digest."""
        path = f"{self.root}/{name}"
        try:
            content = bytes(self.files.cat_file(path))
        except Exception as error:
            raise StoreError(f"{path}: cannot be read ({error}); {_ADVICE}") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise StoreError(f"{path}: has changed since it came; restore it from the backup")
        return content
