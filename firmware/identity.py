"""The kit's identity: its key, made on the kit, with what the office answered to it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from firmware import board
from firmware.durable import write_file
from firmware.errors import IdentityError, InputError, OtherBoard
from firmware.identity_folder import Binding, IdentityFolder
from firmware.identity_words import IdentityPhrase
from firmware.records import answers
from firmware.records.answers import Answer
from firmware.records.sealing import Signer
from firmware.vocabulary import Language

_BEFORE_ANY_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)
_AFTER_ANY_CLOCK = datetime(2099, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Identity:
    """A kit's signer, and from the office's answer its certificate, the age recipients and the kit's id as admitted.

    The recipients of the last answer hold until a new key has one of its own.
    """

    folder: Path
    signer: Signer
    recipients: tuple[str, ...] = ()
    certificate: x509.Certificate | None = None
    authority_fingerprint: str = ""
    kit_id: str = ""

    @classmethod
    def load_or_create(cls, data: Path, kit_id: str = "", root: Path | None = None) -> "Identity":
        """Read the identity in `data`/identity, or make its key at first need and bind it to this board.

        `kit_id` is the kit's name in its settings, `root` where the board's file system begins. Raises IdentityError,
        and of its kinds OtherBoard where the identity was made on another board.
        """
        folder = IdentityFolder.of(data)
        return _load(folder, _bound_key(folder, kit_id, root))


@contextmanager
def spoken(language: Language) -> Iterator[None]:
    """While the context lasts, what is to be done on another board is told in this language."""
    try:
        yield
    except OtherBoard as error:
        raise OtherBoard(IdentityPhrase.OTHER_BOARD.say(language)) from error


def look(data: Path, root: Path | None = None) -> Identity | None:
    """The identity as it is, None where no key was made yet; nothing is written. Raises as `load_or_create`."""
    folder = IdentityFolder.of(data)
    key = folder.key()
    if key is None:
        return None
    _check_board(folder, board.read(root))
    return _load(folder, key)


def authorities(data: Path) -> list[x509.Certificate]:
    """The authority of each office that has answered this kit's keys, the present one first; nothing is written."""
    found: list[x509.Certificate] = []
    for one in _folders(data):
        with suppress(IdentityError):
            answer = one.answer()
            if answer and answer.authority not in found:
                found.append(answer.authority)
    return found


def public_keys(data: Path) -> list[ec.EllipticCurvePublicKey]:
    """The public halves of every key that lies in this kit's identity, the present one first; nothing is written."""
    found = []
    for one in _folders(data):
        with suppress(IdentityError):
            if key := one.key():
                found.append(key.public_key())
    return found


def _folders(data: Path) -> list[IdentityFolder]:
    folder = IdentityFolder.of(data)
    return [folder, *folder.former()]


def renew(data: Path, kit_id: str, root: Path | None = None) -> Identity:
    """Put the key aside and make a new one for this board; packets that the old one signed stay what they are.

    Raises IdentityError.
    """
    folder = IdentityFolder.of(data)
    folder.put_aside()
    folder.bind(Binding(board.read(root), kit_id))
    return Identity.load_or_create(data, kit_id, root)


def write_request(data: Path, kit_id: str, folder: Path, root: Path | None = None) -> Path:
    """Write the kit's request for the office, `KITID.request.pem`: a PKCS #10 request that names the kit.

    One more follows for each key that this kit had before, signed by that one. Gives its path. Raises IdentityError.
    """
    kept = IdentityFolder.of(data)
    keys = _keys_of(kept, kit_id, _bound_key(kept, kit_id, root))
    path = folder / f"{kit_id}.request.pem"
    try:
        write_file(path, b"".join(_request(key, kit_id) for key in keys))
    except InputError as error:
        raise IdentityError(f"{error}; choose another folder") from error
    return path


