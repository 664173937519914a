"""Receipts: signed by the office's own key for them, and refused with a reason when anything is wrong."""

import base64
import json
import random
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import ReceiptError, SealingError
from firmware.office import broker, keys, receipt_key
from firmware.records import receipts, signed_json
from firmware.records.receipts import Receipt, Refusal, Verdict
from firmware.records.sealing import Signer
from firmware.vocabulary import Purpose
from tests.conftest import ROOT
from tests.offices import Admitted, admitted

ACCEPTED = Receipt(
    "K1-0001", "ab" * 32, "K1", Verdict.ACCEPTED, Purpose.LIVE, datetime(2026, 11, 29, 9, 0, tzinfo=UTC), "Bangka"
)
REFUSED = Receipt(
    "K1-0002",
    "cd" * 32,
    "K1",
    Verdict.REFUSED,
    None,
    datetime(2026, 11, 29, 9, 1, tzinfo=UTC),
    "Dukcapil Bangka Selatan",
    Refusal.UNKNOWN_KIT.value,
    "signed by a key that this office never admitted",
)
GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Admitted:
    return admitted(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def signer(world: Admitted) -> Signer:
    return keys.receipt_signer(world.office)


@pytest.mark.parametrize("receipt", [ACCEPTED, REFUSED], ids=["accepted", "refused"])
def test_what_the_office_writes_is_read(world: Admitted, signer: Signer, receipt: Receipt) -> None:
    line = receipts.write(receipt, signer)
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert receipts.parse(line, world.office.authority) == receipt


def test_receipts_that_were_written_once_are_read_for_ever() -> None:
    authority = x509.load_pem_x509_certificate((GOLDEN / "receipts_authority.pem").read_bytes())
    lines = receipts.lines((GOLDEN / "receipts.jsonl").read_bytes())
    assert [receipts.parse(line, authority) for line in lines] == [ACCEPTED, REFUSED]


def test_files_of_receipts_may_be_joined_and_cut(world: Admitted, signer: Signer) -> None:
    whole = receipts.write(ACCEPTED, signer) + b"\n" + receipts.write(REFUSED, signer)
    first, second = receipts.lines(whole[:-40])
    assert receipts.parse(first, world.office.authority) == ACCEPTED
    with pytest.raises(ReceiptError, match="cut short or damaged; copy it from the office again"):
        receipts.parse(second, world.office.authority)


def test_a_receipt_of_another_office_is_told_apart(world: Admitted, tmp_path: Path) -> None:
    foreign = keys.receipt_signer(keys.init(tmp_path / "office"))
    with pytest.raises(ReceiptError, match="of another office"):
        receipts.parse(receipts.write(ACCEPTED, foreign), world.office.authority)


def test_a_kits_certificate_signs_no_receipt(world: Admitted) -> None:
    with pytest.raises(ReceiptError, match="signed by CN=K1, whose certificate is not for receipts"):
        receipts.parse(receipts.write(ACCEPTED, world.kit.signer), world.office.authority)


def test_neither_the_broker_nor_the_authority_itself_signs_receipts(world: Admitted) -> None:
    pem, _ = broker.certify(world.office, ["localhost"])
    served = receipt_key.read(pem)
    assert served
    for signer in (served, Signer(world.office.authority_key, world.office.authority)):
        with pytest.raises(ReceiptError, match="is not for receipts"):
            receipts.parse(receipts.write(ACCEPTED, signer), world.office.authority)


def test_another_key_does_not_speak_with_the_offices_certificate(world: Admitted, signer: Signer) -> None:
    forged = Signer(ec.generate_private_key(ec.SECP256R1()), signer.certificate)
    with pytest.raises(ReceiptError, match="was altered on its way"):
        receipts.parse(receipts.write(ACCEPTED, forged), world.office.authority)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("control_number", "K1-0009"),
        ("sha256", "00" * 32),
        ("kit_id", "K2"),
        ("verdict", "refused"),
        ("purpose", "training"),
        ("received_utc", "2026-11-29T10:00:00+00:00"),
        ("office", "Belitung"),
        ("words", "x"),
        ("certificate", "AAAA"),
        ("certificate", "no base64"),
        ("signature", "AAAA"),
        ("signature", ""),
        ("added", 1),
    ],
)
def test_every_member_is_under_the_signature(world: Admitted, signer: Signer, member: str, value: object) -> None:
    body = json.loads(receipts.write(ACCEPTED, signer)) | {member: value}
    with pytest.raises(ReceiptError, match="was altered on its way"):
        receipts.parse(json.dumps(body).encode(), world.office.authority)


def test_a_certificate_of_no_known_form_is_told_as_altered(world: Admitted, signer: Signer) -> None:
    """Found by `python -m tests.fuzz receipt`: the parser has an error of its own for a version that X.509 has not."""
    der = signer.certificate.public_bytes(Encoding.DER)
    odd = base64.b64encode(der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x6a")).decode()
    body = json.loads(receipts.write(ACCEPTED, signer)) | {"certificate": odd}
    with pytest.raises(ReceiptError, match="no certificate is in it"):
        receipts.parse(json.dumps(body).encode(), world.office.authority)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is no receipt"),
        (b"[1]", "is no receipt"),
        (b"\xff\xfe", "is no receipt"),
        (b'{"format": "rekam-answer"}', "is no receipt"),
        (b'{"format": "rekam-receipt", "version": 2}', "version 2, this software reads 1: update it"),
        (b'{"format": "rekam-receipt", "version"', "cut short"),
        (b"[" * 100_000, "is no receipt"),
    ],
)
def test_what_is_no_receipt_says_so(world: Admitted, data: bytes, reason: str) -> None:
    with pytest.raises(ReceiptError, match=reason):
        receipts.parse(data, world.office.authority)


