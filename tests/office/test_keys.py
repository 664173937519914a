"""The office's keys: all of them or none, and never over others."""

import stat
import subprocess
from pathlib import Path

import pyrage
import pytest

from firmware.errors import InputError, SealingError
from firmware.office import keys


@pytest.fixture
def office(tmp_path: Path) -> keys.Office:
    return keys.init(tmp_path / "office")


def test_every_key_is_there_and_secrets_are_for_their_owner_only(office: keys.Office) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in office.folder.iterdir() if path.is_file()}
    assert modes == {
        "identity.txt": 0o600,
        "recipients.txt": 0o644,
        "authority.key": 0o600,
        "authority.pem": 0o644,
        "receipts.pem": 0o600,
    }
    assert stat.S_IMODE(office.folder.stat().st_mode) == 0o700


def made(folder: Path) -> tuple[keys.Office, str]:
    """An office, and the secret key of its backup identity."""
    secrets: list[str] = []
    office = keys.init(folder, lambda secret, fingerprint: secrets.append(secret))
    return office, secrets[0]


def test_both_identities_open_what_is_sealed_for_the_recipients(tmp_path: Path) -> None:
    office, secret = made(tmp_path / "office")
    recipients = [pyrage.x25519.Recipient.from_str(text) for text in office.recipients]
    sealed = pyrage.encrypt(b"x", recipients)
    identities = [*office.identities, pyrage.x25519.Identity.from_str(secret)]
    assert [pyrage.decrypt(sealed, [identity]) for identity in identities] == [b"x", b"x"]


def test_the_backup_identity_is_kept_nowhere(tmp_path: Path) -> None:
    office, secret = made(tmp_path / "office")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 5
    assert [path for path in files if secret[16:40].encode() in path.read_bytes()] == []
    assert len(office.recipients) == 2 and keys.is_sealed_for(office.folder, secret)


def test_nothing_is_made_where_the_sheet_cannot_be(tmp_path: Path) -> None:
    def refuse(secret: str, fingerprint: str) -> None:
        raise InputError("sheet: there is no room for it")

    with pytest.raises(InputError, match="no room"):
        keys.init(tmp_path / "office", refuse)
    assert list(tmp_path.iterdir()) == []


def test_the_stock_age_reads_the_identities(tmp_path: Path) -> None:
    office, secret = made(tmp_path / "office")
    keys.keep_recovered(office.folder, secret)
    (tmp_path / "plain").write_bytes(b"to the office")
    recipients, sealed = str(office.folder / "recipients.txt"), str(tmp_path / "sealed")
    subprocess.run(["age", "-R", recipients, "-o", sealed, str(tmp_path / "plain")], check=True)
    for name in ("identity.txt", "recovered-identity.txt"):
        command = ["age", "-d", "-i", str(office.folder / name), sealed]
        assert subprocess.run(command, check=True, capture_output=True).stdout == b"to the office"


def test_the_authority_is_one_that_openssl_takes(office: keys.Office) -> None:
    authority = str(office.folder / "authority.pem")
    command = ["openssl", "verify", "-x509_strict", "-CAfile", authority, authority]
    assert "OK" in subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_keys_are_never_overwritten(office: keys.Office) -> None:
    before = (office.folder / "identity.txt").read_bytes()
    with pytest.raises(InputError, match="never overwritten"):
        keys.init(office.folder)
    assert (office.folder / "identity.txt").read_bytes() == before


def test_an_empty_folder_becomes_an_office(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    assert keys.init(tmp_path / "office").folder == tmp_path / "office"
    assert [path.name for path in tmp_path.iterdir()] == ["office"]


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "office").write_text("a file")
    with pytest.raises(InputError, match="is there"):
        keys.init(tmp_path / "office")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(InputError, match="cannot be made"):
        keys.init(tmp_path / "file" / "office")


def test_the_backup_opens_when_the_everyday_identity_is_gone(tmp_path: Path) -> None:
    office, secret = made(tmp_path / "office")
    (office.folder / "identity.txt").unlink()
    with pytest.raises(SealingError, match="rekam office recover"):
        keys.load(office.folder)
    for _ in range(2):
        keys.keep_recovered(office.folder, secret)
        loaded = keys.load(office.folder)
        assert list(map(str, loaded.identities)) == [secret]
        assert [path.name for path in loaded.identity_files] == ["recovered-identity.txt"]
    assert stat.S_IMODE((office.folder / "recovered-identity.txt").stat().st_mode) == 0o600


def test_the_backup_of_a_former_office_opens_beside_the_own_identity(office: keys.Office, tmp_path: Path) -> None:
    _, secret = made(tmp_path / "former")
    keys.keep_recovered(office.folder, secret)
    assert not keys.is_sealed_for(office.folder, secret)
    assert str(keys.load(office.folder).identities[1]) == secret
    (office.folder / "identity.txt").unlink()
    with pytest.raises(SealingError, match="nothing opens"):
        keys.load(office.folder)


@pytest.mark.parametrize("name", ["recipients.txt", "authority.key", "authority.pem"])
def test_a_missing_key_is_named(office: keys.Office, name: str) -> None:
    (office.folder / name).unlink()
    (office.folder / "receipts.pem").unlink()
    with pytest.raises(SealingError, match=rf"{name}: is missing"):
        keys.load(office.folder)


@pytest.mark.parametrize("name", ["identity.txt", "authority.key", "authority.pem"])
def test_a_damaged_key_is_told(office: keys.Office, name: str) -> None:
    path = office.folder / name
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(SealingError, match="restore it from the backup"):
        keys.load(office.folder)


def test_a_folder_that_is_no_office_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SealingError, match="rekam office init"):
        keys.load(tmp_path)


def test_recipients_that_the_office_could_not_open_for_are_refused(office: keys.Office, tmp_path: Path) -> None:
    """An exchanged list would have every kit seal for a stranger."""
    strangers = keys.init(tmp_path / "strangers").folder / "recipients.txt"
    (office.folder / "recipients.txt").write_bytes(strangers.read_bytes())
    with pytest.raises(SealingError, match=r"nothing opens what is sealed for recipients\.txt"):
        keys.load(office.folder)


def test_another_authoritys_key_is_refused(office: keys.Office, tmp_path: Path) -> None:
    (keys.init(tmp_path / "strangers").folder / "authority.key").replace(office.folder / "authority.key")
    with pytest.raises(SealingError, match=r"authority\.key is not the key of authority\.pem"):
        keys.load(office.folder)