def accept_answer(data: Path, kit_id: str, path: Path, *, replace: bool = False, root: Path | None = None) -> Identity:
    """Take the office's answer: it must be for this key and kit, and whole. Raises IdentityError.

    `path` is the answer, or the folder with this kit's own. An answer of another office than the last one's is taken
    with `replace` only.
    """
    folder = IdentityFolder.of(data)
    key = _bound_key(folder, kit_id, root)
    path = _answer_in(path, kit_id) if path.is_dir() else path
    try:
        content = path.read_bytes()
        answer = answers.parse(content)
    except OSError as error:
        raise IdentityError(f"{path}: cannot be read ({error.strerror})") from error
    except IdentityError as error:
        raise IdentityError(f"{path}: {error}") from error
    if answer.kit_id != kit_id:
        raise IdentityError(f"{path}: is for kit {answer.kit_id}, this is kit {kit_id}; take this kit's own answer")
    if not _same_key(key, answer.certificate):
        raise IdentityError(f"{path}: answers to another key than this kit's; write a new request and have it admitted")
    last = _last_answer(folder)
    if last is not None and last.authority != answer.authority and not replace:
        raise IdentityError(
            f"{path}: comes from another office ({answers.fingerprint(answer.authority)}) than this kit's "
            f"({answers.fingerprint(last.authority)}); if that is meant, repeat with --replace"
        )
    folder.keep_answer(content)
    return _load(folder, key)


def _answer_in(folder: Path, kit_id: str) -> Path:
    ending = ".answer.json"
    path = folder / f"{kit_id}{ending}"
    if not path.exists():
        others = ", ".join(sorted(one.name.removesuffix(ending) for one in folder.glob(f"[!.]*{ending}")))
        advice = "bring the kit's request to the office, and there: rekam office admit FOLDER"
        only = f", only for {others}" if others else ""
        raise IdentityError(f"{folder}: no answer for kit {kit_id} is here{only}; {advice}")
    return path


def _load(folder: IdentityFolder, key: ec.EllipticCurvePrivateKey) -> Identity:
    answer = folder.answer()
    if answer is None:
        last = _last_answer(folder)
        return Identity(folder.path, Signer(key, _self_signed(key)), last.recipients if last else ())
    if not _same_key(key, answer.certificate):
        raise IdentityError(
            f"{folder.answer_path}: belongs to another key than the kit's; restore that key, or have a new one made: "
            "`rekam identity renew`"
        )
    signer = Signer(key, answer.certificate)
    fingerprint = answers.fingerprint(answer.authority)
    return Identity(folder.path, signer, answer.recipients, answer.certificate, fingerprint, answer.kit_id)


def _bound_key(folder: IdentityFolder, kit_id: str, root: Path | None) -> ec.EllipticCurvePrivateKey:
    """The key, made at first need; this board and the kit's name are written down where they are not yet."""
    key = folder.key() or folder.make_key()
    here = board.read(root)
    _check_board(folder, here)
    bound = folder.binding() or Binding({}, "")
    wanted = Binding(bound.board or here, kit_id or bound.kit_id)
    if wanted != bound:
        folder.bind(wanted)
    return key


def _check_board(folder: IdentityFolder, here: board.Board) -> None:
    bound = folder.binding()
    if bound and board.differ(bound.board, here):
        raise OtherBoard(IdentityPhrase.OTHER_BOARD.say(Language.ENGLISH))


def _last_answer(folder: IdentityFolder) -> Answer | None:
    """The answer that a new one takes the place of, of this key or one before; a damaged one keeps no other out."""
    for one in (folder, *folder.former()):
        try:
            answer = one.answer()
        except IdentityError:
            continue
        if answer:
            return answer
    return None


def _keys_of(
    folder: IdentityFolder, kit_id: str, present: ec.EllipticCurvePrivateKey
) -> list[ec.EllipticCurvePrivateKey]:
    """The present key, then those that were this kit's before; of the kit that it was copied from it has none."""
    keys = [present]
    for one in folder.former():
        try:
            key, bound = one.key(), one.binding()
        except IdentityError:
            continue
        is_new = key and all(key.public_key() != other.public_key() for other in keys)
        if key and is_new and bound and bound.kit_id == kit_id:
            keys.append(key)
    return keys


def _request(key: ec.EllipticCurvePrivateKey, kit_id: str) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kit_id)])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM)


def _same_key(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    return key.public_key() == certificate.public_key()


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate of the key by itself, for the time before the office admits it; never stored."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rekam kit before its admission")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    return builder.not_valid_before(_BEFORE_ANY_CLOCK).not_valid_after(_AFTER_ANY_CLOCK).sign(key, hashes.SHA256())
