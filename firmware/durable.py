"""Files that are there whole or not at all, also after a power cut."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from firmware.errors import InputError


def write_file(path: Path, content: bytes, mode: int = 0o644, *, exclusive: bool = False) -> None:
    """Write a file so that readers, now or after a power cut, see all of it or what was there before.

    Folders on the way are made. `exclusive` leaves a file alone that is there already and raises FileExistsError.
    Raises InputError naming the path when the disk is full or does not let us.
    """
    with replacing(path, mode, exclusive=exclusive) as write:
        write(content)


@contextmanager
def replacing(path: Path, mode: int = 0o644, *, exclusive: bool = False) -> Iterator[Callable[[bytes], None]]:
    """The same in pieces, each handed to what this yields; a block that fails leaves what was there before."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    make_folder(path.parent)
    with _naming(path):
        file = os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb")
    try:
        try:

            def write(content: bytes) -> None:
                with _naming(path):
                    file.write(content)

            yield write
            with _naming(path):
                file.flush()
                os.fsync(file.fileno())
        finally:
            # What closing still writes belongs to a block that failed
            with suppress(OSError):
                file.close()
        with _naming(path):
            if exclusive:
                path.hardlink_to(temporary)
            else:
                temporary.replace(path)
            sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Turn what the system says into an error that names the file."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from error


def make_folder(folder: Path) -> None:
    """Make a folder that files can be written to. Raises InputError naming it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be a folder for files ({error.strerror or error})") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{folder}: nothing may be written here; name another folder, or change its rights")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last through a power cut, where the file system knows how to."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
