"""What lies in the folder of a kit's identity.

::

    identity/
        kit.key        its key, P-256; it never leaves the kit
        answer.json    what the office answered to it
        board.json     the board on which it was made, with the kit's id
        former/1/      the same of a key that was put aside
"""

import contextlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from firmware.board import Anchor, Board
from firmware.durable import sync_folder, write_file
from firmware.errors import IdentityError, InputError
from firmware.records import answers
from firmware.records.answers import Answer

_log = logging.getLogger(__name__)

_KEY, _ANSWER, _BOARD, _FORMER = "kit.key", "answer.json", "board.json", "former"
_RENEW = "have a new one made: `rekam identity renew`; what waits to be delivered is kept"


@dataclass(frozen=True, slots=True)
class Binding:
    """To which board, and to which kit's name, an identity belongs; both may be empty."""

    board: Board
    kit_id: str


@dataclass(frozen=True, slots=True)
class IdentityFolder:
    """One key with what belongs to it."""

    path: Path

    @classmethod
    def of(cls, data: Path) -> "IdentityFolder":
        """The present identity of a kit's data folder."""
        return cls(data / "identity")

    @property
    def key_path(self) -> Path:
        """The key's file, for programs that take it from there alone."""
        return self.path / _KEY

    @property
    def answer_path(self) -> Path:
        """The office's answer."""
        return self.path / _ANSWER

    def key(self) -> ec.EllipticCurvePrivateKey | None:
        """The key; None where there is none. Raises IdentityError for one that is spoiled."""
        path = self.path / _KEY
        try:
            key = load_pem_private_key(path.read_bytes(), password=None)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IdentityError(f"{path}: cannot be used ({error}); check the disk and its owner") from error
        except (ValueError, TypeError) as error:
            raise IdentityError(f"{path}: is damaged; restore it from a backup, or {_RENEW}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise IdentityError(f"{path}: is no P-256 key; restore it from a backup, or {_RENEW}")
        return key

    def make_key(self) -> ec.EllipticCurvePrivateKey:
        """Make the first key; where another process was first, its key is the kit's. Raises IdentityError."""
        if self.answer_path.exists():
            raise IdentityError(
                f"{self.path / _KEY}: is missing though the office knows this kit; restore it from a backup, or "
                f"{_RENEW}"
            )
        with contextlib.suppress(FileExistsError):
            self._write(_KEY, _new_key(), secret=True, exclusive=True)
        key = self.key()
        if key is None:
            raise IdentityError(f"{self.path / _KEY}: was made and is gone; check the disk")
        return key

    def answer(self) -> Answer | None:
        """The office's answer; None where there is none. Raises IdentityError."""
        try:
            return answers.parse(self.answer_path.read_bytes())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise IdentityError(f"{self.answer_path}: cannot be read ({error.strerror}); check the disk") from error
        except IdentityError as error:
            raise IdentityError(
                f"{self.answer_path}: {error}; then give it to `rekam identity accept` again"
            ) from error

    def keep_answer(self, content: bytes) -> None:
        """Put an answer in the place of the last one. Raises IdentityError."""
        try:
            write_file(self.answer_path, content)
        except InputError as error:
            raise IdentityError(f"{error}; the kit keeps what it had") from error

    def binding(self) -> Binding | None:
        """The board and the kit's name; None where they were never written, or cannot be read any more."""
        path = self.path / _BOARD
        try:
            told = json.loads(path.read_bytes())
            board = {Anchor(name): str(digest) for name, digest in told["board"].items()}
            return Binding(board, str(told["kit_id"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            # One spoiled page of the card must not stop a kit in the field
            _log.warning("identity: %s: %s; this board is taken for the right one", path, error)
            return None

    def bind(self, binding: Binding) -> None:
        """Write down to which board and kit the key belongs. Raises IdentityError."""
        told = {"board": {anchor.value: digest for anchor, digest in binding.board.items()}, "kit_id": binding.kit_id}
        self._write(_BOARD, json.dumps(told, indent=2).encode() + b"\n")

    def former(self) -> Sequence["IdentityFolder"]:
        """The keys that were put aside, the newest first."""
        folders = (self.path / _FORMER).glob("[0-9]*")
        return [IdentityFolder(path) for path in sorted(folders, key=lambda path: int(path.name), reverse=True)]

    def put_aside(self) -> None:
        """Make a new key, once the present one is kept among the former ones. Raises IdentityError.

        Cut off at any step it leaves a key that signs and, among the former ones, whatever was there.
        """
        newest = next((int(folder.path.name) for folder in self.former()), 0)
        aside = IdentityFolder(self.path / _FORMER / str(newest + 1))
        try:
            for name in (_KEY, _ANSWER, _BOARD):
                with contextlib.suppress(FileNotFoundError):
                    aside._write(name, (self.path / name).read_bytes(), secret=name == _KEY)
            # The new key takes the old one's place only once the disk has all of this
            sync_folder(aside.path.parent)
            self.answer_path.unlink(missing_ok=True)
            sync_folder(self.path)
        except OSError as error:
            raise IdentityError(f"{aside.path}: the key cannot be put aside ({error}); check the disk") from error
        self._write(_KEY, _new_key(), secret=True)

    def _write(self, name: str, content: bytes, *, secret: bool = False, exclusive: bool = False) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise IdentityError(f"{self.path}: cannot be used ({error}); check the disk and its owner") from error
        try:
            write_file(self.path / name, content, mode=0o600 if secret else 0o644, exclusive=exclusive)
        except InputError as error:
            raise IdentityError(f"{error}; check the disk and its owner") from error


def _new_key() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
