"""JSON objects that carry the signature over all their other members."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

UNREADABLE = (ValueError, TypeError, RecursionError, x509.InvalidVersion, UnsupportedAlgorithm)
"""What the parsers of JSON, of base64 and of certificates raise at bytes that are none."""

_SIGNATURE = "signature"


def signed(body: Mapping[str, Any], key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The members with their signature behind them: ECDSA with SHA-256, DER, in base64.

    What is signed is the JSON of the others with sorted names, without spaces, in ASCII.
    """
    signature = key.sign(_canonical(body), ec.ECDSA(hashes.SHA256()))
    return {**body, _SIGNATURE: base64.b64encode(signature).decode()}


def check(body: Mapping[str, Any], certificate: x509.Certificate) -> None:
    """Hold the members to their signature by this certificate's key. Raises ValueError."""
    try:
        key = certificate.public_key()
    except UNREADABLE as error:
        raise ValueError("its signer's key cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("its signer has no P-256 key")
    signature = base64.b64decode(str(body.get(_SIGNATURE, "")), validate=True)
    try:
        key.verify(signature, _canonical(body), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise ValueError("its signature does not hold") from error


def _canonical(body: Mapping[str, Any]) -> bytes:
    unsigned = {key: value for key, value in body.items() if key != _SIGNATURE}
    return json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode()
