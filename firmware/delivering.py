"""A kit's delivery over the network: once for whoever asks, or in the background of its station."""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from firmware import last_delivery
from firmware.clock import Clock
from firmware.config import KitConfig
from firmware.errors import DeliveryError, DeliveryRefused, KitError
from firmware.journal import JOURNAL, Journal
from firmware.logbook import Logbook
from firmware.spool import SPOOL, Spool
from firmware.uplink.delivery import Delivery, Outcome, Round, Wishes
from firmware.uplink.pacing import Backoff
from firmware.vocabulary import ClockTrust

_log = logging.getLogger(__name__)

_LOCK = "delivery.lock"
_LONGEST_PAUSE_S = 900.0
_NICENESS = 10
_FAREWELL_S = 2.0


def once(config: KitConfig, wishes: Wishes) -> tuple[Round, int]:
    """Deliver what waits now; gives what was done, and how many packets still wait.

    Raises DeliveryError where the station delivers already, or as a `Delivery` does, and SpoolError.
    """
    with _alone(config), Spool(config.data / SPOOL) as spool:
        done = _noted(config, lambda: _delivery(config).run(spool, wishes))
        return done, spool.tally().waiting


def quiet_until(config: KitConfig) -> datetime | None:
    """Until when nothing is to be sent, on the kit's calendar; None now that it may. A wrong clock knows no hours."""
    at = Clock(config.timezone, config.data).now()
    if config.delivery is None or at.trust is ClockTrust.WRONG:
        return None
    here = at.utc.astimezone(ZoneInfo(config.timezone))
    left_s = config.delivery.quiet_s(here)
    return here + timedelta(seconds=left_s) if left_s else None


@contextmanager
def background(config: KitConfig) -> Iterator[None]:
    """While the context lasts a courier delivers what waits, where `[delivery]` says where to."""
    if config.delivery is None:
        yield
        return
    courier = Courier(config)
    courier.start()
    try:
        yield
    finally:
        courier.stop()


class Courier:
    """Delivers by itself, in a thread of low priority: whatever goes wrong there is logged, and tried again later."""

    def __init__(self, config: KitConfig, backoff: Backoff | None = None) -> None:
        self._config = config
        self._backoff = backoff or Backoff(longest_s=_LONGEST_PAUSE_S)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        self._open = ExitStack()
        self._spool: Spool | None = None
        self._delivery: Delivery | None = None
        self._told = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End between two packets, or in the midst of one after a moment: the next start goes on with it."""
        self._ends.set()
        self._thread.join(_FAREWELL_S)

    def _run(self) -> None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        pause_s = 0.0
        while not self._ends.wait(pause_s):
            try:
                pause_s = self._look()
            except Exception as error:  # noqa: BLE001 (a courier that stumbles must not keep a kit from recording)
                self._complain(f"{type(error).__name__}: {error}" if not isinstance(error, KitError) else str(error))
                self._forget()
                pause_s = self._backoff.failed()
        self._forget()

    def _look(self) -> float:
        """Deliver what waits, if it may; gives how long to wait then, seconds."""
        if (until := quiet_until(self._config)) is not None:
            left_s = (until - datetime.now(until.tzinfo)).total_seconds()
            return min(max(left_s, 1.0), _LONGEST_PAUSE_S)
        every_s = self._config.delivery.every_s if self._config.delivery else _LONGEST_PAUSE_S
        if self._spool is None:
            self._spool = self._open.enter_context(Spool(self._config.data / SPOOL))
        spool = self._spool
        if not spool.tally().waiting:
            return every_s
        with _alone(self._config):
            done = _noted(self._config, lambda: self._round(spool))
        for words in (*done.told, done.ended):
            self._complain(words)
        if done.ended:
            # Another answer of the office may be here by then
            self._delivery = None
            return self._backoff.failed()
        self._backoff.went_on()
        self._told = ""
        return every_s

    def _round(self, spool: Spool) -> Round:
        self._delivery = self._delivery or _delivery(self._config)
        return self._delivery.run(spool, self._wishes())

    def _wishes(self) -> Wishes:
        return Wishes(goes_on=self._goes_on, sleep=self._ends.wait)

    def _goes_on(self) -> bool:
        return not self._ends.is_set() and quiet_until(self._config) is None

    def _complain(self, words: str) -> None:
        """Log it, once as long as it stays the same: a kit may be without a network for weeks."""
        if words and words != self._told:
            _log.warning("delivering: %s", words)
            self._told = words

    def _forget(self) -> None:
        self._open.close()
        self._delivery, self._spool = None, None


@contextmanager
def _alone(config: KitConfig) -> Iterator[None]:
    """Only one process delivers a kit's packets at a time. Raises DeliveryError."""
    try:
        lock = (config.data / _LOCK).open("a", encoding="ascii")
    except OSError as error:
        raise DeliveryError(f"{config.data}: cannot be written ({error.strerror}); check the disk") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DeliveryError("delivery: the station delivers already; wait until it is done") from error
        yield


def _noted(config: KitConfig, deliver: Callable[[], Round]) -> Round:
    """A round, with what the journal, and whoever asks why nothing arrives, are to know of it."""
    at = Clock(config.timezone, config.data).now().utc
    try:
        done = deliver()
    except DeliveryRefused as error:
        last_delivery.note(config.data, at, last_delivery.reason_of(error))
        raise
    last_delivery.note(config.data, at, done.reason)
    book = Logbook(Journal(config.data / JOURNAL))
    if done.sent:
        book.delivered(done.sent)
    if accepted := done.counts[Outcome.ACKNOWLEDGED]:
        book.acknowledged(accepted)
    for receipt in done.refusals:
        book.refused(receipt.control_number, receipt.reason)
    return done


def _delivery(config: KitConfig) -> Delivery:
    is_wrong = Clock(config.timezone, config.data).now().trust is ClockTrust.WRONG
    return Delivery(config, ignore_dates=is_wrong)
