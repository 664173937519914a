"""How long the office's certificates hold, and those of its kits."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum

from cryptography import x509

from firmware.errors import IdentityError
from firmware.office import broker, receipt_key, register
from firmware.office.keys import KITS, RECEIPTS, Office
from firmware.standing import MONTH


class State(Enum):
    """How a certificate stands; the value is its code in `--json`."""

    VALID = "valid"
    ENDING = "ending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Term:
    """One certificate: "authority", "receipts", "server", "reader", or a kit's id; its last day, its state."""

    name: str
    is_kit: bool
    until: date
    state: State


def terms(office: Office, now: datetime | None = None) -> list[Term]:
    """Every certificate in use, the office's own first. Raises IdentityError, InputError, SealingError."""
    now = now or datetime.now(UTC)
    receipts = receipt_key.read(office.folder / RECEIPTS)
    own = {"authority": office.authority, **({"receipts": receipts.certificate} if receipts else {})}
    own |= broker.certificates(office)
    found = [_term(name, False, certificate, now) for name, certificate in own.items()]
    for path in sorted((office.folder / KITS).glob("*.json")):
        present = [one for one in register.admissions(office, path.stem) if one.certificate and not one.replaced_at]
        for admission in present:
            try:
                certificate = x509.load_pem_x509_certificate(admission.certificate.encode())
            except ValueError as error:
                raise IdentityError(
                    f"{path}: a certificate is damaged ({error}); restore it from the backup"
                ) from error
            found.append(_term(admission.kit_id, True, certificate, now))
    return found


def _term(name: str, is_kit: bool, certificate: x509.Certificate, now: datetime) -> Term:
    until = certificate.not_valid_after_utc
    state = State.ENDED if now > until else State.ENDING if now > until - MONTH else State.VALID
    return Term(name, is_kit, until.date(), state)
