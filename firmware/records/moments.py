"""Times as the records tell them: UTC to the second, with trust, boot and monotonic clock."""

import math
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from firmware.datatypes import Timestamp
from firmware.records.encoding import Record
from firmware.vocabulary import ClockTrust

WIDTH = 4
"""Information items of one moment."""

_UTC = "%Y%m%d%H%M%SZ"
_DATE = "%Y%m%d"


def items(at: Timestamp) -> tuple[str, ...]:
    """A moment as information items: UTC, trust, boot id, monotonic seconds to the millisecond."""
    return universal(at), at.trust.value, at.boot_id, f"{at.monotonic_s:.3f}"


def universal(at: Timestamp) -> str:
    """UTC as field 1.014 has it, clause 7.7.2.2."""
    return at.utc.strftime(_UTC)


def local_date(at: Timestamp, zone: ZoneInfo) -> str:
    """The local date as fields 1.005 and 14.005 have it, clause 7.7.2.3."""
    return at.utc.astimezone(zone).strftime(_DATE)


def read(record: Record, number: int, texts: tuple[str, ...]) -> Timestamp:
    """A moment from its information items. Raises RecordError."""
    utc, trust, boot_id, monotonic = texts
    try:
        at = datetime.strptime(utc, _UTC).replace(tzinfo=UTC)
        monotonic_s = float(monotonic)
    except ValueError as error:
        raise record.fault(number, f"holds no moment: {texts}") from error
    if not math.isfinite(monotonic_s):
        raise record.fault(number, f"has no monotonic time: {monotonic!r}")
    return Timestamp(at, record.choice(number, trust, ClockTrust), boot_id, monotonic_s)


def read_date(record: Record, number: int) -> date:
    """A date from its field. Raises RecordError."""
    text = record.text(number)
    try:
        return datetime.strptime(text, _DATE).replace(tzinfo=UTC).date()
    except ValueError as error:
        raise record.fault(number, f"needs a date as YYYYMMDD, not {text!r}") from error
