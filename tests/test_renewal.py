"""A card that was copied or moved to another board refuses; a new identity keeps what waits to be delivered."""

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from firmware import durable, identity, identity_folder
from firmware.errors import IdentityError, InputError, OtherBoard
from firmware.identity import Identity
from firmware.office import admission, keys, opening, register
from firmware.office.keys import Office
from tests import boards
from tests.offices import on_stick, packet


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return boards.pi(tmp_path / "here", "10000000a1b2c3d4")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The same card in another board."""
    return boards.pi(tmp_path / "there", "10000000a1b2c3d5")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return keys.init(tmp_path / "office")


def admit(kit: Path, office: Office, root: Path, *, kit_id: str = "K1", replace: bool = False) -> Identity:
    request = identity.write_request(kit, kit_id, kit.parent / "stick", root)
    answer = admission.admit(request, office, replace=replace).answer
    return identity.accept_answer(kit, kit_id, answer, root=root)


def public_key(kit: Identity) -> bytes:
    return kit.signer.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_the_board_on_which_the_key_was_made_goes_on(tmp_path: Path, here: Path) -> None:
    first = Identity.load_or_create(tmp_path / "data", "K1", here)
    assert public_key(Identity.load_or_create(tmp_path / "data", "K1", here)) == public_key(first)


def use(data: Path, root: Path) -> Identity:
    return Identity.load_or_create(data, "K1", root)


def ask(data: Path, root: Path) -> Path:
    return identity.write_request(data, "K1", data.parent / "other-stick", root)


def look(data: Path, root: Path) -> Identity | None:
    return identity.look(data, root)


def accept(data: Path, root: Path) -> Identity:
    return identity.accept_answer(data, "K1", data.parent / "stick" / "K1.answer.json", root=root)


@pytest.mark.parametrize("act", [use, ask, look, accept])
def test_another_board_refuses_and_says_both_ways_out(
    act: Callable[[Path, Path], object], tmp_path: Path, here: Path, there: Path, office: Office
) -> None:
    admit(tmp_path / "data", office, here)
    with pytest.raises(OtherBoard) as refused:
        act(tmp_path / "data", there)
    for words in ("copied, or moved", "can be exported", "board was replaced", "another kit_id", "identity renew"):
        assert words in str(refused.value)
    assert not (tmp_path / "other-stick").exists()


def test_a_kit_that_never_wrote_its_board_down_takes_the_one_that_it_is_on(
    tmp_path: Path, here: Path, there: Path
) -> None:
    """Also after a spoiled page of the card."""
    data = tmp_path / "data"
    Identity.load_or_create(data, "K1", here)
    (data / "identity" / "board.json").write_bytes(b"\0" * 99)
    Identity.load_or_create(data, "K1", here)
    with pytest.raises(OtherBoard):
        Identity.load_or_create(data, "K1", there)


def test_a_board_that_tells_nothing_yet_is_asked_again(tmp_path: Path, here: Path, there: Path) -> None:
    """The first start of an image whose machine id is made later."""
    Identity.load_or_create(tmp_path / "data", "K1", tmp_path / "nothing")
    Identity.load_or_create(tmp_path / "data", "K1", here)
    with pytest.raises(OtherBoard):
        Identity.load_or_create(tmp_path / "data", "K1", there)


def test_a_look_makes_nothing(tmp_path: Path, here: Path) -> None:
    assert identity.look(tmp_path / "data", here) is None
    assert not (tmp_path / "data").exists()


def test_a_new_identity_is_this_boards_and_keeps_sealing_for_the_same_office(
    tmp_path: Path, here: Path, there: Path, office: Office
) -> None:
    before = admit(tmp_path / "data", office, here)
    after = identity.renew(tmp_path / "data", "K1", there)
    assert public_key(after) != public_key(before)
    assert (after.recipients, after.certificate, after.kit_id) == (office.recipients, None, "")
    assert public_key(Identity.load_or_create(tmp_path / "data", "K1", there)) == public_key(after)
    with pytest.raises(OtherBoard):
        Identity.load_or_create(tmp_path / "data", "K1", here)


def test_the_old_key_is_put_aside_for_its_owner_only(tmp_path: Path, here: Path, there: Path, office: Office) -> None:
    data = tmp_path / "data"
    admit(data, office, here)
    before = (data / "identity" / "kit.key").read_bytes()
    identity.renew(data, "K1", there)
    identity.renew(data, "K1", there)
    first, second = data / "identity" / "former" / "1", data / "identity" / "former" / "2"
    assert (first / "kit.key").read_bytes() == before
    assert {path.name for path in first.iterdir()} == {"kit.key", "answer.json", "board.json"}
    assert {path.name for path in second.iterdir()} == {"kit.key", "board.json"}
    assert {stat.S_IMODE((folder / "kit.key").stat().st_mode) for folder in (first, second)} == {0o600}


def test_after_the_board_was_replaced_the_office_opens_what_either_key_signed(
    tmp_path: Path, here: Path, there: Path, office: Office
) -> None:
    old = packet(admit(tmp_path / "data", office, here), number="K1-0001")
    waiting = packet(identity.renew(tmp_path / "data", "K1", there), number="K1-0002")
    request = identity.write_request(tmp_path / "data", "K1", tmp_path / "stick", there)
    with pytest.raises(IdentityError, match="admitted with another key"):
        admission.admit(request, office)
    new = packet(admit(tmp_path / "data", office, there, replace=True), number="K1-0003")
    opened = [opening.open_file(on_stick(tmp_path, one), office) for one in (old, waiting, new)]
    assert [one.certified for one in opened] == [True, False, True]
    assert "was replaced on" in opened[0].notices[0]
    assert "before kit K1 had its certificate" in opened[1].notices[0]
    assert opened[2].notices == ()


def test_a_kit_that_was_not_admitted_before_is_admitted_with_the_key_it_had(
    tmp_path: Path, here: Path, there: Path, office: Office
) -> None:
    """Recipients came with provisioning, the board broke, and only then the first request reached the office."""
    early = Identity.load_or_create(tmp_path / "data", "K1", here)
    early = Identity(early.folder, early.signer, office.recipients)
    identity.renew(tmp_path / "data", "K1", there)
    admit(tmp_path / "data", office, there)
    opened = opening.open_file(on_stick(tmp_path, packet(early)), office)
    assert "was replaced on" in opened.notices[0] and not opened.certified


def test_a_copy_that_becomes_a_kit_of_its_own_takes_nothing_from_the_first(
    tmp_path: Path, here: Path, there: Path, office: Office
) -> None:
    """Neither its name nor its key, whichever of the two the office admits first."""
    first = Identity.load_or_create(tmp_path / "data", "K1", here)
    copied = packet(Identity(first.folder, first.signer, office.recipients))
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    identity.renew(tmp_path / "copy", "K2", there)
    admit(tmp_path / "copy", office, there, kit_id="K2")
    assert [len(register.admissions(office, kit_id)) for kit_id in ("K1", "K2")] == [0, 1]
    assert public_key(admit(tmp_path / "data", office, here)) == public_key(first)
    assert opening.open_file(on_stick(tmp_path, copied), office).notices != ()


def test_a_key_that_the_office_does_not_know_is_no_former_one_of_a_known_kit(
    tmp_path: Path, here: Path, office: Office
) -> None:
    """Whoever has the stick must not slip a key of his own into a renewal."""
    admit(tmp_path / "data", office, here)
    request = identity.write_request(tmp_path / "data", "K1", tmp_path / "stick", here)
    forged = identity.write_request(tmp_path / "forger", "K1", tmp_path / "forger", here)
    request.write_bytes(request.read_bytes() + forged.read_bytes())
    with pytest.raises(IdentityError, match="does not know"):
        admission.admit(request, office)
    assert len(register.admissions(office, "K1")) == 1


@pytest.mark.parametrize("kind", ["another kit's", "damaged"])
def test_a_former_key_that_cannot_be_is_refused(kind: str, tmp_path: Path, here: Path, office: Office) -> None:
    request = identity.write_request(tmp_path / "data", "K1", tmp_path / "stick", here)
    other = identity.write_request(tmp_path / "other", "K2", tmp_path / "stick", here).read_bytes()
    request.write_bytes(request.read_bytes() + (other if kind == "another kit's" else other[:99]))
    with pytest.raises(IdentityError, match=r"K1\.request\.pem"):
        admission.admit(request, office)
    assert register.admissions(office, "K1") == []


@pytest.mark.parametrize("spoiled", [b"", b"-----BEGIN PRIVATE KEY-----\nMIGH"])
def test_a_spoiled_key_is_mended_by_a_new_identity(tmp_path: Path, here: Path, office: Office, spoiled: bytes) -> None:
    data = tmp_path / "data"
    admit(data, office, here)
    (data / "identity" / "kit.key").write_bytes(spoiled)
    with pytest.raises(IdentityError, match="rekam identity renew"):
        Identity.load_or_create(data, "K1", here)
    assert identity.renew(data, "K1", here).recipients == office.recipients
    assert admit(data, office, here, replace=True).certificate


def test_a_lost_key_is_mended_by_a_new_identity(tmp_path: Path, here: Path, office: Office) -> None:
    data = tmp_path / "data"
    admit(data, office, here)
    (data / "identity" / "kit.key").unlink()
    assert identity.renew(data, "K1", here).recipients == office.recipients


@pytest.mark.parametrize("steps", range(8))
def test_a_renewal_that_is_cut_off_loses_no_key(
    steps: int, tmp_path: Path, here: Path, there: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fails at each write in turn; a second renewal ends well."""
    data = tmp_path / "data"
    before = public_key(admit(data, office, here))
    left = steps

    def write(path: Path, content: bytes, mode: int = 0o644, *, exclusive: bool = False) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise InputError(f"{path}: cannot be written (the disk is gone)")
        durable.write_file(path, content, mode, exclusive=exclusive)

    with monkeypatch.context() as patched:
        patched.setattr(identity_folder, "write_file", write)
        try:
            identity.renew(data, "K1", there)
        except IdentityError:
            assert steps < 5
    assert before in {
        public_key(Identity.load_or_create(folder.parent, root=here))
        for folder in every_identity(data, tmp_path / "looked")
    }
    after = identity.renew(data, "K1", there)
    assert after.recipients == office.recipients and public_key(after) != before
    admit(data, office, there, replace=True)
    entered = [admission.public_key for admission in register.admissions(office, "K1")]
    assert len(entered) == len(set(entered)) >= 2


def every_identity(data: Path, copies: Path) -> list[Path]:
    """Each key that lies in a data folder, in an identity of its own."""
    found = []
    for number, key in enumerate(data.rglob("kit.key")):
        folder = copies / str(number) / "identity"
        folder.mkdir(parents=True)
        (folder / "kit.key").write_bytes(key.read_bytes())
        found.append(folder)
    return found
