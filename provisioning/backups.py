"""The original of every file that the setup changes, kept once and brought back at the end."""

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

from provisioning import files
from provisioning.words import SetupFailed, Words

_DAMAGED = Words(
    "{path}: rusak ({reason}); asli dari berkas yang diubah ada di folder yang sama, kembalikan dengan tangan.",
    "{path}: is damaged ({reason}); the originals lie in the same folder, bring them back by hand.",
)


class Backups:
    """Originals in a folder with an index that names, for each path, the step that changed it first.

    root: the machine's root; paths are named as on that machine.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder, self._root = folder, root
        self._index: dict[str, dict[str, Any]] = {}
        path = folder / "index.json"
        if path.exists():
            try:
                self._index = dict(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError, TypeError) as error:
                raise SetupFailed(_DAMAGED, path=path, reason=error) from error

    def write(self, step: str, path: str, content: bytes, mode: int = 0o644, group: int | None = None) -> None:
        """Keep the original, then write; a file that was there keeps its mode and owner."""
        at = self._at(path)
        kept = self.keep(step, path)
        written = kept["written"]
        if files.digest_of(content) not in written:
            written.append(files.digest_of(content))
            self._store()
        owner = (0, group) if group is not None and os.geteuid() == 0 else None
        if kept["kind"] == "file":
            mode, owner = kept["mode"], ((kept["uid"], kept["gid"]) if os.geteuid() == 0 else None)
        files.write(at, content, mode, owner)

    def link(self, step: str, path: str, target: str) -> None:
        """Keep the original, then put a symbolic link in its place."""
        self.keep(step, path)
        files.link(self._at(path), target)

    def keep(self, step: str, path: str) -> dict[str, Any]:
        """Keep what is at a path, also that nothing is there; only the first time counts."""
        if path in self._index:
            return self._index[path]
        at = self._at(path)
        kept: dict[str, Any] = {"step": step, "kind": "none", "written": [], "folders": self._missing_folders(at)}
        if at.is_symlink():
            kept |= {"kind": "link", "target": str(at.readlink())}
        elif at.exists():
            status = at.stat()
            copy = f"{len(self._index):03}-{at.name}"
            files.write(self._folder / copy, at.read_bytes(), 0o600)
            kept |= {"kind": "file", "copy": copy, "mode": stat.S_IMODE(status.st_mode)}
            kept |= {"uid": status.st_uid, "gid": status.st_gid, "mtime_ns": status.st_mtime_ns}
            kept["written"] = [files.digest(at)]
        self._index[path] = kept
        self._store()
        return kept

    def is_ours(self, path: str) -> bool:
        """Whether the file there is one that the setup wrote, or kept, and nobody changed since."""
        at, kept = self._at(path), self._index.get(path)
        return kept is not None and at.is_file() and files.digest(at) in kept["written"]

    def restore(self, step: str, *, even_changed: bool = False) -> list[str]:
        """Bring back all that a step changed first; returns the paths that somebody else has changed meanwhile.

        Of such a file the changed version stays in its place, and the original comes to lie beside it, if not told
        otherwise.
        """
        changed = []
        # The last one first: so the folders that were made for them are empty in the end
        for path in [path for path, kept in reversed(self._index.items()) if kept["step"] == step]:
            if not self._restore(path, self._index[path], even_changed):
                changed.append(path)
            del self._index[path]
            self._store()
        return changed

    def _restore(self, path: str, kept: dict[str, Any], even_changed: bool) -> bool:
        at = self._at(path)
        # What a power cut left of a write
        files.part_of(at).unlink(missing_ok=True)
        if kept["kind"] == "none":
            at.unlink(missing_ok=True)
            self._drop_folders(kept["folders"])
            return True
        if kept["kind"] == "link":
            files.link(at, kept["target"])
            return True
        original, owner = self._folder / kept["copy"], (kept["uid"], kept["gid"]) if os.geteuid() == 0 else None
        untouched = even_changed or not at.exists() or files.digest(at) in kept["written"]
        place = at if untouched else at.with_name(f"{at.name}.before-rekam")
        files.write(place, original.read_bytes(), kept["mode"], owner)
        os.utime(place, ns=(kept["mtime_ns"], kept["mtime_ns"]))
        return untouched

    def _missing_folders(self, at: Path) -> list[str]:
        """The folders above that are not there yet, the innermost first."""
        parents = [folder for folder in at.parents if folder.is_relative_to(self._root) and not folder.exists()]
        return ["/" + str(folder.relative_to(self._root)) for folder in parents]

    def _drop_folders(self, folders: list[str]) -> None:
        for folder in map(self._at, folders):
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _at(self, path: str) -> Path:
        return self._root / path.lstrip("/")

    def _store(self) -> None:
        content = json.dumps(self._index, indent=1, ensure_ascii=False).encode()
        files.write(self._folder / "index.json", content + b"\n", 0o600)

    def drop(self) -> None:
        """Remove the folder, when all is brought back."""
        shutil.rmtree(self._folder, ignore_errors=True)
