"""Which kit is at the other end of a connection, by the certificate with which it proved itself."""

import ssl
from asyncio import Transport
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from uvicorn.protocols.http.h11_impl import H11Protocol

from firmware.errors import IdentityError
from firmware.office import register
from firmware.office.keys import KITS, Office

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL: who comes with an ended certificate is let in to be told so."""


class PeerProtocol(H11Protocol):
    """uvicorn's HTTP, with the client's certificate in each scope, as ASGI's TLS extension names it."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Remember who has called."""
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        der = secured.getpeercert(binary_form=True) if secured else None
        chain = [ssl.DER_cert_to_PEM_cert(der)] if der else []
        app = self.app

        async def with_peer(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {**scope.get("extensions", {}), "tls": {"client_cert_chain": chain}}
            await app(scope, receive, send)

        self.app = with_peer


class Turned(Exception):
    """Who is not let in: a code of `receipts.Refusal` or `certificate_ended`, and a sentence."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words


@dataclass
class Gate:
    """Who may deliver to an office; what the register says of a key is remembered until the register changes."""

    office: Office
    _known: dict[str, register.Admission | None] = field(default_factory=dict)
    _changed: int = 0

    def kit(self, scope: MutableMapping[str, Any], *, may_have_ended: bool = False) -> tuple[str, x509.Certificate]:
        """The kit that calls, and its certificate. Raises Turned."""
        chain = scope.get("extensions", {}).get("tls", {}).get("client_cert_chain") or []
        if not chain:
            raise Turned("unknown_kit", "no certificate was shown: `rekam identity request` asks for one")
        certificate = x509.load_pem_x509_certificate(chain[0].encode())
        admission = self._admission(chain[0], certificate)
        if admission is None:
            raise Turned("unknown_kit", "this office does not know such a kit; have it admitted: `rekam office admit`")
        if admission.revoked_at:
            raise Turned("revoked_kit", f"kit {admission.kit_id} was revoked on {admission.revoked_at}")
        if admission.replaced_at:
            raise Turned("revoked_kit", f"this key of kit {admission.kit_id} was replaced on {admission.replaced_at}")
        until = certificate.not_valid_after_utc
        if until < datetime.now(UTC) and not may_have_ended:
            words = f"the certificate ended on {until:%Y-%m-%d}; renew it: `rekam identity request`"
            raise Turned("certificate_ended", words)
        return admission.kit_id, certificate

    def _admission(self, pem: str, certificate: x509.Certificate) -> register.Admission | None:
        changed = (self.office.folder / KITS).stat().st_mtime_ns
        if changed != self._changed:
            self._known, self._changed = {}, changed
        if pem not in self._known:
            try:
                self._known[pem] = register.find(self.office, certificate.public_key())
            except IdentityError as error:
                raise Turned("unknown_kit", str(error)) from error
        return self._known[pem]
