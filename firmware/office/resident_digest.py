"""A resident's NIK as a keyed digest, so that rows can tell who was recorded twice and never who it is."""

import contextlib
import hashlib
import hmac
import re
import secrets
from pathlib import Path

from firmware.durable import write_file
from firmware.errors import SealingError
from firmware.office.keys import Office

KEY = "residents.key"
"""The key's file among the office's keys, 64 hexadecimal digits; without it the digests of before mean nothing."""
_FORM = re.compile(r"[0-9a-f]{64}\s*", re.ASCII)


def load_or_make_key(office: Office) -> bytes:
    """The key, made at first need. Raises SealingError, InputError."""
    path: Path = office.folder / KEY
    with contextlib.suppress(FileExistsError):
        if not path.exists():
            write_file(path, f"{secrets.token_hex(32)}\n".encode(), mode=0o600, exclusive=True)
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SealingError(f"{path}: cannot be read ({error}); restore it from the backup") from error
    if not _FORM.fullmatch(text):
        raise SealingError(f"{path}: is damaged; restore it from the backup")
    return bytes.fromhex(text.strip())


def of(nik: str, key: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) of the NIK, in hexadecimal digits."""
    return hmac.new(key, nik.encode(), hashlib.sha256).hexdigest()
