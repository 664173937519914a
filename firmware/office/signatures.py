"""Who signed a packet, as far as this office knows, with what a person should notice about it."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from firmware.datatypes import Timestamp
from firmware.errors import RevokedKit, UnknownKit
from firmware.office import register
from firmware.office.keys import Office
from firmware.vocabulary import ClockTrust


@dataclass(frozen=True, slots=True)
class Signed:
    """Whose key it is, whether the authority issued its certificate, and notices for people."""

    kit_id: str
    certified: bool
    notices: tuple[str, ...]


def whose(certificate: x509.Certificate, office: Office, *, take_revoked: bool = False) -> Signed:
    """The kit to which a signer's certificate belongs. Raises SealingError for a key that was never admitted.

    The same for one that was revoked, unless `take_revoked`: then a notice tells it.
    """
    admission = register.find(office, certificate.public_key())
    if admission is None:
        raise UnknownKit(
            f"signed by a key that this office never admitted ({certificate.subject.rfc4514_string()}); "
            "admit the kit first (`rekam office admit`), or find out where this comes from"
        )
    kit_id, replaced, revoked = admission.kit_id, admission.replaced_at, admission.revoked_at
    if revoked and not take_revoked:
        raise RevokedKit(
            f"signed by a key of kit {kit_id} that was revoked on {revoked}; set it aside. If it is known to be from "
            "before the loss: `rekam office open --revoked`"
        )
    ended = f"revoked on {revoked}" if revoked else f"replaced on {replaced}"
    notices = [f"signed with a key of kit {kit_id} that was {ended}"] if replaced or revoked else []
    try:
        certificate.verify_directly_issued_by(office.authority)
    except (ValueError, TypeError, InvalidSignature):
        notices.append(f"signed before kit {kit_id} had its certificate; its key is admitted")
        return Signed(kit_id, False, tuple(notices))
    return Signed(kit_id, True, tuple(notices))


def expiry(certificate: x509.Certificate, at: Timestamp) -> tuple[str, ...]:
    """A notice of a record that was made after the certificate's end; a wrong clock tells nothing."""
    until = certificate.not_valid_after_utc
    if at.trust is ClockTrust.WRONG or at.utc <= until:
        return ()
    return (f"signed after the kit's certificate had ended on {until:%Y-%m-%d}; have the kit renew it",)
