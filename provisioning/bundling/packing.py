"""Packs files into the archive: sorted, with a signed manifest of their hashes, whole or not at all."""

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .programs import run, say
from .targets import BundleFailed
from .wheels import digest

MANIFEST, SIGNATURE, SIGNER = "MANIFEST.sha256", "MANIFEST.sig", "signer.pem"
Content = Path | bytes
_MEGABYTE = 1_000_000


def make_key(path: Path) -> None:
    """A new key for signing bundles, readable by its owner alone, unless there is one already."""
    if path.exists():
        say(f"signed with the key that was made before: {path}")
        return
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run(["openssl", "genpkey", *curve, "-out", partial])
    partial.chmod(0o600)
    partial.replace(path)
    say(f"a key was made, which signs this bundle and the next ones: {path}. Keep it safe, and never on a kit")


def public_key(key: Path) -> bytes:
    """The public half of a key for signing. Raises BundleFailed where it is none on the curve P-256."""
    if not key.is_file():
        raise BundleFailed(f"{key}: there is no such key; without --key one is made")
    if "prime256v1" not in run(["openssl", "pkey", "-in", key, "-noout", "-text"]):
        raise BundleFailed(f"{key}: no ECDSA key on the curve P-256, which a kit asks for")
    return run(["openssl", "pkey", "-in", key, "-pubout"]).encode()


def pack(out: Path, folder: str, files: Mapping[str, Content], key: Path, epoch: int) -> None:
    """Write the archive. files: what lies in it, by its path below `folder`. epoch: the time that each file bears."""
    manifest = "".join(f"{_digest(files[name])}  {name}\n" for name in sorted(files)).encode()
    signed = {MANIFEST: manifest, SIGNATURE: _sign(manifest, key), SIGNER: public_key(key)}
    contents: dict[str, Content] = {**files, **signed}
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as raw:
            with tarfile.open(fileobj=raw, mode="w", format=tarfile.PAX_FORMAT) as tar:
                for name in sorted(contents):
                    _add(tar, f"{folder}/{name}", contents[name], epoch)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    say(f"{out}: {len(contents)} files, {out.stat().st_size / _MEGABYTE:.0f} MB")


def _add(tar: tarfile.TarFile, name: str, content: Content, epoch: int) -> None:
    info = tarfile.TarInfo(name)
    info.mtime, info.mode = epoch, 0o644
    if isinstance(content, bytes):
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        return
    info.size = content.stat().st_size
    if os.access(content, os.X_OK):
        info.mode = 0o755
    with content.open("rb") as file:
        tar.addfile(info, file)


def _digest(content: Content) -> str:
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else digest(content)


def _sign(manifest: bytes, key: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="rekam-sign-") as scratch:
        listed, signature = Path(scratch) / MANIFEST, Path(scratch) / SIGNATURE
        listed.write_bytes(manifest)
        run(["openssl", "dgst", "-sha256", "-sign", key, "-out", signature, listed])
        return signature.read_bytes()
