"""A bundle of everything that a kit needs: unpacked, and checked to the last file before anything is touched."""

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

from provisioning import files
from provisioning.words import SetupFailed, Words, same

MANIFEST, SIGNATURE = "MANIFEST.sha256", "MANIFEST.sig"
_SIGNER = "signer.pem"
_UNSIGNED = {MANIFEST, SIGNATURE, _SIGNER}

_ABSENT = Words("{path}: tidak ada; sebutkan arsip atau foldernya", "{path}: is not there; name the archive or folder")
_NO_BUNDLE = Words(
    "{path}: bukan bundel Rekam: tidak ada {file} di dalamnya",
    "{path}: is no bundle of Rekam: it has no {file}",
)
_TORN = Words(
    "{path}: arsip tidak dapat dibaca ({reason}); salin lagi dari kantor",
    "{path}: the archive cannot be read ({reason}); copy it again from the office",
)
_CHANGED = Words(
    "{path}: isi tidak sama dengan daftarnya; salin lagi bundel itu. Yang salah: {names}",
    "{path}: its content is not what its list says; copy the bundle again. Wrong are: {names}",
)
_MISSING = Words("{name} (hilang)", "{name} (missing)")
_FOREIGN = Words("{name} (tidak ada dalam daftar)", "{name} (not in the list)")
_DIFFERS = Words("{name} (berubah)", "{name} (changed)")
_NO_OPENSSL = Words(
    "tanda tangan bundel tidak dapat diperiksa: tidak ada program openssl di sini",
    "the bundle's signature cannot be checked: there is no program openssl here",
)
_NO_SIGNATURE = Words(
    "{path}: tidak ditandatangani ({file} tidak ada), padahal kunci {key} memintanya",
    "{path}: is not signed (no {file}), and the key {key} asks for that",
)
_FORGED = Words(
    "{path}: tanda tangannya bukan dari kunci {key}; jangan dipasang, tanyakan ke kantor",
    "{path}: its signature is not by the key {key}; do not install it, ask the office",
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """An unpacked bundle that is what its manifest says; is_signed: and a key that we know vouches for it.

    signer: the public key that vouches, or else the bundle's own; None where it has none.
    """

    folder: Path
    version: str
    is_signed: bool
    signer: str | None = None

    @property
    def digest(self) -> str:
        """What tells this bundle from every other."""
        return files.digest(self.folder / MANIFEST)


@contextmanager
def opened(path: Path, scratch: Path, key: Path | None) -> Iterator[Bundle]:
    """A bundle, from its archive or its folder, checked. Raises SetupFailed.

    scratch: where an archive is unpacked; emptied before, and removed after. key: whose signature is asked for.
    """
    if not path.exists():
        raise SetupFailed(_ABSENT, path=path)
    if path.is_dir():
        yield checked(path.resolve(), path, key)
        return
    try:
        files.remove_tree(scratch)
        yield checked(_unpacked(path, scratch), path, key)
    finally:
        files.remove_tree(scratch)


def checked(folder: Path, named: Path, key: Path | None) -> Bundle:
    """The bundle in a folder. Raises SetupFailed naming every file that differs."""
    for name in (MANIFEST, "VERSION"):
        if not (folder / name).is_file():
            raise SetupFailed(_NO_BUNDLE, path=named, file=name)
    if key is not None:
        verify(folder, named, key)
    listed = {}
    for line in (folder / MANIFEST).read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        listed[str(PurePosixPath(name))] = digest
    there = {str(file.relative_to(folder)) for file in _files_in(folder)} - _UNSIGNED
    wrong = [_MISSING.of(name=name) for name in sorted(set(listed) - there)]
    wrong += [_FOREIGN.of(name=name) for name in sorted(there - set(listed))]
    wrong += [_DIFFERS.of(name=name) for name in sorted(there & set(listed)) if _differs(folder / name, listed[name])]
    if wrong:
        names = Words(", ".join(one.id for one in wrong[:8]), ", ".join(one.en for one in wrong[:8]))
        raise SetupFailed(_CHANGED, path=named, names=names)
    vouches = key or folder / _SIGNER
    signer = vouches.read_text(encoding="utf-8") if vouches.is_file() else None
    return Bundle(folder, (folder / "VERSION").read_text(encoding="utf-8").strip(), key is not None, signer)


def _files_in(folder: Path) -> Iterator[Path]:
    for inner, _, names in os.walk(folder):
        yield from (Path(inner) / name for name in names)


def _differs(path: Path, digest: str) -> bool:
    return path.is_symlink() or files.digest(path) != digest


def _unpacked(archive: Path, scratch: Path) -> Path:
    """Unpack plain files and folders below the scratch folder, and nothing else; the one folder in it is the bundle."""
    scratch.mkdir(parents=True, mode=0o700)
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                name = PurePosixPath(member.name)
                if name.is_absolute() or ".." in name.parts or not (member.isfile() or member.isdir()):
                    raise SetupFailed(_TORN, path=archive, reason=same(member.name))
                if member.isdir():
                    (scratch / name).mkdir(parents=True, exist_ok=True)
                    continue
                (scratch / name).parent.mkdir(parents=True, exist_ok=True)
                with cast("IO[bytes]", tar.extractfile(member)) as packed, (scratch / name).open("wb") as file:
                    shutil.copyfileobj(packed, file)
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise SetupFailed(_TORN, path=archive, reason=error) from error
    inner = [entry for entry in scratch.iterdir() if entry.is_dir()]
    if len(inner) != 1:
        raise SetupFailed(_NO_BUNDLE, path=archive, file=MANIFEST)
    return inner[0]


def verify(folder: Path, named: Path, key: Path) -> None:
    """Hold the signature of an unpacked bundle's list to a public key. Raises SetupFailed."""
    if not (folder / SIGNATURE).is_file():
        raise SetupFailed(_NO_SIGNATURE, path=named, file=SIGNATURE, key=key)
    command: list[str | Path] = ["openssl", "dgst", "-sha256", "-verify", key, "-signature"]
    try:
        done = subprocess.run([*command, folder / SIGNATURE, folder / MANIFEST], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise SetupFailed(_NO_OPENSSL) from error
    if done.returncode != 0:
        raise SetupFailed(_FORGED, path=named, key=key)
