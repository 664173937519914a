"""A packet that came in is checked, kept sealed, entered, and answered with a signed receipt."""

import hashlib
import logging
import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from firmware import ages, clock
from firmware.errors import (
    NewerPacket,
    OtherKit,
    OtherOffice,
    ReceiptError,
    RecordError,
    RevokedKit,
    SealingError,
    UnknownKit,
)
from firmware.office import keys, opening, resident_digest
from firmware.office.keys import Office
from firmware.office.opening import OpenedFile
from firmware.office.shelf import Shelf
from firmware.office.store import PacketRow, RefusalRow, Store
from firmware.records import receipts, sealing
from firmware.records.receipts import Receipt, Refusal, Verdict
from firmware.records.sealing import Signer

_log = logging.getLogger(__name__)

HTTPS, STICK = "https", "stick"
_WORDS = 200
_UNKNOWN_KIT = "unknown"
# What the errors of an opening say, until they have classes of their own
_REASONS = {
    OtherOffice: Refusal.OTHER_OFFICE,
    UnknownKit: Refusal.UNKNOWN_KIT,
    NewerPacket: Refusal.NEWER,
    OtherKit: Refusal.OTHER_KIT,
    RevokedKit: Refusal.REVOKED_KIT,
    RecordError: Refusal.NO_RECORD,
}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet as it came: its bytes, the file name it had, its way, and for HTTPS the kit that brought it."""

    content: bytes
    file_name: str
    way: str
    kit_id: str = ""


@dataclass
class Reception:
    """Receives packets for an office; threads may share it. `name` is the office's, in receipts."""

    office: Office
    store: Store
    shelf: Shelf
    name: str = "Dukcapil"
    _signer: Signer | None = None
    _key: bytes = b""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._signer = keys.receipt_signer(self.office)
        self._key = resident_digest.load_or_make_key(self.office)

    def receive(self, arrival: Arrival) -> bytes:
        """Take a packet; gives its receipt, a line of JSON. What came before and is equal gets the receipt of then.

        What is refused is kept too, and judged anew when it comes again. Raises StoreError, and SealingError where not
        even a refusal can be written since nothing names the packet.
        """
        digest = hashlib.sha256(arrival.content).hexdigest()
        known = self.store.packet_of(digest)
        if known is not None:
            return known.receipt.encode()
        try:
            opened = opening.open_content(arrival.content, Path(arrival.file_name), self.office)
            signed_by = opened.transaction.header.kit_id
            if arrival.kit_id and signed_by != arrival.kit_id:
                raise OtherKit(f"says it is of kit {signed_by}, brought by {arrival.kit_id}: not taken")
        except (SealingError, RecordError) as error:
            return self._refused(arrival, digest, _reason(error), str(error))
        with self._turn:
            return self._kept(arrival, digest, opened)

    def _kept(self, arrival: Arrival, digest: str, opened: OpenedFile) -> bytes:
        """Lay the packet down, then enter it: a row is never without its packet."""
        number = opened.transaction.header.control_number
        known = self.store.packet(number)
        if known is None:
            row = self._row(arrival, digest, opened)
            self.shelf.put(row.name, arrival.content)
            known = self.store.keep(row)
        if known.sha256 == digest:
            return known.receipt.encode()
        words = f"another packet {number} came on {known.received_utc[:10]}; that one counts: look at the kit"
        return self._refused(arrival, digest, Refusal.CONFLICT, words)

    def _row(self, arrival: Arrival, digest: str, opened: OpenedFile) -> PacketRow:
        header, noted = opened.transaction.header, opened.transaction.circumstances
        now, day = datetime.now(UTC), clock.civil_date(header.created_at, header.timezone)
        number, kit_id, purpose = header.control_number, header.kit_id, header.purpose
        born = opened.transaction.resident.date_of_birth
        is_16 = ages.age(born, day) < ages.CARD_AGE and noted.card_from is not None and noted.card_from > day
        # The name tells the packet's version
        is_own_name = sealing.number_in(arrival.file_name) == number
        file_name = arrival.file_name if is_own_name else sealing.file_name(number)
        receipt = Receipt(number, digest, kit_id, Verdict.ACCEPTED, purpose, now, self.name)
        return PacketRow(
            control_number=number,
            sha256=digest,
            size=len(arrival.content),
            name=f"{purpose.value}/{kit_id}/{file_name}",
            kit_id=kit_id,
            district=header.district,
            place=noted.place,
            purpose=purpose.value,
            recorded_utc=header.created_at.utc.isoformat(timespec="seconds"),
            recorded_day=day.isoformat(),
            clock_trust=header.created_at.trust.value,
            received_utc=now.isoformat(timespec="seconds"),
            way=arrival.way,
            resident=resident_digest.of(opened.transaction.resident.nik, self._key),
            card_from=noted.card_from.isoformat() if is_16 and noted.card_from else "",
            supersedes=noted.supersedes,
            because=noted.because,
            notices="\n".join(opened.notices),
            receipt=self._signed(receipt),
        )

    def _refused(self, arrival: Arrival, digest: str, reason: Refusal, words: str) -> bytes:
        number = sealing.number_in(arrival.file_name)
        told = re.sub(r"[\x00-\x1f\x7f]+", " ", words.removeprefix(f"{arrival.file_name}: "))[:_WORDS]
        now, kit_id = datetime.now(UTC), arrival.kit_id or _UNKNOWN_KIT
        receipt = Receipt(number, digest, kit_id, Verdict.REFUSED, None, now, self.name, reason.value, told)
        try:
            line = self._signed(receipt)
        except ReceiptError as error:
            raise SealingError(f"{arrival.file_name}: {told}; and it names no packet ({error})") from error
        self.shelf.put(f"refused/{digest}.rekam", arrival.content)
        size, at = len(arrival.content), now.isoformat(timespec="seconds")
        self.store.refuse(RefusalRow(digest, number, size, kit_id, reason.value, told, at, arrival.way, line))
        _log.warning("receiving: %s of kit %s is refused: %s", number, kit_id, reason.value)
        return line.encode()

    def _signed(self, receipt: Receipt) -> str:
        signer = self._signer or keys.receipt_signer(self.office)
        return receipts.write(receipt, signer).decode()


def _reason(error: SealingError | RecordError) -> Refusal:
    return next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), Refusal.DAMAGED)
