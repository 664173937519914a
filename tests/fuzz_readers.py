"""Every reader of bytes that come from outside, with what feeds it at first; each refuses by a named error alone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyrage
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from firmware.errors import KitError
from firmware.identity import Identity
from firmware.office import keys, receipt_key, taking
from firmware.office.keys import Office
from firmware.records import (
    answers,
    images,
    logical_records,
    manifest,
    minutiae_records,
    pictures,
    receipts,
    sealing,
    signed_json,
    stick_lists,
    transaction,
)
from firmware.records.answers import Answer
from firmware.records.sealing import Signer
from firmware.records.stick_lists import Listed, StickList
from firmware.vocabulary import FingerCompression
from tests import transactions
from tests.records.test_minutiae_records import GOLDEN
from tests.records.test_receipts import ACCEPTED, REFUSED
from tests.transactions import AT


@dataclass(frozen=True)
class Reader:
    """A reader, and the whole files from which its bytes are made."""

    read: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]

    def survives(self, data: bytes) -> bool:
        """Read these bytes: anything but an answer or a named error is a fault of the reader. Whether it answered."""
        try:
            self.read(data)
        except KitError as error:
            assert str(error)
            return False
        return True


@cache
def office() -> Office:
    with TemporaryDirectory() as folder:
        return keys.init(Path(folder) / "office")


@cache
def kit() -> Signer:
    with TemporaryDirectory() as folder:
        return Identity.load_or_create(Path(folder)).signer


IDENTITY = pyrage.x25519.Identity.generate()


def records() -> list[bytes]:
    return [transactions.data(noted=transactions.NOTED), transactions.data()]


def show(data: bytes) -> None:
    """As `rekam show` reads anyone's transaction, with its pictures."""
    found = logical_records.read(data)
    for record in found:
        if pictures.has_picture(record):
            try:
                pictures.decode(record)
            except KitError:
                continue


def archives() -> list[bytes]:
    header = transactions.header()
    return [manifest.write(header, transactions.NOTED, transactions.data(noted=transactions.NOTED))]


def archive(data: bytes) -> None:
    told, content = manifest.read(data)
    manifest.check(told, transaction.read(content), content)


def signed() -> list[bytes]:
    """What lies under the encryption, of both versions, small."""
    return [
        pkcs7.PKCS7SignatureBuilder()
        .set_data(content)
        .add_signer(kit().certificate, kit().key, hashes.SHA256())
        .sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities])
        for content in (b"1.001:9\x1c", manifest._archive(b"{}", b"1.001:9\x1c"))
    ]


def sealed() -> list[bytes]:
    recipients = [str(IDENTITY.to_public())]
    return [sealing.seal(b"x" * 50, control_number="K1-1", signer=kit(), recipients=recipients).ciphertext]


def resigned(body: object, signer: Signer) -> bytes | None:
    """The same members under a signature that holds, so that a reader sees what is behind it."""
    if not isinstance(body, dict):
        return None
    return json.dumps(signed_json.signed({k: v for k, v in body.items() if k != "signature"}, signer.key)).encode()


def receipt(data: bytes) -> None:
    _twice(data, receipt_signer(), lambda line: receipts.parse(line, office().authority))


@cache
def receipt_signer() -> Signer:
    """The office's key for receipts."""
    with TemporaryDirectory() as folder:
        receipt_key.make(Path(folder) / "receipts.pem", office().authority_key, office().authority)
        signer = receipt_key.read(Path(folder) / "receipts.pem")
    assert signer
    return signer


def answered() -> list[bytes]:
    told = Answer("K1", kit().certificate, office().authority, (str(IDENTITY.to_public()),))
    return [answers.write(told, office().authority_key)]


def answer(data: bytes) -> None:
    _twice(data, Signer(office().authority_key, office().authority), answers.parse)


def stick_list(data: bytes) -> None:
    """As the office reads a list, and what it tells of the kit's outbox."""
    _twice(data, kit(), lambda line: taking._outbox(stick_lists.parse(line)[0]))


def _twice(data: bytes, signer: Signer, read: Callable[[bytes], object]) -> None:
    """The bytes as they are, and, where they are JSON, under a signature that holds."""
    try:
        again = resigned(json.loads(data), signer)
    except (ValueError, RecursionError, TypeError):
        again = None
    if again is not None:
        try:
            read(again)
        except KitError as error:
            assert str(error)
    read(data)


def lists() -> list[bytes]:
    told = StickList("K1", "0a1b2c3d", 7, AT.utc, AT.trust, (Listed("K1-1", "ab" * 32, 5),), {"deadbeef": 3}, 5)
    days = {"2026-12-01": {"recorded": 7, "waiting": 5}}
    counts = {"recorded": 7, "waiting": 5, "oldest_waiting": AT.utc.isoformat(), "days": days}
    outbox = counts | {"district": "Kaimana", "place": "SMA"}
    return [stick_lists.write(one, kit()) for one in (told, replace(told, outbox=outbox))]


def templates() -> list[bytes]:
    return list(GOLDEN.values())


def wsq() -> list[bytes]:
    y, x = np.mgrid[0:96, 0:96]
    pixels = (128 + 100 * np.sin(x / 3 + y / 5)).astype(np.uint8)
    return [images.encode(pixels, 500, FingerCompression.WSQ)]


def pictured() -> list[bytes]:
    pixels = transactions.image((24, 20)).pixels
    return [images.encode(pixels, 500, kind) for kind in (FingerCompression.PNG, FingerCompression.JPEG2000)]


READERS: Mapping[str, Reader] = {
    "transaction": Reader(transaction.read, records),
    "show": Reader(show, records),
    "packet": Reader(lambda data: sealing.open_packet(data, [IDENTITY]), sealed),
    "signature": Reader(sealing.verify, signed),
    "manifest": Reader(archive, archives),
    "receipt": Reader(receipt, lambda: [receipts.write(one, receipt_signer()) for one in (ACCEPTED, REFUSED)]),
    "answer": Reader(answer, answered),
    "stick-list": Reader(stick_list, lists),
    "templates": Reader(minutiae_records.read, templates),
    "wsq": Reader(images.decode, wsq),
    "images": Reader(images.decode, pictured),
}
