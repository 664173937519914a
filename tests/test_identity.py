"""The kit's identity: one key for ever, and answers that are taken only when they are for it."""

import json
import multiprocessing
import stat
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from firmware import identity
from firmware.errors import IdentityError
from firmware.identity import Identity
from firmware.office import admission, keys
from tests.offices import Admitted, admitted


@pytest.fixture
def world(tmp_path: Path) -> Admitted:
    return admitted(tmp_path)


def public_key(kit: Identity) -> bytes:
    return kit.signer.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def answered(folder: Path, kit_id: str, data: Path) -> Path:
    """Another office's answer to a kit."""
    office = keys.init(folder / "other-office")
    return admission.admit(identity.write_request(data, kit_id, folder / "other"), office).answer


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = Identity.load_or_create(tmp_path), Identity.load_or_create(tmp_path)
    assert public_key(first) == public_key(second)
    assert stat.S_IMODE((tmp_path / "identity" / "kit.key").stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / "identity").iterdir()} == {"kit.key", "board.json"}


def test_before_admission_it_signs_with_its_own_certificate_and_knows_no_recipient(tmp_path: Path) -> None:
    kit = Identity.load_or_create(tmp_path)
    assert (kit.recipients, kit.certificate, kit.kit_id) == ((), None, "")
    kit.signer.certificate.verify_directly_issued_by(kit.signer.certificate)


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        made = pool.map(_key_of, [tmp_path] * 6)
    assert len(set(made)) == 1


def _key_of(data: Path) -> bytes:
    return public_key(Identity.load_or_create(data))


def test_the_request_is_one_that_openssl_reads(tmp_path: Path) -> None:
    path = identity.write_request(tmp_path / "data", "K1", tmp_path / "stick")
    assert path == tmp_path / "stick" / "K1.request.pem"
    command = ["openssl", "req", "-in", str(path), "-verify", "-noout", "-subject"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "CN=K1" in said.stdout.replace(" ", "")  # OpenSSL 3.0 and 3.5 space it differently


def test_an_answer_brings_certificate_and_recipients(world: Admitted) -> None:
    kit = world.kit
    assert kit.recipients == world.office.recipients
    assert kit.kit_id == "K1"
    assert kit.certificate is not None
    kit.certificate.verify_directly_issued_by(world.office.authority)
    assert kit.signer.certificate == kit.certificate


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nMIGH", b"\0" * 240])
def test_a_spoiled_key_says_what_to_do_and_is_left_alone(world: Admitted, content: bytes) -> None:
    key = world.data / "identity" / "kit.key"
    key.write_bytes(content)
    with pytest.raises(IdentityError, match=r"kit\.key: is damaged.*rekam identity renew"):
        Identity.load_or_create(world.data)
    assert key.read_bytes() == content


def test_a_key_of_another_kind_is_refused(world: Admitted) -> None:
    key = world.data / "identity" / "kit.key"
    command = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    with pytest.raises(IdentityError, match="no P-256 key"):
        Identity.load_or_create(world.data)


def test_a_lost_key_of_an_admitted_kit_is_not_silently_made_anew(world: Admitted) -> None:
    (world.data / "identity" / "kit.key").unlink()
    with pytest.raises(IdentityError, match="is missing though the office knows this kit"):
        Identity.load_or_create(world.data)
    assert not (world.data / "identity" / "kit.key").exists()


def test_another_key_beside_the_answer_is_refused(world: Admitted, tmp_path: Path) -> None:
    Identity.load_or_create(tmp_path / "new")
    (tmp_path / "new" / "identity" / "kit.key").replace(world.data / "identity" / "kit.key")
    with pytest.raises(IdentityError, match="belongs to another key"):
        Identity.load_or_create(world.data)


def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(IdentityError, match="cannot be used"):
        Identity.load_or_create(tmp_path / "data")


def test_an_answer_for_another_kit_is_refused(world: Admitted) -> None:
    with pytest.raises(IdentityError, match="is for kit K1, this is kit K2"):
        identity.accept_answer(world.data, "K2", world.folder / "stick" / "K1.answer.json")


def test_an_answer_to_another_key_is_refused(world: Admitted, tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="another key than this kit's"):
        identity.accept_answer(tmp_path / "new", "K1", world.folder / "stick" / "K1.answer.json")
    assert Identity.load_or_create(tmp_path / "new").recipients == ()


def test_an_answer_of_another_office_is_taken_only_when_that_is_meant(world: Admitted) -> None:
    other = answered(world.folder, "K1", world.data)
    with pytest.raises(IdentityError, match=r"another office.*--replace"):
        identity.accept_answer(world.data, "K1", other)
    assert world.kit.recipients == world.office.recipients
    identity.accept_answer(world.data, "K1", other, replace=True)
    assert world.kit.recipients == keys.load(world.folder / "other-office").recipients


@pytest.mark.parametrize("member", ["kit_id", "recipients", "signature", "certificate", "authority"])
def test_an_answer_that_was_altered_on_its_way_is_refused(world: Admitted, member: str) -> None:
    """A stick that is swapped must not make the kit seal for a stranger."""
    other = json.loads(answered(world.folder, "K9", world.folder / "other-data").read_bytes())
    mine = json.loads((world.folder / "stick" / "K1.answer.json").read_bytes())
    path = world.folder / "altered.json"
    path.write_text(json.dumps(mine | {member: other[member]}))
    with pytest.raises(IdentityError, match=r"altered\.json"):
        identity.accept_answer(world.data, "K1", path)
    assert world.kit.recipients == world.office.recipients


@pytest.mark.parametrize(
    "member", ["kit_id", "recipients", "signature", "certificate", "authority", "format", "version"]
)
@pytest.mark.parametrize("value", [None, "", 7, [], ["x"]])
def test_an_answer_with_a_strange_member_is_refused(world: Admitted, member: str, value: object) -> None:
    mine = json.loads((world.folder / "stick" / "K1.answer.json").read_bytes())
    path = world.folder / "strange.json"
    path.write_text(json.dumps(mine | {member: value}))
    with pytest.raises(IdentityError, match=r"strange\.json"):
        identity.accept_answer(world.data, "K1", path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"format": "rekam-answer", "version": 2}']
)
def test_what_is_no_answer_is_refused(world: Admitted, content: bytes) -> None:
    path = world.folder / "answer.json"
    path.write_bytes(content)
    with pytest.raises(IdentityError, match=r"answer\.json: is"):
        identity.accept_answer(world.data, "K1", path)


def test_an_answer_that_is_not_there_is_named(world: Admitted) -> None:
    with pytest.raises(IdentityError, match=r"nowhere\.json: cannot be read"):
        identity.accept_answer(world.data, "K1", world.folder / "nowhere.json")


def test_a_damaged_answer_is_mended_by_accepting_it_again(world: Admitted) -> None:
    kept = world.data / "identity" / "answer.json"
    kept.write_bytes(kept.read_bytes()[:100])
    with pytest.raises(IdentityError, match="rekam identity accept"):
        Identity.load_or_create(world.data)
    identity.accept_answer(world.data, "K1", world.folder / "stick" / "K1.answer.json")
    assert world.kit.recipients == world.office.recipients
