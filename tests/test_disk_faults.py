"""Which words a failure of the disk has at a start, and which failures are none of the disk's."""

import errno

import pytest

from firmware import disk_faults
from firmware.errors import (
    ConfigError,
    DeviceAbsent,
    IdentityError,
    InputError,
    JournalError,
    JournalFull,
    KitError,
    SpoolDamaged,
    SpoolError,
    SpoolFull,
)
from firmware.storage_words import StoragePhrase

FULL, UNWRITABLE = StoragePhrase.FULL_AT_START, StoragePhrase.UNWRITABLE_AT_START


def caused(error: KitError, *causes: BaseException) -> KitError:
    above: BaseException = error
    for cause in causes:
        above.__cause__ = cause
        above = cause
    return error


@pytest.mark.parametrize(
    ("error", "phrase"),
    [
        (SpoolFull("no room"), FULL),
        (JournalFull("no room"), FULL),
        (SpoolError("cannot be written"), UNWRITABLE),
        (JournalError("cannot be written"), UNWRITABLE),
        (SpoolDamaged("not a sound database"), StoragePhrase.DAMAGED_AT_START),
        (caused(ConfigError("data"), OSError(errno.EROFS, "")), UNWRITABLE),
        (caused(ConfigError("data"), PermissionError(errno.EACCES, "")), UNWRITABLE),
        (caused(IdentityError("key"), InputError("key"), OSError(errno.ENOSPC, "")), FULL),
        (caused(ConfigError("data"), NotADirectoryError(errno.ENOTDIR, "")), None),
        (caused(DeviceAbsent("fingerprint", "no"), PermissionError(errno.EACCES, "")), None),
        (IdentityError("not admitted"), None),
    ],
)
def test_an_error_has_the_words_of_what_is_wrong_with_the_disk(error: KitError, phrase: StoragePhrase | None) -> None:
    said: list[StoragePhrase] = []
    with pytest.raises(type(error)), disk_faults.told(said.append):
        raise error
    assert said == ([phrase] if phrase else [])


def test_every_text_stands_in_both_languages() -> None:
    assert all(len(set(phrase.value)) == 2 for phrase in StoragePhrase)
