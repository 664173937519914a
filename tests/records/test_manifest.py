"""The content of a packet of version 2: opened by any tar, and read by nothing that is not byte for byte so."""

import hashlib
import io
import json
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import SealingError
from firmware.records import manifest, transaction
from tests import transactions
from tests.transactions import NOTED

DATA = transactions.data(noted=NOTED)
CONTENT = manifest.write(transactions.header(), NOTED, DATA)


def test_the_manifest_tells_what_when_by_whom_and_its_digests() -> None:
    told, data = manifest.read(CONTENT)
    assert data == DATA
    assert json.loads(told) == {
        "format": "rekam-manifest",
        "version": 2,
        "control_number": "K1-0001",
        "record_types": {"1": 1, "2": 1, "9": 9, "14": 10},
        "created": {
            "utc": "20261124200003Z",
            "clock_trust": "unconfirmed",
            "boot_id": "boot-7",
            "monotonic_s": "12.500",
        },
        "operator": "198703122010011004",
        "kit_id": "K1",
        "software": "rekam 0.1.0",
        "purpose": "live",
        "supersedes": "K1-0000",
        "files": {
            "transaction.an2": {
                "bytes": len(DATA),
                "sha256": hashlib.sha256(DATA).hexdigest(),
            }
        },
    }


def test_nothing_personal_of_the_resident_is_in_the_manifest() -> None:
    told = manifest.read(CONTENT)[0].decode()
    for word in (transactions.RESIDENT.nik, "Melati", "20100412", "Pongok", "wrong name", "corrected"):
        assert word not in told


def test_the_same_record_makes_the_same_archive() -> None:
    assert manifest.write(transactions.header(), NOTED, DATA) == CONTENT


def test_it_is_an_archive_that_pythons_tar_reads() -> None:
    with tarfile.open(fileobj=io.BytesIO(CONTENT), mode="r:") as archive:
        members = archive.getmembers()
        assert [(one.name, one.mode, one.uid, one.mtime, one.isreg()) for one in members] == [
            (name, 0o600, 0, 0, True) for name in ("manifest.json", "transaction.an2")
        ]


def test_it_holds_to_the_transaction_as_it_was_read() -> None:
    told, data = manifest.read(CONTENT)
    manifest.check(told, transaction.read(data), data)


def forged(told: bytes, data: bytes = DATA) -> bytes:
    return manifest._archive(told, data)


TOLD = manifest.read(CONTENT)[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (CONTENT[:-512], "holds more than these"),
        (CONTENT + bytes(512), "holds more than these"),
        (CONTENT[:600], "cut short"),
        (CONTENT[:100], "no archive"),
        (CONTENT.replace(b"0000600", b"0000644"), "holds more than these"),
        (forged(TOLD, DATA[:-1]), "of another transaction"),
        (forged(b"[1]"), "manifest cannot be read"),
        (forged(b"{"), "manifest cannot be read"),
        (forged(b"[" * 100_000), "manifest cannot be read"),
        (forged(b"{}"), "of another transaction"),
        (forged(TOLD.replace(b'"version": 2', b'"version": 3')), "packet version 3, this software reads 2: update it"),
    ],
)
def test_what_is_not_exactly_such_an_archive_is_refused(content: bytes, reason: str) -> None:
    assert manifest.is_archive(content)
    with pytest.raises(SealingError, match=reason):
        manifest.read(content)


def test_a_member_more_or_less_is_named() -> None:
    told = json.loads(TOLD)
    read = transaction.read(DATA)
    for odd in (told | {"nik": "1"}, {name: value for name, value in told.items() if name != "supersedes"}):
        with pytest.raises(SealingError, match=r"differ in (nik|supersedes)"):
            manifest.check(json.dumps(odd).encode(), read, DATA)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_an_altered_archive_never_gives_another_transaction(at: int, change: int) -> None:
    content = bytearray(CONTENT)
    content[at % len(content)] ^= change
    try:
        told, data = manifest.read(bytes(content))
    except SealingError:
        return
    assert data == DATA and told != TOLD
