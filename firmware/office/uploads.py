"""Packets that are on their way to the office: what came of each lies in a file, with a note of whose it is.

::

    KIT/ID.json     how long, its name and digest, and whether it was answered
    KIT/ID.part     the bytes that came; their number is the offset from which its kit goes on
"""

import hashlib
import json
import logging
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from firmware.durable import make_folder, write_file
from firmware.errors import StoreError

KEPT = timedelta(days=60)
"""How long an upload waits for its kit to go on: a kit may be away for weeks."""
_ANSWERED = timedelta(days=1)
MOST_OF_A_KIT = 200
"""Uploads that one kit may have open."""
_log = logging.getLogger(__name__)
_ID = re.compile("[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Upload:
    """One upload: metadata as the header `Upload-Metadata` told it, file name and SHA-256 out of it, or empty.

    is_answered: the packet came whole and has its receipt.
    """

    id: str
    kit_id: str
    length: int
    metadata: str
    file_name: str
    sha256: str
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads in a folder, for one process. Raises StoreError where the folder cannot be used."""

    folder: Path

    def create(self, upload: Upload) -> Upload:
        """Begin an upload; one that tells its digest and is known already is given as it is."""
        own = self.folder / upload.kit_id
        make_folder(own)
        known = self.find(upload.id, upload.kit_id)
        if known is not None:
            return known
        if len(list(own.glob("*.part"))) >= MOST_OF_A_KIT:
            raise StoreError(f"kit {upload.kit_id}: has {MOST_OF_A_KIT} uploads open; finish or delete some")
        self._note(upload)
        return upload

    def find(self, name: str, kit_id: str) -> Upload | None:
        """The upload of this id, if it is this kit's; none where its note is spoiled, so that its kit begins anew."""
        return _read(self.folder / kit_id / f"{name}.json") if _ID.fullmatch(name) else None

    def all(self) -> Iterator[Upload]:
        """Every upload that there is."""
        return filter(None, map(_read, sorted(self.folder.glob("*/*.json"))))

    def offset(self, upload: Upload) -> int:
        """How many bytes of it are here."""
        if upload.is_answered:
            return upload.length
        try:
            return self.part(upload).stat().st_size
        except FileNotFoundError:
            return 0

    def part(self, upload: Upload) -> Path:
        """The file with its bytes."""
        return self.folder / upload.kit_id / f"{upload.id}.part"

    def cut(self, upload: Upload, offset: int) -> None:
        """Throw away what came behind this offset."""
        if self.part(upload).exists():
            os.truncate(self.part(upload), offset)

    def expires(self, upload: Upload) -> datetime:
        """When it is given up if nothing more comes; that it was answered is remembered for a day."""
        newest = max((path.stat().st_mtime for path in self._files(upload)), default=0.0)
        return datetime.fromtimestamp(newest, UTC) + (_ANSWERED if upload.is_answered else KEPT)

    def answered(self, upload: Upload) -> None:
        """The packet is kept elsewhere now; that it came is remembered, its bytes are not."""
        self._note(replace(upload, is_answered=True))
        self.part(upload).unlink(missing_ok=True)

    def remove(self, upload: Upload) -> None:
        """Forget an upload."""
        for path in self._files(upload):
            path.unlink(missing_ok=True)

    def sweep(self, now: datetime) -> list[Upload]:
        """Give up what nobody went on with; gives them."""
        ended = [upload for upload in self.all() if self.expires(upload) < now]
        for upload in ended:
            self.remove(upload)
        return ended

    def _files(self, upload: Upload) -> list[Path]:
        part = self.part(upload)
        return [path for path in (part.with_suffix(".json"), part) if path.exists()]

    def _note(self, upload: Upload) -> None:
        write_file(self.part(upload).with_suffix(".json"), json.dumps(asdict(upload)).encode(), mode=0o600)


def _read(path: Path) -> Upload | None:
    try:
        return Upload(**json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        _log.error("uploads: %s: cannot be read (%s)", path, error)
        return None


def name(kit_id: str, file_name: str, sha256: str, length: int) -> str:
    """The id of an upload: the same for the same packet, so that a kit finds it again; drawn where no digest is."""
    if not sha256:
        return secrets.token_hex(16)
    return hashlib.sha256(f"{kit_id}\n{file_name}\n{sha256}\n{length}".encode()).hexdigest()[:32]
