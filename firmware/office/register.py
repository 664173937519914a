"""The office's register of admitted kits: one JSON file a kit, with every key it ever had."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from firmware.durable import write_file
from firmware.errors import IdentityError
from firmware.office.keys import KITS, Office


@dataclass(frozen=True, slots=True)
class Admission:
    """One key of a kit: `public_key` and `certificate` are PEM, times ISO 8601; `replaced_at` ends its use.

    `certificate` is empty for a key that the kit had before it was admitted. `revoked_at` is when the office ceased to
    trust the key, as after a theft: what it signed is no longer taken.
    """

    kit_id: str
    public_key: str
    certificate: str
    admitted_at: str
    replaced_at: str | None = None
    revoked_at: str | None = None


def admissions(office: Office, kit_id: str) -> list[Admission]:
    """A kit's keys, oldest first; none for a kit that never was admitted. Raises IdentityError."""
    path = office.folder / KITS / f"{kit_id}.json"
    return _read(path) if path.exists() else []


def names(folder: Path) -> list[str]:
    """The kits that the office in this folder admitted; none where it has none."""
    return sorted(path.stem for path in (folder / KITS).glob("*.json"))


def find(office: Office, key: PublicKeyTypes) -> Admission | None:
    """Whose key this is. Raises IdentityError."""
    pem = _pem(key)
    for path in sorted((office.folder / KITS).glob("*.json")):
        for admission in _read(path):
            if admission.public_key == pem:
                return admission
    return None


def is_key(admission: Admission, key: PublicKeyTypes) -> bool:
    """Whether an admission is of this key."""
    return admission.public_key == _pem(key)


def enter(
    office: Office, kit_id: str, certificate: x509.Certificate, former: Iterable[PublicKeyTypes] = ()
) -> Admission:
    """Note a kit's key as its present one, an earlier one as replaced, and one from before it ever came here likewise.

    Raises IdentityError, InputError.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    pem = certificate.public_bytes(Encoding.PEM).decode()
    present = Admission(kit_id, _pem(certificate.public_key()), pem, now)
    earlier = [Admission(kit_id, _pem(key), "", now) for key in former]
    earlier += [a for a in admissions(office, kit_id) if a.public_key != present.public_key]
    ended = [replace(admission, replaced_at=admission.replaced_at or now) for admission in earlier]
    _write(office, kit_id, [*ended, present])
    return present


def revoke(office: Office, kit_id: str) -> int:
    """Cease to trust every key that a kit has had; gives how many. Raises IdentityError for a kit that has none."""
    known = admissions(office, kit_id)
    if not known:
        raise IdentityError(f"{kit_id}: no kit of this name was admitted here; `rekam office status` lists them")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    rows = [replace(one, replaced_at=one.replaced_at or now, revoked_at=one.revoked_at or now) for one in known]
    _write(office, kit_id, rows)
    return len(rows)


def _write(office: Office, kit_id: str, rows: Iterable[Admission]) -> None:
    # An older version knows no `revoked_at`, and takes a page without it
    told = [{key: value for key, value in asdict(row).items() if value or key != "revoked_at"} for row in rows]
    write_file(office.folder / KITS / f"{kit_id}.json", json.dumps(told, indent=2).encode() + b"\n")


def _read(path: Path) -> list[Admission]:
    try:
        admissions = [Admission(**row) for row in json.loads(path.read_bytes())]
        for admission in admissions:
            load_pem_public_key(admission.public_key.encode())
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise IdentityError(f"{path}: the register's page is damaged ({error}); restore it from the backup") from error
    return admissions


def _pem(key: PublicKeyTypes) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
