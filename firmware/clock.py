"""Civil date, wall time and monotonic time, and how far each may be trusted."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as TimeOfDay  # noqa: N812
from pathlib import Path
from zoneinfo import ZoneInfo

from firmware import confirmation, time_sources
from firmware.clock_words import ClockPhrase, Notice
from firmware.confirmation import Confirmation
from firmware.datatypes import Timestamp
from firmware.errors import InputError
from firmware.time_sources import Network
from firmware.vocabulary import ClockTrust, Language

RELEASED = datetime(2026, 11, 24, tzinfo=UTC)
"""When this version was released: a clock that shows an earlier time is wrong."""

LIFE_YEARS = 15
"""A date so many years after the release, or later, is a slip of the pen."""

JUMP_S = 60.0
"""Wall and monotonic clock part by less than this between two looks: crystals drift by seconds a day, servers slew."""

AGREES_S = 300.0
"""A battery clock vouches for a wall time that differs by at most this: both drift on their own after the start."""

VOUCHED = frozenset({ClockTrust.GNSS, ClockTrust.NETWORK, ClockTrust.BATTERY})
"""Trusted without an operator's word."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_UNKNOWN_BOOT = "unknown"


def now() -> Timestamp:
    """Read the clocks once, without what a `Clock` remembers."""
    return Clock("UTC").now()


def needs_confirmation(at: Timestamp) -> bool:
    """Whether an operator has to confirm today's date before the next session."""
    return at.trust in (ClockTrust.UNCONFIRMED, ClockTrust.WRONG)


def civil_date(at: Timestamp, timezone: str) -> date:
    """The date on the calendar where the kit stands; with a wrong clock that of the release, the earliest it can be."""
    utc = RELEASED if at.trust is ClockTrust.WRONG else at.utc
    return utc.astimezone(ZoneInfo(timezone)).date()