@pytest.mark.parametrize(
    ("member", "value", "reason"),
    [
        ("control_number", "", "control_number: is not of its form"),
        ("sha256", "AB" * 32, "sha256: is not of its form"),
        ("verdict", "perhaps", "'perhaps' is not a valid Verdict; update"),
        ("purpose", None, "None is not a valid Purpose"),
        ("received_utc", "2026-11-29", "not in UTC"),
        ("received_utc", 5, "Invalid isoformat"),
    ],
)
def test_what_the_office_itself_wrote_wrongly_is_named(
    world: Admitted, signer: Signer, member: str, value: object, reason: str
) -> None:
    body = json.loads(receipts.write(ACCEPTED, signer)) | {member: value}
    line = json.dumps(signed_json.signed({k: v for k, v in body.items() if k != "signature"}, signer.key))
    with pytest.raises(ReceiptError, match=reason):
        receipts.parse(line.encode(), world.office.authority)


def test_a_refusal_names_its_reason(signer: Signer) -> None:
    with pytest.raises(ReceiptError, match="reason: is not of its form"):
        receipts.write(Receipt("K1-1", "ab" * 32, "K1", Verdict.REFUSED, None, ACCEPTED.received_utc, "B"), signer)


def test_a_receipt_from_after_the_certificates_end_is_refused(world: Admitted, signer: Signer) -> None:
    late = signer.certificate.not_valid_after_utc + timedelta(days=1)
    line = receipts.write(
        Receipt("K1-1", "ab" * 32, "K1", Verdict.ACCEPTED, Purpose.LIVE, late.replace(microsecond=0), "B"), signer
    )
    with pytest.raises(ReceiptError, match="its signer's certificate held until"):
        receipts.parse(line, world.office.authority)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_an_altered_receipt_never_says_something_else(world: Admitted, signer: Signer, at: int, change: int) -> None:
    data = bytearray(receipts.write(ACCEPTED, signer))
    data[at % len(data)] ^= change
    try:
        read = receipts.parse(bytes(data), world.office.authority)
    except ReceiptError:
        return
    assert read == ACCEPTED


def test_noise_is_never_a_receipt(world: Admitted) -> None:
    noise = random.Random(8)
    for size in range(200):
        with pytest.raises(ReceiptError):
            receipts.parse(noise.randbytes(size), world.office.authority)


def test_an_older_office_gets_the_key_at_first_need(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    (office.folder / keys.RECEIPTS).unlink()
    made = keys.receipt_signer(office)
    assert keys.receipt_signer(office).certificate == made.certificate
    assert made.certificate.subject.rfc4514_string() == f"CN={receipt_key.NAME}"


def test_a_receiving_machine_needs_no_key_of_the_authority(tmp_path: Path) -> None:
    office = keys.init(tmp_path / "office")
    (office.folder / keys.AUTHORITY_KEY).unlink()
    office = keys.load(office.folder)
    line = receipts.write(ACCEPTED, keys.receipt_signer(office))
    assert receipts.parse(line, office.authority) == ACCEPTED
    with pytest.raises(SealingError, match=r"authority\.key: is not on this machine"):
        broker.certify(office, ["localhost"])
    (office.folder / keys.RECEIPTS).unlink()
    with pytest.raises(SealingError, match=r"authority\.key: is missing"):
        keys.load(office.folder)


def test_a_key_that_has_ended_or_is_another_authoritys_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, other = keys.init(tmp_path / "office"), keys.init(tmp_path / "other")
    path = office.folder / keys.RECEIPTS
    path.write_bytes((other.folder / keys.RECEIPTS).read_bytes())
    foreign = keys.receipt_signer(other).certificate
    assert keys.receipt_signer(office).certificate != foreign
    monkeypatch.setattr(receipt_key, "VALID", timedelta(days=-1))
    receipt_key.make(path, office.authority_key, office.authority)
    monkeypatch.undo()
    assert keys.receipt_signer(office).certificate.not_valid_after_utc > datetime.now(UTC)


@pytest.mark.parametrize("damage", [b"", b"-----BEGIN"])
def test_a_damaged_key_is_named(tmp_path: Path, damage: bytes) -> None:
    office = keys.init(tmp_path / "office")
    (office.folder / keys.RECEIPTS).write_bytes(damage)
    with pytest.raises(SealingError, match=r"receipts\.pem: is damaged .* a new one is made"):
        keys.receipt_signer(office)


def test_stock_openssl_takes_the_certificate(world: Admitted, signer: Signer, tmp_path: Path) -> None:
    body = json.loads(receipts.write(ACCEPTED, signer))
    der, pem = base64.b64decode(body["certificate"]), tmp_path / "signer.pem"
    pem.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    authority = world.office.folder / keys.AUTHORITY
    command = ["openssl", "verify", "-x509_strict", "-purpose", "any", "-CAfile", str(authority), str(pem)]
    subprocess.run(command, check=True, capture_output=True)
