"""The list that a kit signs of its packets on a stick, so that one that came back changed is told apart."""

import base64
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from firmware.errors import DeliveryError
from firmware.records import signed_json
from firmware.records.contents import CONTROL_NUMBER
from firmware.records.sealing import Signer
from firmware.vocabulary import ClockTrust

SUFFIX = ".list.json"

_FORMAT = "rekam-stick-list"
_VERSION = 1
_KIT_ID = re.compile("[A-Za-z0-9-]{1,32}", re.ASCII)
_STICK = re.compile("[0-9a-f]{8}", re.ASCII)
_DIGEST = re.compile("[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listed:
    """One packet on a stick: sha256 of its bytes in hexadecimal, and how many there are."""

    control_number: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class StickList:
    """What one kit has on one stick.

    stick: 8 hexadecimal digits, drawn at the first export to it. sequence: counts the kit's exports from 1, so that an
    older list is told from a newer one. others: how many packets without a receipt lie on each of its other sticks.
    waiting: how many the kit holds in all without a receipt. outbox: what it also tells over the network of its outbox;
    empty where it told nothing, as kits did before.
    """

    kit_id: str
    stick: str
    sequence: int
    written_utc: datetime
    clock_trust: ClockTrust
    packets: tuple[Listed, ...]
    others: dict[str, int]
    waiting: int
    outbox: dict[str, Any] = field(default_factory=dict)


def file_name(kit_id: str) -> str:
    """The name of a kit's list."""
    return f"{kit_id}{SUFFIX}"


def write(told: StickList, signer: Signer) -> bytes:
    """A list as its file holds it, signed by the kit's key over all of it."""
    body = {
        "format": _FORMAT,
        "version": _VERSION,
        "kit_id": told.kit_id,
        "stick": told.stick,
        "sequence": told.sequence,
        "written_utc": told.written_utc.astimezone(UTC).isoformat(timespec="seconds"),
        "clock_trust": told.clock_trust.value,
        "packets": [asdict(one) for one in told.packets],
        "others": told.others,
        "waiting": told.waiting,
        **({"outbox": told.outbox} if told.outbox else {}),
        "certificate": base64.b64encode(signer.certificate.public_bytes(Encoding.DER)).decode(),
    }
    return json.dumps(signed_json.signed(body, signer.key), indent=1).encode() + b"\n"


def parse(data: bytes) -> tuple[StickList, x509.Certificate]:
    """Read a list whose signature holds, and who signed it; whose key that is, the caller judges.

    Raises DeliveryError.
    """
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DeliveryError("the list is cut short or damaged; export to this stick again") from error
    if not isinstance(body, dict) or body.get("format") != _FORMAT:
        raise DeliveryError("is no kit's list of packets; lists are written by `rekam export`")
    if body.get("version") != _VERSION:
        raise DeliveryError(f"is a list of version {body.get('version')}, this software reads {_VERSION}: update it")
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(str(body.get("certificate")), validate=True))
        signed_json.check(body, certificate)
    except signed_json.UNREADABLE as error:
        raise DeliveryError(f"the list was tampered with ({error}): believe nothing on this stick") from error
    try:
        return _list(body), certificate
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise DeliveryError(f"the list holds what no kit writes ({error}); update this software") from error


def _list(body: dict[str, Any]) -> StickList:
    written = datetime.fromisoformat(body["written_utc"])
    if written.utcoffset() != timedelta(0):
        raise ValueError("written_utc is not in UTC")
    packets = tuple(Listed(**one) for one in body["packets"])
    for one in packets:
        if not (CONTROL_NUMBER.fullmatch(one.control_number) and _DIGEST.fullmatch(one.sha256)):
            raise ValueError("a packet's number or digest")
        _count(one.bytes)
    others = {stick: _count(count) for stick, count in body["others"].items()}
    if not all(map(_STICK.fullmatch, [*others, body["stick"]])) or not _KIT_ID.fullmatch(body["kit_id"]):
        raise ValueError("the name of a kit or stick")
    numbers = _count(body["sequence"]), _count(body["waiting"])
    trust, outbox = ClockTrust(body["clock_trust"]), body.get("outbox", {})
    if not isinstance(outbox, dict):
        raise TypeError("an outbox that is no object")
    return StickList(body["kit_id"], body["stick"], numbers[0], written, trust, packets, others, numbers[1], outbox)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value