def boot_id() -> str:
    """The kernel's name for this start of the machine."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return _UNKNOWN_BOOT


@dataclass(frozen=True, slots=True)
class Sources:
    """Where times come from. gnss: UTC by a satellite receiver, None without a new fix; no receiver is read yet."""

    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    monotonic: Callable[[], float] = time.monotonic
    boot_id: Callable[[], str] = boot_id
    gnss: Callable[[], datetime | None] = lambda: None
    network: Callable[[], Network] = time_sources.network
    battery: Callable[[], datetime | None] = time_sources.battery_time


@dataclass(frozen=True, slots=True)
class _Look:
    """What the last look at the sources found, and what was made of it."""

    wall: datetime
    network: bool
    stamp: Timestamp


class Clock:
    """A kit's clock over its life in one process: it notices jumps, and counts on from what it trusted before.

    timezone: where the kit stands. folder: keeps the operator's word for other processes of the same start, if any.
    """

    def __init__(self, timezone: str, folder: Path | None = None, sources: Sources | None = None) -> None:
        self._zone = ZoneInfo(timezone)
        self._folder = folder
        self._sources = sources or Sources()
        self._before: _Look | None = None
        self._held: Confirmation | None = None
        self._fix: Confirmation | None = None
        self._confirmed: Confirmation | None = None
        self._is_looked_up = False
        self._floor = RELEASED
        self._latest: Timestamp | None = None
        self._notices: list[Notice] = []
        self._told: set[ClockPhrase] = set()

    def remember(self, recorded: Iterable[Timestamp]) -> None:
        """Take in when records were made: a clock behind a time that was vouched for is wrong."""
        for at in recorded:
            if self._latest is None or at.utc > self._latest.utc:
                self._latest = at
            if at.trust in VOUCHED:
                self._floor = max(self._floor, at.utc)

    @property
    def floor(self) -> datetime:
        """No moment before this can be now: the release, or the newest time that was vouched for."""
        return self._floor

    def now(self) -> Timestamp:
        """Read all clocks."""
        boot, wall, monotonic_s = self._sources.boot_id(), self._sources.wall(), self._sources.monotonic()
        if satellite := self._sources.gnss():
            self._fix = Confirmation(boot, monotonic_s, satellite)
        network = self._sources.network()
        if self._fix:
            utc, trust = self._fix.at(monotonic_s), ClockTrust.GNSS
        else:
            self._follow(wall, monotonic_s, network)
            utc = self._held.at(monotonic_s) if self._held else wall
            trust = self._judge(utc, network)
        self._tell_if_behind(utc, trust)
        stamp = self._settle(Timestamp(utc, trust, boot, monotonic_s))
        self._before = _Look(wall, network.now, stamp)
        return stamp

    def today(self) -> date:
        """The date on the calendar where the kit stands."""
        return civil_date(self.now(), self._zone.key)

    def suggested(self) -> date:
        """A first guess to offer when asking."""
        at = self.now()
        guess = self._local(at.utc)
        return guess if at.trust is not ClockTrust.WRONG and not self.doubt(guess) else self._local(self._floor)

    def doubt(self, on: date) -> Notice | None:
        """Why a date that someone confirms cannot be, to be asked again; None when it can."""
        earliest, latest = self._local(self._floor), self._local(RELEASED).replace(year=RELEASED.year + LIFE_YEARS)
        if on < earliest:
            return Notice(ClockPhrase.DATE_EARLY, {"date": on, "limit": earliest})
        return Notice(ClockPhrase.DATE_LATE, {"date": on, "limit": latest}) if on > latest else None

    def confirm(self, on: date, time_of_day: TimeOfDay | None = None) -> Timestamp:
        """Take the operator's word for today's date, for this start of the kit. Raises InputError for a date in doubt.

        Without a time of day the kit keeps its own if its date was right, and else counts from midnight: so its date
        never runs ahead of the calendar.
        """
        if doubt := self.doubt(on):
            raise InputError(doubt.say(Language.ENGLISH))
        at = self.now()
        utc = datetime.combine(on, time_of_day or TimeOfDay(0), self._zone).astimezone(UTC)
        if time_of_day is None:
            known = [at, self._latest] if self._latest else [at]
            utc = max((seen.utc for seen in known if self._local(seen.utc) == on), default=utc)
        self._confirmed = Confirmation(at.boot_id, at.monotonic_s, utc)
        self._is_looked_up = True
        self._told.discard(ClockPhrase.CONTRADICTED)
        if self._folder:
            confirmation.keep(self._folder, self._confirmed)
        return self.now()

    def notices(self) -> tuple[Notice, ...]:
        """What is to be told since the last call, each once."""
        told, self._notices = tuple(self._notices), []
        return told

    def _follow(self, wall: datetime, monotonic_s: float, network: Network) -> None:
        """Notice a jump of the wall clock: a time server may make one, anything else is not followed."""
        if self._before is None:
            return
        stamp = self._before.stamp
        jump_s = (wall - self._before.wall).total_seconds() - (monotonic_s - stamp.monotonic_s)
        has_jumped = abs(jump_s) > JUMP_S
        if network.now and not self._before.network:
            if has_jumped or self._held:
                self._notices.append(Notice(ClockPhrase.CORRECTED, {"source": ClockTrust.NETWORK, "at": wall}))
            self._held = None
        elif has_jumped:
            phrase = ClockPhrase.JUMPED_AHEAD if jump_s > 0 else ClockPhrase.JUMPED_BACK
            self._notices.append(Notice(phrase, {"span": timedelta(seconds=jump_s)}))
            if stamp.trust is not ClockTrust.WRONG:
                self._held = Confirmation(stamp.boot_id, stamp.monotonic_s, stamp.utc)

    def _judge(self, utc: datetime, network: Network) -> ClockTrust:
        """How far the kit's own time may be believed, before any operator's word."""
        if utc < RELEASED:
            return ClockTrust.WRONG
        if self._held is None and (network.now or network.once):
            return ClockTrust.NETWORK
        if (self._floor - utc).total_seconds() > JUMP_S:
            return ClockTrust.WRONG
        battery = self._sources.battery()
        if battery is not None and abs((battery - utc).total_seconds()) <= AGREES_S:
            return ClockTrust.BATTERY
        return ClockTrust.UNCONFIRMED

    def _tell_if_behind(self, utc: datetime, trust: ClockTrust) -> None:
        last = self._latest
        if last is None or (last.utc - utc).total_seconds() <= JUMP_S:
            return
        # A record by a worse clock is no reason to doubt a better one
        if last.trust in VOUCHED or trust not in VOUCHED:
            self._tell_once(Notice(ClockPhrase.BEHIND_RECORD, {"at": utc, "record": last.utc}))

    def _settle(self, own: Timestamp) -> Timestamp:
        """Put the operator's word in place of a time that nothing vouches for; a trusted source wins, and is told."""
        confirmed = self._word(own)
        if confirmed is None:
            return own
        said = confirmed.at(own.monotonic_s)
        if own.trust not in VOUCHED:
            return Timestamp(said, ClockTrust.OPERATOR, own.boot_id, own.monotonic_s)
        if self._local(said) != self._local(own.utc):
            values = {"date": self._local(said), "source": own.trust, "today": self._local(own.utc)}
            self._tell_once(Notice(ClockPhrase.CONTRADICTED, values))
        return own

    def _word(self, at: Timestamp) -> Confirmation | None:
        """What an operator confirmed since this start, here or in another process."""
        if not self._is_looked_up:
            self._is_looked_up = True
            if self._folder and at.boot_id != _UNKNOWN_BOOT:
                self._confirmed = confirmation.load(self._folder, at.boot_id, at.monotonic_s)
        return self._confirmed

    def _tell_once(self, notice: Notice) -> None:
        if notice.phrase not in self._told:
            self._told.add(notice.phrase)
            self._notices.append(notice)

    def _local(self, utc: datetime) -> date:
        return utc.astimezone(self._zone).date()
