"""Admission: a kit's request becomes an answer, and one kit keeps one key."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from firmware import identity
from firmware.errors import IdentityError
from firmware.office import admission, keys, register
from firmware.records import answers


@pytest.fixture
def office(tmp_path: Path) -> keys.Office:
    return keys.init(tmp_path / "office")


def request(folder: Path, kit_id: str = "K1", data: str = "data") -> Path:
    return identity.write_request(folder / data, kit_id, folder / "stick")


def test_the_answer_lies_beside_the_request_and_holds_all_a_kit_needs(office: keys.Office, tmp_path: Path) -> None:
    came = admission.admit(request(tmp_path), office)
    assert came.answer == tmp_path / "stick" / "K1.answer.json"
    answer = answers.parse(came.answer.read_bytes())
    assert (answer.kit_id, answer.authority, answer.recipients) == ("K1", office.authority, office.recipients)
    assert not came.renewed


def test_the_answer_goes_where_it_is_wanted(office: keys.Office, tmp_path: Path) -> None:
    came = admission.admit(request(tmp_path), office, folder=tmp_path / "answers")
    assert came.answer == tmp_path / "answers" / "K1.answer.json"


def test_the_certificate_is_one_that_openssl_takes(office: keys.Office, tmp_path: Path) -> None:
    path = tmp_path / "kit.pem"
    path.write_bytes(admission.admit(request(tmp_path), office).certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(office.folder / "authority.pem"), str(path)]
    assert "OK" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_certificate_holds_for_a_kit_whose_clock_is_wrong(office: keys.Office, tmp_path: Path) -> None:
    certificate = admission.admit(request(tmp_path), office).certificate
    assert certificate.not_valid_before_utc == datetime(2020, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc <= office.authority.not_valid_after_utc
    years = (certificate.not_valid_after_utc - datetime.now(UTC)).days / 365
    assert 9.9 < years < 10.2


def test_asking_again_with_the_same_key_renews(office: keys.Office, tmp_path: Path) -> None:
    admission.admit(request(tmp_path), office)
    assert admission.admit(request(tmp_path), office).renewed
    assert len(register.admissions(office, "K1")) == 1


def test_another_key_for_a_known_kit_is_refused_unless_it_is_meant(office: keys.Office, tmp_path: Path) -> None:
    admission.admit(request(tmp_path), office)
    other = request(tmp_path, data="new-data")
    with pytest.raises(IdentityError, match=r"K1 was admitted with another key.*--replace"):
        admission.admit(other, office)
    admission.admit(other, office, replace=True)
    old, new = register.admissions(office, "K1")
    assert old.replaced_at is not None
    assert new.replaced_at is None


def test_a_key_that_was_replaced_does_not_come_back_by_itself(office: keys.Office, tmp_path: Path) -> None:
    """A card that was stolen, or copied, still has it."""
    admission.admit(request(tmp_path), office)
    admission.admit(request(tmp_path, data="new-data"), office, replace=True)
    with pytest.raises(IdentityError, match="--replace K1"):
        admission.admit(request(tmp_path), office)
    assert register.admissions(office, "K1")[-1].replaced_at is None


def test_two_kits_cannot_share_a_key(office: keys.Office, tmp_path: Path) -> None:
    admission.admit(request(tmp_path, "K1"), office)
    with pytest.raises(IdentityError, match="with the key of kit K1"):
        admission.admit(request(tmp_path, "K2"), office)


def test_a_key_is_found_in_the_register(office: keys.Office, tmp_path: Path) -> None:
    certificate = admission.admit(request(tmp_path), office).certificate
    found = register.find(office, certificate.public_key())
    assert found is not None
    assert found.kit_id == "K1"
    assert register.find(office, ec.generate_private_key(ec.SECP256R1()).public_key()) is None


@pytest.mark.parametrize("content", [b"", b"[", b"[{}]", b'[{"kit_id": "K1"}]', b"7", b"\xff"])
def test_a_damaged_page_of_the_register_is_named(office: keys.Office, tmp_path: Path, content: bytes) -> None:
    path = request(tmp_path)
    (office.folder / "kits" / "K1.json").write_bytes(content)
    with pytest.raises(IdentityError, match=r"K1\.json: the register's page is damaged"):
        admission.admit(path, office)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN CERTIFICATE REQUEST-----\nMII=\n"])
def test_what_is_no_request_is_refused(office: keys.Office, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "K1.request.pem"
    path.write_bytes(content)
    with pytest.raises(IdentityError, match="no kit's request, or damaged"):
        admission.admit(path, office)


def test_a_request_that_is_not_there_is_named(office: keys.Office, tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match=r"nowhere\.pem: cannot be read"):
        admission.admit(tmp_path / "nowhere.pem", office)


@pytest.mark.parametrize("name", ["", "../K1", "K 1", "x" * 33])
def test_a_name_that_is_no_kits_is_refused(office: keys.Office, tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(IdentityError, match="names no kit"):
        admission.admit(path, office)


@pytest.mark.parametrize("kind", [ec.SECP384R1(), None])
def test_another_kind_of_key_is_refused(office: keys.Office, tmp_path: Path, kind: ec.EllipticCurve | None) -> None:
    key = ec.generate_private_key(kind) if kind else ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(IdentityError, match=r"K1\.pem"):
        admission.admit(written(tmp_path, "K1", key), office)


def written(folder: Path, name: str, key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> Path:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    algorithm = hashes.SHA256() if isinstance(key, ec.EllipticCurvePrivateKey) else None
    asked = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, algorithm)
    path = folder / "K1.pem"
    path.write_bytes(asked.public_bytes(Encoding.PEM))
    return path
