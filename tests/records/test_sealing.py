"""Packets: sealed in memory, opened by the office alone, and refused with a reason when anything is wrong."""

import hashlib
from pathlib import Path

import pyrage
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.datatypes import SealedPacket
from firmware.errors import SealingError
from firmware.identity import Identity
from firmware.records import sealing

OFFICE = pyrage.x25519.Identity.generate()
ANOTHER = pyrage.x25519.Identity.generate()
CONTENT = b"1.001:a transaction\r\n\x1c\x00\n" * 20


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return Identity.load_or_create(tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module")
def packet(kit: Identity) -> SealedPacket:
    return sealing.seal(CONTENT, control_number="K1-1", signer=kit.signer, recipients=[str(OFFICE.to_public())])


def test_a_packet_opens_to_what_was_sealed(kit: Identity, packet: SealedPacket) -> None:
    opened = sealing.open_packet(packet.ciphertext, [ANOTHER, OFFICE])
    assert opened.transaction == CONTENT
    assert opened.certificate.public_key() == kit.signer.key.public_key()
    assert packet.sha256 == hashlib.sha256(packet.ciphertext).hexdigest()


def test_every_recipient_opens_it(kit: Identity) -> None:
    both = [str(identity.to_public()) for identity in (OFFICE, ANOTHER)]
    sealed = sealing.seal(CONTENT, control_number="K1-1", signer=kit.signer, recipients=both)
    for identity in (OFFICE, ANOTHER):
        assert sealing.open_packet(sealed.ciphertext, [identity]).transaction == CONTENT


def test_nothing_of_the_content_is_in_the_packet(packet: SealedPacket) -> None:
    assert b"transaction" not in packet.ciphertext


def test_no_recipient_is_refused(kit: Identity) -> None:
    with pytest.raises(SealingError, match="rekam identity accept"):
        sealing.seal(CONTENT, control_number="K1-1", signer=kit.signer, recipients=[])


@pytest.mark.parametrize(
    "text",
    ["", "age1xyz", "ssh-ed25519 AAAA", str(OFFICE.to_public())[:-1], str(OFFICE)],
    ids=["empty", "short", "another kind", "cut off", "secret"],
)
def test_a_recipient_that_is_no_key_is_refused(kit: Identity, text: str) -> None:
    with pytest.raises(SealingError, match="is no age key"):
        sealing.seal(CONTENT, control_number="K1-1", signer=kit.signer, recipients=[text])


def test_a_packet_for_another_office_says_so(packet: SealedPacket) -> None:
    with pytest.raises(SealingError, match="another office"):
        sealing.open_packet(packet.ciphertext, [ANOTHER])


@pytest.mark.parametrize("part", [0.2, 0.5, 0.99])
def test_a_truncated_packet_says_so(packet: SealedPacket, part: float) -> None:
    data = packet.ciphertext[: int(part * len(packet.ciphertext))]
    with pytest.raises(SealingError, match="truncated or altered"):
        sealing.open_packet(data, [OFFICE])


@pytest.mark.parametrize("data", [b"", b"age", b"-----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_what_is_no_packet_says_so(data: bytes) -> None:
    with pytest.raises(SealingError, match="not a sealed packet"):
        sealing.open_packet(data, [OFFICE])


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_an_altered_packet_never_opens(packet: SealedPacket, at: int, change: int) -> None:
    data = bytearray(packet.ciphertext)
    data[at % len(data)] ^= change
    with pytest.raises(SealingError):
        sealing.open_packet(bytes(data), [OFFICE])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_hostile_content_of_a_packet_is_refused(content: bytes) -> None:
    with pytest.raises(SealingError):
        sealing.open_packet(pyrage.encrypt(content, [OFFICE.to_public()]), [OFFICE])


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 10**6), change=st.integers(1, 255))
def test_an_altered_signature_never_gives_other_content(packet: SealedPacket, at: int, change: int) -> None:
    signed = bytearray(pyrage.decrypt(packet.ciphertext, [OFFICE]))
    signed[at % len(signed)] ^= change
    try:
        content, _ = sealing.verify(bytes(signed))
    except SealingError:
        return
    assert content == CONTENT


def test_content_that_was_exchanged_is_refused(packet: SealedPacket) -> None:
    signed = pyrage.decrypt(packet.ciphertext, [OFFICE])
    with pytest.raises(SealingError, match="not what was signed"):
        sealing.verify(signed.replace(CONTENT, CONTENT.replace(b"a trans", b"b trans")))


def test_attributes_that_were_exchanged_are_refused(packet: SealedPacket) -> None:
    """The digest in the signed attributes is made to fit other content; then the signature no longer holds."""
    signed = pyrage.decrypt(packet.ciphertext, [OFFICE])
    other = CONTENT.replace(b"a trans", b"b trans")
    forged = signed.replace(CONTENT, other).replace(hashlib.sha256(CONTENT).digest(), hashlib.sha256(other).digest())
    with pytest.raises(SealingError, match="signature does not hold"):
        sealing.verify(forged)


def test_an_exchanged_certificate_is_refused(packet: SealedPacket, tmp_path: Path) -> None:
    """A stranger's certificate in place of the signer's must not take over the signature."""
    stranger = Identity.load_or_create(tmp_path).signer.certificate
    outer = cms.ContentInfo.load(pyrage.decrypt(packet.ciphertext, [OFFICE]))
    inner = outer["content"]
    inner["certificates"] = [cms.CertificateChoices.load(stranger.public_bytes(Encoding.DER))]
    with pytest.raises(SealingError, match="certificate is missing"):
        sealing.verify(outer.dump(force=True))
    info = inner["signer_infos"][0]["sid"].chosen
    info["serial_number"], info["issuer"] = stranger.serial_number, inner["certificates"][0].chosen.issuer
    with pytest.raises(SealingError, match="signature does not hold"):
        sealing.verify(outer.dump(force=True))


@pytest.mark.parametrize("name", ["K1-1.v1.rekam", "K1-1.v2.rekam", "anything", "K1-1.rekam"])
def test_names_of_this_version_pass(name: str) -> None:
    sealing.check_file_name(name)


def test_another_packet_version_says_what_to_do() -> None:
    with pytest.raises(SealingError, match=r"version 3.*update"):
        sealing.check_file_name("K1-1.v3.rekam")
