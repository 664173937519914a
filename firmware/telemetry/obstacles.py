"""Why the broker does not have what the kit tells, by name."""

import ssl
from enum import Enum

_OTHER_NAME = (62, 64)
"""X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH, OpenSSL's x509_vfy.h."""


class Obstacle(Enum):
    """What is in the way; the value is its code."""

    AWAY = "away"
    """Nothing answers: no network, no such host, nothing at the port."""
    HUNG_UP = "hung_up"
    """It hangs up at once, as a port does where TLS is spoken, or is not."""
    FOREIGN = "foreign"
    """Its certificate is no broker's, or of another authority than the one that the kit believes."""
    OTHER_NAME = "other_name"
    """Its certificate is for another name than the one in the settings."""
    ENDED = "ended"
    """Its certificate has ended."""
    REFUSED = "refused"
    """It does not take the kit's certificate."""
    LOGIN = "login"
    """It does not take the kit's name or password."""
    UNHEARD = "unheard"
    """It takes the status and gives it to nobody: the kit has no right to its topic."""


class CertificateEnded(ssl.SSLCertVerificationError):
    """The broker's certificate ended before the earliest moment that it can be now."""


def of_handshake(error: OSError) -> Obstacle:
    """What a failed TLS handshake means."""
    if isinstance(error, CertificateEnded):
        return Obstacle.ENDED
    if isinstance(error, ssl.SSLCertVerificationError):
        return Obstacle.OTHER_NAME if error.verify_code in _OTHER_NAME else Obstacle.FOREIGN
    return of_talk(error) or Obstacle.HUNG_UP


def of_talk(error: OSError) -> Obstacle | None:
    """What the end of a connection means; None where it is no word on the kit's certificate.

    An alert about a client's certificate comes with TLS 1.3 only after the handshake (RFC 8446, section 4.4.2.4).
    """
    reason = (error.reason or "") if isinstance(error, ssl.SSLError) else ""
    return Obstacle.REFUSED if "ALERT" in reason and "PROTOCOL_VERSION" not in reason else None
