"""TLS to the broker: whom the kit believes, also by a wrong clock, and as whom it speaks."""

import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from cryptography import x509

from firmware.errors import BrokerError
from firmware.telemetry import obstacles
from firmware.telemetry.obstacles import CertificateEnded, Obstacle

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h, which Python passes on and does not name."""


class _Socket(ssl.SSLSocket):
    """One connection; what goes wrong in it is noted in its context, for paho keeps the words to itself."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
            self._broker.check_end(self.getpeercert(binary_form=True))
        except OSError as error:
            self._broker.obstacle = obstacles.of_handshake(error)
            self.close()
            raise

    def recv(self, buflen: int = 1024, flags: int = 0) -> bytes:
        try:
            return super().recv(buflen, flags)
        except OSError as error:
            self._broker.obstacle = obstacles.of_talk(error) or self._broker.obstacle
            raise

    @property
    def _broker(self) -> "BrokerContext":
        return cast("BrokerContext", self.context)


class BrokerContext(ssl.SSLContext):
    """TLS 1.2 or later; chain, purpose and name of the broker's certificate are OpenSSL's matter, its end is ours.

    Why: OpenSSL goes by the system's clock, and a kit without a battery clock starts in 1970, when no certificate is
    valid yet. `earliest` tells the earliest moment that it can be now; a certificate that ended before then is refused.
    No beginning is looked at: by then the authority had signed it, whatever the clock says.
    """

    obstacle: Obstacle | None
    """What was in the way of the last connection, as far as TLS tells."""

    def __new__(cls, earliest: Callable[[], datetime]) -> "BrokerContext":
        """A context that believes nobody yet."""
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= _NO_CHECK_TIME
        # A kit's certificate is of the same authority, and a kit may be called as a host is
        context.hostname_checks_common_name = False
        context.sslsocket_class = _Socket
        context.obstacle = None
        return context

    def __init__(self, earliest: Callable[[], datetime]) -> None:
        self._earliest = earliest

    def check_end(self, certificate: bytes | None) -> None:
        """Raise CertificateEnded for a certificate, DER, that cannot be valid any more."""
        until = x509.load_der_x509_certificate(certificate or b"").not_valid_after_utc
        now = self._earliest()
        if now > until:
            raise CertificateEnded(f"certificate ended on {until:%Y-%m-%d}, by a clock of {now:%Y-%m-%d}")

    def believe(self, authorities: bytes) -> None:
        """Take certificates that one of these authorities signed, PEM. Raises BrokerError."""
        try:
            self.load_verify_locations(cadata=authorities.decode("ascii"))
        except (OSError, ValueError) as error:
            raise BrokerError(f"no certificates in PEM ({error}); give the authority of the broker's one") from error

    def speak_as(self, key_and_certificate: bytes) -> None:
        """Show this certificate to a broker that asks for one: PEM of both. Raises BrokerError."""
        # OpenSSL takes a path only, and a key must touch no disk once more
        descriptor = os.memfd_create("rekam", os.MFD_CLOEXEC)
        try:
            os.write(descriptor, key_and_certificate)
            self.load_cert_chain(f"/proc/self/fd/{descriptor}")
        except OSError as error:
            raise BrokerError(f"no key with its certificate in PEM ({error})") from error
        finally:
            os.close(descriptor)


def by_system_clock() -> datetime:
    """What a machine with a right clock calls the earliest moment."""
    return datetime.now(UTC)
