"""What waits in the outbox is delivered over the network, oldest first, each packet until its receipt is here."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from firmware.config import KitConfig
from firmware.delivery_settings import DeliveryConfig
from firmware.errors import (
    DeliveryError,
    DeliveryInterrupted,
    DeliveryRefused,
    InputError,
    ReceiptError,
    SpoolDamaged,
)
from firmware.identity_folder import IdentityFolder
from firmware.records import receipts
from firmware.spool import Spool, SpoolEntry, Taken
from firmware.uplink import line as lines
from firmware.uplink import outbox, renewal
from firmware.uplink.line import Counted, Line
from firmware.uplink.pacing import Backoff, Pace
from firmware.uplink.tus_client import TusClient

_log = logging.getLogger(__name__)

_OF_THE_KIT = {"unknown_kit", "revoked_kit", "certificate_ended", "no_certificate"}
ENDED = "certificate_ended"
_JSON = {"Content-Type": "application/json"}
_Result = TypeVar("_Result")


class Outcome(Enum):
    """What became of a packet in a round."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(slots=True)
class Round:
    """What a round did: packets by outcome, what is to be told of single ones, and why it ended early, or empty."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    told: list[str] = field(default_factory=list)
    ended: str = ""

    def note(self, outcome: Outcome, words: str = "") -> None:
        """Count a packet."""
        self.counts[outcome] += 1
        if words:
            self.told.append(words)


@dataclass
class Wishes:
    """How a round is to go; the defaults are those of a person who waits for it.

    patience: failures in a row, without a byte that came through, after which a round ends. goes_on: asked before each
    packet. on_sent: called with bytes of packets as they reach the office. sleep: waits after a failure.
    """

    patience: int = 4
    goes_on: Callable[[], bool] = lambda: True
    on_sent: Callable[[int], None] = lambda size: None
    sleep: Callable[[float], object] = time.sleep
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=2.0, longest_s=60.0))


class Delivery:
    """Delivers a kit's outbox to the office of `[delivery]`. Raises DeliveryRefused, IdentityError at its making.

    ignore_dates: the kit's clock is wrong, so that it can't tell which certificates hold.
    """

    def __init__(self, config: KitConfig, *, ignore_dates: bool = False) -> None:
        if config.delivery is None:
            raise DeliveryError("delivery: kit.toml has no section [delivery]; add url, or use `rekam export`")
        self._config, self._settings, self._ignore_dates = config, config.delivery, ignore_dates
        self.counted = Counted()
        # Bytes of all packets that the office said it has, and how much of the present one it, or the line, has
        self._confirmed, self._has, self._shown = 0, 0, 0
        self._on_sent: Callable[[int], None] = lambda size: None
        self._call()

    def _call(self) -> None:
        folder = IdentityFolder.of(self._config.data)
        context = lines.trusting(folder, _authority(self._settings), ignore_dates=self._ignore_dates)
        answer = folder.answer()
        if answer is None:
            raise DeliveryRefused("unknown_kit", "this kit was not admitted yet: `rekam identity request`")
        self._office = answer.authority
        pace = Pace(self._settings.rate_kbit_s * 1000 / 8)
        self._line = Line(self._settings.url, context, self._settings.timeout_s, pace, self.counted)
        self._client = TusClient(self._line, self._note)

    def run(self, spool: Spool, wishes: Wishes | None = None) -> Round:
        """Deliver what waits. Raises SpoolError; what the office or the link does is told in the round."""
        wishes, done = wishes or Wishes(), Round()
        self._on_sent = wishes.on_sent
        try:
            self._patiently(lambda: self._tell(spool), wishes)
            for entry in [one for one in spool.entries() if one.waits]:
                if not wishes.goes_on():
                    break
                self._one(spool, entry, done, wishes)
            if done.counts[Outcome.ACKNOWLEDGED]:
                spool.free()
            if any(done.counts.values()):
                self._patiently(lambda: self._tell(spool), wishes)
                self._renew_early(done)
        except DeliveryError as error:
            done.ended = str(error)
        finally:
            self._line.close()
        return done

    def _one(self, spool: Spool, entry: SpoolEntry, done: Round, wishes: Wishes) -> None:
        """Deliver one packet; what is wrong with it alone keeps no other back."""
        self._has = self._shown = 0
        try:
            done.note(self._patiently(lambda: self._deliver(spool, entry), wishes))
        except DeliveryRefused as error:
            if error.code in _OF_THE_KIT:
                raise
            done.note(Outcome.FAILED, f"{entry.control_number}: {error}")
        except (SpoolDamaged, ReceiptError) as error:
            done.note(Outcome.FAILED, str(error))

    def _patiently(self, work: Callable[[], _Result], wishes: Wishes) -> _Result:
        """Try again while bytes come through, or patience lasts; an ended certificate is renewed once."""
        failures, is_renewed = 0, False
        while True:
            before = self._confirmed
            try:
                result = work()
                wishes.backoff.went_on()
                return result
            except DeliveryRefused as error:
                if error.code != ENDED or is_renewed:
                    raise
                self._renew()
                is_renewed = True
            except DeliveryInterrupted as error:
                _log.info("delivery: %s", error)
                if self._confirmed > before:
                    failures = 0
                    wishes.backoff.went_on()
                failures += 1
                if failures >= wishes.patience or not wishes.goes_on():
                    raise
                wishes.sleep(wishes.backoff.failed())

    def _deliver(self, spool: Spool, entry: SpoolEntry) -> Outcome:
        """Bring one packet to the office, and its receipt here. Raises DeliveryError, ReceiptError, SpoolError."""
        if entry.delivered_utc is not None and (taken := self._take_receipt(spool, entry)):
            return taken
        packet = spool.packet(entry.control_number)
        self._client.upload(packet)
        taken = self._take_receipt(spool, entry)
        if taken is None:
            # The office had all of it and could not keep it then
            self._client.nudge(packet)
            taken = self._take_receipt(spool, entry)
        if taken is None:
            raise DeliveryInterrupted(f"{entry.control_number}: the office has all of it and gives no receipt yet")
        return taken

    def _take_receipt(self, spool: Spool, entry: SpoolEntry) -> Outcome | None:
        """Ask for a receipt and take it; None where the office has none yet. A server that gives none keeps packets."""
        path = self._client.beside(f"receipts/{entry.control_number}/{entry.sha256}")
        told = self._line.ask("GET", path, {})
        if told.status == 200:
            receipt = receipts.parse(told.content, self._office)
            taken = spool.acknowledge(receipt, datetime.now(UTC))
            is_refused = receipt.verdict is receipts.Verdict.REFUSED and taken is not Taken.ACKNOWLEDGED
            return Outcome.REFUSED if is_refused else Outcome.ACKNOWLEDGED
        code, words = told.refusal()
        if code == "no_receipt":
            return None
        if code in _OF_THE_KIT:
            raise DeliveryRefused(code, words)
        if told.status >= 500:
            raise DeliveryInterrupted(f"the office answers: {words} ({code})")
        spool.mark_delivered(entry.control_number, datetime.now(UTC))
        return Outcome.DELIVERED

    def _tell(self, spool: Spool) -> None:
        """Tell the office how many packets wait here; a server that is no office does not want to know."""
        body = outbox.describe(spool, self._config)
        told = self._line.ask("PUT", self._client.beside("outbox"), _JSON, json.dumps(body).encode())
        code, words = told.refusal()
        if told.status == 403 and code in _OF_THE_KIT:
            raise DeliveryRefused(code, f"the office answers: {words} ({code})")
        if told.status >= 500:
            raise DeliveryInterrupted(f"the office answers: {words} ({code})")

    def _renew(self) -> None:
        """Have the certificate renewed over the line. Raises DeliveryError, IdentityError."""
        renewal.renew(self._config, self._line, self._client.beside("certificate"))
        self._line.close()
        self._call()

    def _renew_early(self, done: Round) -> None:
        """The same a month ahead; where it cannot be, the packets are delivered all the same, and it is told."""
        if self._ignore_dates or not renewal.is_due(self._config.data):
            return
        try:
            self._renew()
        except DeliveryError as error:
            done.told.append(f"the certificate ends soon and was not renewed: {error}")

    def _note(self, offset: int, is_confirmed: bool) -> None:
        """How far the present packet is: by the office's word, or as far as it went into the line."""
        if is_confirmed and offset > self._has:
            self._confirmed += offset - self._has
            self._has = offset
        if offset > self._shown:
            self._on_sent(offset - self._shown)
            self._shown = offset


def _authority(settings: DeliveryConfig) -> str | None:
    """The authority of another server. Raises InputError."""
    if settings.authority is None:
        return None
    try:
        return settings.authority.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"delivery.authority: {settings.authority}: cannot be read ({error})") from error
