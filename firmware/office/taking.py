"""A stick with packets comes to the office: each is received, and the receipts go back on the same stick."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from firmware.durable import write_file
from firmware.errors import DeliveryError, IdentityError, InputError, KitError, SealingError
from firmware.office import outbox_words, register
from firmware.office.keys import Office
from firmware.office.receiving import STICK, Arrival, Reception
from firmware.office.receiving_words import ReceivingPhrase
from firmware.office.store import OutboxDay, OutboxRow
from firmware.records import receipts, sealing, stick_lists
from firmware.records.receipts import Receipt, Verdict
from firmware.records.stick_lists import Listed, StickList
from firmware.vocabulary import ClockTrust, Language, Purpose

PACKETS = "[!.]*.rekam"
_MOST_NAMED = 10


@dataclass(slots=True)
class Taking:
    """What came of a stick: receipts by verdict, what was not believed or could not be read, what the lists miss.

    missing: control numbers that a list tells and that are not on the stick. written: the files of receipts.
    """

    accepted: list[Receipt] = field(default_factory=list)
    refused: list[Receipt] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    _lines: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))


def packets(stick: Path) -> list[Path]:
    """The packets on a stick, or the one that is named. Raises InputError for a path that is neither."""
    if stick.is_file():
        return [stick]
    if not stick.is_dir():
        raise InputError(f"{stick}: is neither a stick nor a packet; check that the stick is in")
    return sorted(stick.glob(PACKETS))


def take(
    stick: Path, reception: Reception, folder: Path | None = None, on_progress: Callable[[], None] = lambda: None
) -> Taking:
    """Receive every packet of a stick and write the receipts back, or into another folder.

    What is wrong with one packet keeps no other out; a file that is not what its kit's list tells is told and not
    judged: its kit still has it. Also when the stick goes in the middle, what was received has its receipts. Raises
    InputError, DeliveryError where there is nothing, StoreError.
    """
    found = packets(stick)
    home = stick if stick.is_dir() else stick.parent
    taking = Taking()
    listed = _lists(home, reception, taking) if stick.is_dir() else {}
    if not found and not listed:
        raise DeliveryError(f"{stick}: no packets (*.rekam) are here; `rekam export` on a kit writes them")
    try:
        for path in found:
            _one(path, listed, reception, taking)
            on_progress()
    finally:
        _write_receipts(folder or home, taking)
    here = {sealing.number_in(path.name) for path in found}
    taking.missing = sorted(number for number in listed if number not in here)
    return taking


def _one(path: Path, listed: Mapping[str, tuple[str, Listed]], reception: Reception, taking: Taking) -> None:
    kit_id, told = listed.get(sealing.number_in(path.name), ("", None))
    try:
        content = path.read_bytes()
    except OSError as error:
        taking.faults.append(f"{path}: cannot be read ({error.strerror}); export again, to another stick")
        return
    if told and hashlib.sha256(content).hexdigest() != told.sha256:
        what = "was cut short" if len(content) < told.bytes else "is not what its kit wrote here"
        taking.faults.append(f"{path}: {what}; its kit still has it: export again, to another stick")
        return
    try:
        line = reception.receive(Arrival(content, path.name, STICK, kit_id))
    except SealingError as error:
        taking.faults.append(str(error))
        return
    receipt = receipts.parse(line, reception.office.authority)
    taking._lines[kit_id or receipt.kit_id].append(line)
    (taking.accepted if receipt.verdict is Verdict.ACCEPTED else taking.refused).append(receipt)


def _lists(home: Path, reception: Reception, taking: Taking) -> dict[str, tuple[str, Listed]]:
    """What the kits' lists on a stick tell, by control number, with the kit; a list that is not believed is told."""
    found: dict[str, tuple[str, Listed]] = {}
    for path in sorted(home.glob(f"[!.]*{stick_lists.SUFFIX}")):
        try:
            told = _believed(path, reception.office)
            row, days = _outbox(told)
        except KitError as error:
            taking.faults.append(f"{path}: {error}")
            continue
        reception.store.told(row, days)
        found |= {one.control_number: (told.kit_id, one) for one in told.packets}
    return found


def _believed(path: Path, office: Office) -> StickList:
    """A list that a kit of this office signed. Raises DeliveryError, IdentityError."""
    try:
        told, signed = stick_lists.parse(path.read_bytes())
    except OSError as error:
        raise DeliveryError(f"cannot be read ({error.strerror}); check the stick") from error
    admission = register.find(office, signed.public_key())
    if admission is None:
        raise IdentityError("is signed by a key that this office never admitted; its packets are judged by themselves")
    if admission.revoked_at:
        raise IdentityError(f"is of kit {admission.kit_id}, revoked on {admission.revoked_at}; it is not believed")
    if admission.kit_id != told.kit_id or path.name != stick_lists.file_name(told.kit_id):
        raise DeliveryError(f"is of kit {told.kit_id}, signed by kit {admission.kit_id}: it was tampered with")
    return told


def _outbox(told: StickList) -> tuple[OutboxRow, list[OutboxDay]]:
    """What a list says of the kit's outbox; those of before did not tell how many were recorded. Raises InputError."""
    at = datetime.now(UTC) if told.clock_trust is ClockTrust.WRONG else told.written_utc
    if told.outbox:
        return outbox_words.rows(told.outbox, told.kit_id, at, STICK)
    return OutboxRow(told.kit_id, "", "", None, told.waiting, "", at.isoformat(timespec="seconds"), STICK), []


def _write_receipts(folder: Path, taking: Taking) -> None:
    """A file a kit, joined with what lies there. Raises DeliveryError."""
    for kit_id, lines in sorted(taking._lines.items()):
        path = folder / f"{kit_id}{receipts.SUFFIX}"
        try:
            before = receipts.lines(path.read_bytes()) if path.exists() else []
            joined = dict.fromkeys(line.strip() for line in (*before, *lines))
            write_file(path, b"\n".join([*joined, b""]))
        except (OSError, InputError) as error:
            raise DeliveryError(
                f"{path}: the receipts cannot be written ({error}); the packets are kept here: put in a stick that can "
                "be written, or name a folder with --receipts, and take it again"
            ) from error
        taking.written.append(path)


def lines(taking: Taking, language: Language) -> Iterator[str]:
    """What came of a stick, for a person."""
    yield ReceivingPhrase.ACCEPTED.say(language, count=len(taking.accepted))
    if practice := sum(one.purpose is Purpose.TRAINING for one in taking.accepted):
        yield ReceivingPhrase.TRAINING.say(language, count=practice)
    for one in taking.refused:
        yield ReceivingPhrase.REFUSED.say(language, number=one.control_number, reason=one.reason, words=one.words)
    yield from taking.faults
    if taking.missing:
        numbers = ", ".join(taking.missing[:_MOST_NAMED]) + ("..." if len(taking.missing) > _MOST_NAMED else "")
        yield ReceivingPhrase.MISSING.say(language, count=len(taking.missing), numbers=numbers)
    for path in taking.written:
        yield ReceivingPhrase.WRITTEN.say(language, path=path)
