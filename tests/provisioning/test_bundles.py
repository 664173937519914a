"""A bundle is believed only when every file in it is what the list says, and the signature is the office's."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from provisioning import bundles, files
from provisioning.words import SetupFailed


def bundle(folder: Path) -> Path:
    """A bundle of three files."""
    top = folder / "rekam-1.2.3"
    for name, text in {"VERSION": "1.2.3\n", "wheels/a.whl": "a", "debs/amd64-bookworm/b.deb": "b"}.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    seal(top)
    return top


def seal(top: Path) -> None:
    """Write the list anew."""
    names = sorted(path for path in top.rglob("*") if path.is_file() and path.name not in bundles._UNSIGNED)
    lines = [f"{files.digest(path)}  {path.relative_to(top)}\n" for path in names]
    (top / "MANIFEST.sha256").write_text("".join(lines))


def sign(top: Path, folder: Path, name: str = "signer") -> Path:
    """Sign the list with a new key; gives the public half."""
    key, public = folder / f"{name}.key", folder / f"{name}.pem"
    for words in (
        ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key],
        ["openssl", "ec", "-in", key, "-pubout", "-out", public],
        ["openssl", "dgst", "-sha256", "-sign", key, "-out", top / "MANIFEST.sig", top / "MANIFEST.sha256"],
    ):
        subprocess.run(list(map(str, words)), check=True, capture_output=True)
    return public


def packed(top: Path) -> Path:
    archive = top.with_suffix(".tar")
    with tarfile.open(archive, "w") as tar:
        tar.add(top, top.name)
    return archive


def opened(path: Path, folder: Path, key: Path | None = None) -> tuple[str, bool]:
    with bundles.opened(path, folder / "scratch", key) as found:
        assert (found.folder / "wheels/a.whl").read_text() == "a"
        return found.version, found.is_signed


def test_folder_and_archive_are_the_same_bundle(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    assert opened(top, tmp_path) == ("1.2.3", False)
    assert opened(packed(top), tmp_path) == ("1.2.3", False)
    assert not (tmp_path / "scratch").exists()


def test_every_file_that_differs_is_named(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    (top / "wheels/a.whl").write_text("x")
    (top / "debs/amd64-bookworm/b.deb").unlink()
    (top / "wheels/c.whl").write_text("c")
    with pytest.raises(
        SetupFailed, match=r"b\.deb \(missing\), wheels/c\.whl \(not in the list\), wheels/a\.whl \(cha"
    ):
        opened(top, tmp_path)


def test_a_link_is_no_file_of_a_bundle(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    (tmp_path / "a").write_text("a")
    (top / "wheels/a.whl").unlink()
    (top / "wheels/a.whl").symlink_to(tmp_path / "a")
    with pytest.raises(SetupFailed, match=r"a\.whl \(changed\)"):
        opened(top, tmp_path)


def test_a_signature_is_asked_for_where_its_key_is_known(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    key = sign(top, tmp_path)
    assert opened(packed(top), tmp_path, key) == ("1.2.3", True)
    other = sign(bundle(tmp_path / "other"), tmp_path, "other")
    with pytest.raises(SetupFailed, match="do not install it, ask the office"):
        opened(top, tmp_path, other)
    (top / "MANIFEST.sig").unlink()
    with pytest.raises(SetupFailed, match=r"is not signed \(no MANIFEST\.sig\)"):
        opened(top, tmp_path, key)


def test_a_forged_list_is_not_believed(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    key = sign(top, tmp_path)
    (top / "wheels/a.whl").write_text("x")
    seal(top)
    with pytest.raises(SetupFailed, match="its signature is not by the key"):
        opened(top, tmp_path, key)


def test_a_torn_archive_is_named(tmp_path: Path) -> None:
    archive = packed(bundle(tmp_path))
    archive.write_bytes(archive.read_bytes()[:700])
    with pytest.raises(SetupFailed, match=r"copy it again|has no"):
        opened(archive, tmp_path)
    assert not (tmp_path / "scratch").exists()


def test_an_archive_writes_nowhere_else(tmp_path: Path) -> None:
    top = bundle(tmp_path)
    archive = tmp_path / "evil.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(top / "VERSION", "rekam/../../../evil")
    with pytest.raises(SetupFailed, match="cannot be read"):
        opened(archive, tmp_path)
    assert not (tmp_path.parent / "evil").exists()


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"nowhere: is not there"):
        opened(tmp_path / "nowhere", tmp_path)
    with pytest.raises(SetupFailed, match=r"is no bundle of Rekam: it has no MANIFEST\.sha256"):
        opened(tmp_path, tmp_path)
