"""What an operator reads about the kit's clock, in Indonesian and English."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from firmware.vocabulary import ClockTrust, Language
from firmware.wording import Bilingual, choose


class ClockPhrase(Bilingual):
    """What is asked and told about the clock."""

    ASK_DATE = (
        "Tanggal berapa hari ini? (TAHUN-BULAN-HARI, dengan jam bila tahu)",
        "What is today's date? (YEAR-MONTH-DAY, with the time if you know it)",
    )
    WHY_ASK = (
        "Jam kit tidak dapat dipercaya; tanggal ditanyakan satu kali setiap kit dinyalakan.",
        "The kit's clock cannot be trusted; the date is asked for once each time that the kit is switched on.",
    )
    CONFIRMED = (
        "Tanggal hari ini: {date}, menurut operator; setiap rekaman mencatatnya.",
        "Today is {date} by the operator's word; every record says so.",
    )
    DATE_EARLY = (
        "{date} tidak mungkin: kit ini sudah bekerja pada {limit}. Periksa tanggal dan tulis lagi.",
        "{date} cannot be: this kit was already at work on {limit}. Check the date and write it again.",
    )
    DATE_LATE = (
        "{date} tidak mungkin: paling lambat {limit}. Periksa tanggal dan tulis lagi.",
        "{date} cannot be: {limit} at the latest. Check the date and write it again.",
    )
    JUMPED_AHEAD = (
        "Jam kit melompat maju {span} sewaktu bekerja; periksa tanggal hari ini.",
        "The kit's clock jumped ahead by {span} while at work; check today's date.",
    )
    JUMPED_BACK = (
        "Jam kit melompat mundur {span} sewaktu bekerja; periksa tanggal hari ini.",
        "The kit's clock jumped back by {span} while at work; check today's date.",
    )
    BEHIND_RECORD = (
        "Jam kit ({at}) tertinggal dari rekaman terakhir ({record}); periksa tanggal hari ini.",
        "The kit's clock ({at}) is behind the last record ({record}); check today's date.",
    )
    CONTRADICTED = (
        "Operator menyebut {date}, tetapi {source} menyebut {today}; yang berlaku {today}.",
        "The operator said {date}, but the {source} says {today}; {today} holds.",
    )
    CORRECTED = (
        "Jam kit dibetulkan oleh {source}: sekarang {at}.",
        "The kit's clock was put right by the {source}: it is now {at}.",
    )
    DAYS = ("{count} hari", "{count} days")
    MINUTES = ("{count} menit", "{count} minutes")


TRUST_WORDS: Mapping[ClockTrust, tuple[str, str]] = {
    ClockTrust.GNSS: ("penerima satelit", "satellite receiver"),
    ClockTrust.NETWORK: ("server waktu", "time server"),
    ClockTrust.BATTERY: ("jam baterai", "battery clock"),
    ClockTrust.OPERATOR: ("operator", "operator"),
    ClockTrust.UNCONFIRMED: ("belum dipastikan", "unconfirmed"),
    ClockTrust.WRONG: ("salah", "wrong"),
}


def trust(level: ClockTrust, language: Language) -> str:
    """What speaks for a clock, for people."""
    return choose(TRUST_WORDS[level], language)


def span(seconds: float, language: Language) -> str:
    """A length of time in whole days, or in minutes when it is shorter than two days."""
    if abs(seconds) >= 2 * 86400:
        return ClockPhrase.DAYS.say(language, count=round(abs(seconds) / 86400))
    return ClockPhrase.MINUTES.say(language, count=round(abs(seconds) / 60))


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the clock that the operator is told, with what fills its braces."""

    phrase: ClockPhrase
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """Tell it in a language."""
        return self.phrase.say(language, **{name: _words(value, language) for name, value in self.values.items()})


def _words(value: object, language: Language) -> object:
    """A notice's value as people read it."""
    if isinstance(value, ClockTrust):
        return trust(value, language)
    if isinstance(value, timedelta):
        return span(value.total_seconds(), language)
    return f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value
