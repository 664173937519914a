"""The content of a packet of version 2: a POSIX ustar archive of a manifest and the transaction that it describes.

Any `tar` unpacks it. The two members' bytes decide the archive's, so that a reader can hold it to them.
"""

import hashlib
import json
import tarfile
from collections import Counter
from typing import Any

from firmware.circumstances import Circumstances
from firmware.datatypes import Timestamp
from firmware.errors import NewerPacket, SealingError
from firmware.records import encoding, moments
from firmware.records.contents import Transaction, TransactionHeader

VERSION = 2
MANIFEST, TRANSACTION = "manifest.json", "transaction.an2"

_FORMAT = "rekam-manifest"
_BLOCK = 512
_END = bytes(2 * _BLOCK)


def write(header: TransactionHeader, noted: Circumstances, data: bytes) -> bytes:
    """The manifest of a transaction and the transaction itself, as an archive. Raises RecordError."""
    told = json.dumps(describe(header, noted, data), indent=2, ensure_ascii=False, sort_keys=True)
    return _archive(told.encode() + b"\n", data)


def describe(header: TransactionHeader, noted: Circumstances, data: bytes) -> dict[str, Any]:
    """What the manifest of a transaction says; `data` are its bytes. Raises RecordError."""
    kinds = Counter(record.kind for record in encoding.decode(data))
    return {
        "format": _FORMAT,
        "version": VERSION,
        "control_number": header.control_number,
        "record_types": {str(kind): count for kind, count in sorted(kinds.items())},
        "created": _moment(header.created_at),
        "operator": " ".join(noted.operator.split()),
        "kit_id": header.kit_id,
        "software": header.software,
        "purpose": header.purpose.value,
        "supersedes": noted.supersedes or None,
        "files": {TRANSACTION: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}},
    }


def is_archive(content: bytes) -> bool:
    """Whether a packet's content is of this form; version 1 held the transaction alone."""
    return content.startswith(MANIFEST.encode() + b"\0")


def read(content: bytes) -> tuple[bytes, bytes]:
    """Manifest and transaction of an archive, held to its form byte by byte. Raises SealingError."""
    try:
        manifest, at = _member(content, 0)
        data, _ = _member(content, at)
    except ValueError as error:
        raise SealingError(f"what it holds is no archive of manifest and transaction ({error})") from error
    told = _parsed(manifest)
    if told.get("format") == _FORMAT and told.get("version") != VERSION:
        raise NewerPacket(f"packet version {told.get('version')}, this software reads {VERSION}: update it")
    if _archive(manifest, data) != content:
        raise SealingError("what it holds is no archive of manifest and transaction, or holds more than these")
    files = told.get("files")
    if files != {TRANSACTION: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}}:
        raise SealingError("its manifest is of another transaction: size or digest differ; do not use it")
    return manifest, data


def check(manifest: bytes, transaction: Transaction, data: bytes) -> None:
    """Hold a manifest to the transaction that it came with. Raises SealingError naming what differs."""
    told, expected = _parsed(manifest), describe(transaction.header, transaction.circumstances, data)
    for name in sorted(told.keys() | expected.keys()):
        if told.get(name) != expected.get(name) or (name in told) != (name in expected):
            raise SealingError(f"its manifest and its transaction differ in {name}: do not use it")


def _parsed(manifest: bytes) -> dict[str, Any]:
    try:
        told = json.loads(manifest)
    except (ValueError, RecursionError) as error:
        raise SealingError("its manifest cannot be read") from error
    if not isinstance(told, dict):
        raise SealingError("its manifest cannot be read")
    return told


def _archive(manifest: bytes, data: bytes) -> bytes:
    parts = []
    for name, content in ((MANIFEST, manifest), (TRANSACTION, data)):
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        parts += [info.tobuf(tarfile.USTAR_FORMAT), content, bytes(-len(content) % _BLOCK)]
    return b"".join([*parts, _END])


def _member(content: bytes, at: int) -> tuple[bytes, int]:
    """The member that begins here, and where the next one does. Raises ValueError."""
    size = int(content[at + 124 : at + 135] or b"none", 8)
    start = at + _BLOCK
    if size < 0 or start + size > len(content):
        raise ValueError("it is cut short")
    return content[start : start + size], start + size + -size % _BLOCK


def _moment(at: Timestamp) -> dict[str, str]:
    """A moment as the transaction tells it, so that the two can be compared."""
    return dict(zip(("utc", "clock_trust", "boot_id", "monotonic_s"), moments.items(at), strict=True))
