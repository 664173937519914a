"""A stick that comes back: the office's receipts on it, and whether it is as the kit gave it away."""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from firmware.errors import DeliveryError, InputError, ReceiptError, SpoolError
from firmware.records import receipts, sealing, stick_lists
from firmware.records.receipts import Receipt
from firmware.records.stick_lists import StickList
from firmware.spool import Spool, Taken
from firmware.uplink import stick


class Fate(Enum):
    """How a listed packet is on a stick."""

    WHOLE = "whole"
    MISSING = "missing"
    CUT_SHORT = "cut_short"
    ALTERED = "altered"


@dataclass(slots=True)
class Taking:
    """What a file or stick of receipts changed; `faults` say what was not believed, and why.

    refused: those that the office refused just now. others: receipts for each other kit, left for it. unanswered: how
    many of the packets on the stick (`listed`) are without a receipt still.
    """

    acknowledged: list[str] = field(default_factory=list)
    refused: list[Receipt] = field(default_factory=list)
    known: int = 0
    others: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    listed: int = 0
    unanswered: int = 0


def take(
    path: Path, spool: Spool, kit_id: str, authorities: Sequence[x509.Certificate], keys: Iterable[PublicKeyTypes]
) -> Taking:
    """Take the receipts of a file or folder into the spool, each by itself: one that is not believed costs no other.

    keys: those that this kit has or had, for its own list. Raises InputError for a path that is none, DeliveryError
    where there is nothing to take, SpoolError.
    """
    taking = Taking()
    files = _files(path)
    if not files:
        _check_whose(path, kit_id)
        raise DeliveryError(
            f"{path}: no receipts (*{receipts.SUFFIX}) are here; the office writes them: rekam office take"
        )
    for file in files:
        try:
            lines = receipts.lines(file.read_bytes())
        except OSError as error:
            raise InputError(f"{file}: cannot be read ({error.strerror}); check the stick") from error
        for number, line in enumerate(lines, start=1):
            try:
                _take(line, spool, kit_id, authorities, taking)
            except ReceiptError as error:
                taking.faults.append(f"{file}, line {number}: {error}")
    if path.is_dir():
        _look_at_list(path, spool, kit_id, keys, taking)
    if spool.unused():
        # A station that is at work may be in the way; the next import, or the next packets, take the room
        with suppress(SpoolError):
            spool.free()
    return taking


def read_list(path: Path) -> tuple[StickList, x509.Certificate]:
    """A kit's list on a stick. Raises DeliveryError naming its file."""
    try:
        return stick_lists.parse(path.read_bytes())
    except OSError as error:
        raise DeliveryError(f"{path}: cannot be read ({error.strerror}); check the stick") from error
    except DeliveryError as error:
        raise DeliveryError(f"{path}: {error}") from error


def inspect(folder: Path, told: StickList) -> dict[str, Fate]:
    """How each listed packet is on a stick, read whole, by its control number."""
    fates = {}
    for one in told.packets:
        path = folder / sealing.file_name(one.control_number)
        try:
            size, digest = path.stat().st_size, stick.digest(path)
        except FileNotFoundError:
            fates[one.control_number] = Fate.MISSING
            continue
        except OSError:
            fates[one.control_number] = Fate.CUT_SHORT
            continue
        altered = Fate.CUT_SHORT if size < one.bytes else Fate.ALTERED
        fates[one.control_number] = Fate.WHOLE if digest == one.sha256 else altered
    return fates


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"{path}: is neither a stick nor a file of receipts; check that the stick is in")
    return sorted(path.glob(f"[!.]*{receipts.SUFFIX}"))


def _take(line: bytes, spool: Spool, kit_id: str, authorities: Sequence[x509.Certificate], taking: Taking) -> None:
    receipt = _parsed(line, authorities)
    if receipt.kit_id != kit_id and not spool.has(receipt.control_number):
        taking.others[receipt.kit_id] += 1
        return
    taken = spool.acknowledge(receipt, receipt.received_utc)
    if taken is Taken.ACKNOWLEDGED:
        taking.acknowledged.append(receipt.control_number)
    elif taken is Taken.REFUSED:
        taking.refused.append(receipt)
    else:
        taking.known += 1


def _parsed(line: bytes, authorities: Sequence[x509.Certificate]) -> Receipt:
    """The receipt, by whichever office admitted this kit. Raises what the present one's authority says of it."""
    if not authorities:
        raise ReceiptError("no office has admitted this kit yet: give its answer to `rekam identity accept`")
    faults = []
    for authority in authorities:
        try:
            return receipts.parse(line, authority)
        except ReceiptError as error:
            faults.append(error)
    raise faults[0]


def _check_whose(folder: Path, kit_id: str) -> None:
    """Refuse a stick with the lists of other kits alone. Raises DeliveryError."""
    whose = sorted(path.name.removesuffix(stick_lists.SUFFIX) for path in folder.glob(f"[!.]*{stick_lists.SUFFIX}"))
    if whose and kit_id not in whose:
        raise DeliveryError(f"{folder}: is the stick of kit {', '.join(whose)}, this is kit {kit_id}; swap the sticks")


def _look_at_list(folder: Path, spool: Spool, kit_id: str, keys: Iterable[PublicKeyTypes], taking: Taking) -> None:
    """Tell another kit's stick, a list that was tampered with, and packets that changed on the way."""
    path = folder / stick_lists.file_name(kit_id)
    if not path.exists():
        if not (taking.acknowledged or taking.refused or taking.known):
            _check_whose(folder, kit_id)
        return
    try:
        told, signed = read_list(path)
    except DeliveryError as error:
        taking.faults.append(str(error))
        return
    if told.kit_id != kit_id or all(signed.public_key() != key for key in keys):
        taking.faults.append(
            f"{path}: was signed by {signed.subject.rfc4514_string()}, by no key of this kit: it was tampered with"
        )
        return
    for number, fate in inspect(folder, told).items():
        if fate in (Fate.CUT_SHORT, Fate.ALTERED):
            what = "was cut short" if fate is Fate.CUT_SHORT else "was altered"
            taking.faults.append(f"{folder / sealing.file_name(number)}: {what} on this stick; use another stick")
    waiting = {entry.control_number for entry in spool.entries() if entry.waits}
    taking.listed = len(told.packets)
    taking.unanswered = sum(one.control_number in waiting for one in told.packets)
