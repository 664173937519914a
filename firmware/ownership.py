"""One process owns a kit's data folder at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from firmware.errors import ConfigError, DeviceBusy


@contextmanager
def owned(data: Path) -> Iterator[None]:
    """Own a kit's data folder, made if it is missing. Raises DeviceBusy, naming the process that owns it already."""
    path = data / "kit.lock"
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.open("a+", encoding="ascii")
    except OSError as error:
        advice = "check that its disk is not read-only, and name a folder that this user may write"
        raise ConfigError(f"data: {data} cannot be used ({error}); {advice}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            message = f"process {owner} records with {data}; wait until it ends, or end it"
            raise DeviceBusy("kit", message) from error
        # Who owns it is told for people; on a full disk it may stay untold
        with suppress(OSError):
            lock.truncate(0)
            os.write(lock.fileno(), f"{os.getpid()}\n".encode())
        yield
