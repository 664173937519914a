"""The doctor's findings as plain text for a screen of 80 columns, such as a serial console."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

from firmware.doctor import Told
from firmware.vocabulary import Language
from firmware.wording import Bilingual

WIDTH = 79
"""Columns: in the last one some terminals break the line by themselves."""


class DoctorPhrase(Bilingual):
    """What is said around the findings."""

    TRYING = (
        "Mencoba semua perangkat, paling lama satu menit. Jangan sentuh kaca sensor.",
        "Trying all devices, for a minute at most. Keep off the sensor's glass.",
    )
    HEALTHY = ("Kit {kit}: tidak ada yang salah.", "Kit {kit}: nothing is wrong.")
    FOUND = ("Kit {kit}: {count} temuan.", "Kit {kit}: {count} finding(s).")
    UNTRIED = (
        "Perangkat tidak dicoba ({words}); yang lain sudah diperiksa.",
        "The devices were not tried ({words}); all else was looked at.",
    )
    CAUSES = ("Mungkin:", "Likely:")
    TRY = ("Coba:", "Try:")
    MORE = ("[Enter] lanjut", "[Enter] goes on")
    ACCEPTED = ("Sensor kit ini sekarang: {serial}", "This kit's sensor is now: {serial}")
    NO_SERIAL = (
        "Sensor ini tidak menyebut nomor; tidak ada yang perlu diingat.",
        "This sensor tells no number; there is nothing to remember.",
    )


def block(number: int, told: Told, language: Language) -> list[str]:
    """The lines of one finding: what, likely causes, what to try."""
    lines = _hanging(f"{number}. ", told.what)
    for phrase, items in ((DoctorPhrase.CAUSES, told.causes), (DoctorPhrase.TRY, told.tries)):
        head = f"   {phrase.say(language):<8} "
        for index, item in enumerate(items, start=1):
            lines += _hanging(f"{head}{index}. ", item)
            head = " " * len(head)
    return lines


def screens(blocks: Sequence[list[str]], height: int) -> Iterator[list[str]]:
    """As many findings as fit on a screen at a time, an empty line behind each, a line left for a question."""
    screen: list[str] = []
    for lines in blocks:
        if screen and len(screen) + len(lines) + 1 > height - 1:
            yield screen
            screen = []
        screen += [*lines, ""]
    if screen:
        yield screen


def wrapped(text: str) -> list[str]:
    """Lines of a text that stands by itself."""
    return _hanging("", text)


def _hanging(head: str, text: str) -> list[str]:
    """Text behind a head, its other lines below its first word."""
    return wrap(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_on_hyphens=False,
    )
