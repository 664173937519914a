"""Which words a failure of the kit's disk has, where nothing can be started on it."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from firmware.errors import DeviceError, JournalError, JournalFull, KitError, SpoolDamaged, SpoolError, SpoolFull
from firmware.storage_words import StoragePhrase

_FULL = {errno.ENOSPC, errno.EDQUOT}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def told(tell: Callable[[StoragePhrase], None]) -> Iterator[None]:
    """Tell in the operator's words that the disk keeps something from being started; the error goes on."""
    try:
        yield
    except KitError as error:
        if phrase := of(error):
            tell(phrase)
        raise


def of(error: KitError) -> StoragePhrase | None:
    """What to tell of an error; None where the disk is not to blame."""
    number = None if isinstance(error, DeviceError) else _number(error)
    if isinstance(error, SpoolDamaged):
        return StoragePhrase.DAMAGED_AT_START
    if isinstance(error, SpoolFull | JournalFull) or number in _FULL:
        return StoragePhrase.FULL_AT_START
    if isinstance(error, SpoolError | JournalError) or number in _READ_ONLY:
        return StoragePhrase.UNWRITABLE_AT_START
    return None


def _number(error: BaseException) -> int | None:
    """The kernel's number at the bottom of what led to an error."""
    cause = error.__cause__
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__
    return cause.errno if isinstance(cause, OSError) else None
