"""What is said of a journal, in Indonesian and English."""

from collections.abc import Mapping
from pathlib import Path

from firmware.datatypes import Timestamp
from firmware.journal_check import Verdict
from firmware.journal_lines import Fault, Kind, Line
from firmware.vocabulary import ClockTrust, Language
from firmware.wording import Bilingual, choose


class JournalPhrase(Bilingual):
    """What is said of a journal."""

    WHOLE = (
        "{path}: {count} baris, utuh, dari {first} sampai {last}.",
        "{path}: {count} lines, whole, from {first} to {last}.",
    )
    EMPTY = ("{path}: belum ada baris.", "{path}: no line yet.")
    BROKEN = ("{path}: baris {number} rusak: {reason}.", "{path}: line {number} is broken: {reason}.")
    BEFORE = ("{count} baris sebelumnya utuh.", "The {count} lines before it are whole.")
    TORN = (
        "Baris {number} tidak selesai: listrik padam saat ditulis. Kit menyisihkannya pada catatan berikutnya.",
        "Line {number} is unfinished: the power went while it was written. The kit sets it aside with the next line.",
    )
    NO_HEAD = (
        "Tidak ada baris dengan sidik {head}: akhirnya terpotong, atau ini jurnal kit lain.",
        "No line has the digest {head}: the end was cut off, or this is another kit's journal.",
    )
    UNREADABLE = (
        "Ada baris yang rusak; jalankan `rekam journal verify`.",
        "There are broken lines; run `rekam journal verify`.",
    )
    NUMBER = ("baris", "line")
    TIME = ("waktu (UTC)", "time (UTC)")
    CLOCK = ("jam", "clock")
    WHAT = ("kejadian", "what")
    FACTS = ("keterangan", "facts")


_FAULTS: Mapping[Fault, tuple[str, str]] = {
    Fault.CHANGED: ("isinya bukan yang dulu ditulis", "its bytes are not those that were written"),
    Fault.FORM: (
        "sidiknya cocok, tetapi bentuknya bukan baris jurnal: ditulis orang lain atau versi yang lebih baru",
        "its digest fits, but it has not the form of a line: somebody else wrote it, or a later version",
    ),
    Fault.SEQUENCE: (
        "nomornya bukan nomor yang seharusnya: ada baris yang diambil, disisipkan atau dipindahkan",
        "its number is not the one that is due: lines were taken out, put in or moved",
    ),
    Fault.PREVIOUS: (
        "tidak menyambung baris sebelumnya: baris itu diubah lalu diberi sidik baru",
        "it does not follow the line before: that one was changed and given a new digest",
    ),
}
_KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.STARTED: ("kit mulai", "kit started"),
    Kind.STOPPED: ("kit berhenti", "kit stopped"),
    Kind.BEGUN: ("perekaman dimulai", "session begun"),
    Kind.STEP: ("langkah selesai", "step finished"),
    Kind.SEALED: ("rekaman disegel", "record sealed"),
    Kind.CANCELLED: ("perekaman dibatalkan", "session cancelled"),
    Kind.INTERRUPTED: ("perekaman terputus", "session interrupted"),
    Kind.EXPORTED: ("paket diekspor", "packets exported"),
    Kind.DELIVERED: ("paket dikirim lewat jaringan", "packets delivered over the network"),
    Kind.ACKNOWLEDGED: ("paket diterima kantor", "packets accepted by the office"),
    Kind.REFUSED: ("paket ditolak kantor", "packet refused by the office"),
    Kind.CLOCK_CONFIRMED: ("tanggal dipastikan", "date confirmed"),
    Kind.IDENTITY: ("identitas kit", "the kit's identity"),
    Kind.OVERRIDDEN: ("peringatan diabaikan", "warning overridden"),
    Kind.DEVICE: ("alat", "device"),
    Kind.COMMAND: ("perintah dari kantor", "command from the office"),
    Kind.TORN: ("baris terputus disisihkan", "torn line set aside"),
}
_HEADINGS = (JournalPhrase.NUMBER, JournalPhrase.TIME, JournalPhrase.CLOCK, JournalPhrase.WHAT, JournalPhrase.FACTS)


def judgement(path: Path, verdict: Verdict, head: str | None, language: Language) -> list[str]:
    """Whether a journal is whole, in sentences."""
    said = []
    if verdict.fault:
        reason, number = choose(_FAULTS[verdict.fault], language), verdict.lines + 1
        said.append(JournalPhrase.BROKEN.say(language, path=path, number=number, reason=reason))
        said.append(JournalPhrase.BEFORE.say(language, count=verdict.lines))
    elif verdict.first and verdict.last:
        first, last = _time(verdict.first), _time(verdict.last)
        said.append(JournalPhrase.WHOLE.say(language, path=path, count=verdict.lines, first=first, last=last))
    else:
        said.append(JournalPhrase.EMPTY.say(language, path=path))
    if verdict.torn:
        said.append(JournalPhrase.TORN.say(language, number=verdict.lines + 1))
    if not verdict.has_head and not verdict.fault:
        said.append(JournalPhrase.NO_HEAD.say(language, head=head))
    return said


def headings(language: Language) -> list[str]:
    """The heads of a table of lines; `cells` gives all but the first."""
    return [phrase.say(language) for phrase in _HEADINGS]


def cells(line: Line | Fault, language: Language) -> tuple[str, str, str, str]:
    """When, by which clock, what, and the facts of one line."""
    if isinstance(line, Fault):
        return "", "", choose(_FAULTS[line], language), ""
    facts = " ".join(f"{name}={value}" for name, value in line.facts.items() if name != "torn")
    return _time(line.at), line.at.trust.value, choose(_KINDS[line.kind], language), facts


def _time(at: Timestamp) -> str:
    return f"{at.utc:%Y-%m-%d %H:%M:%S}" + ("?" if at.trust is ClockTrust.WRONG else "")
