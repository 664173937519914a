"""What the summary of an archive says, in Indonesian and English."""

from collections.abc import Mapping

from firmware.vocabulary import Language
from firmware.wording import Bilingual, choose


class ArchivePhrase(Bilingual):
    """A text of the summary."""

    TITLE = ("{files} sidik jari di {folder}", "{files} prints in {folder}")
    UNREADABLE_OF = ("{count} tidak terbaca", "{count} could not be read")
    MISSING = ("{count} belum dinilai", "{count} not yet assessed")
    UNLABELLED = (
        "{count} berkas tidak ada di tabel label; mereka ada di kelompok “{untold}”.",
        "{count} files have no line in the table of labels; they stand under “{untold}”.",
    )
    STRANGERS = (
        "{count} baris tabel label menyebut berkas yang tidak ada di sini, mis. {name}.",
        "{count} lines of the table of labels name files that are not here, e.g. {name}.",
    )
    PICTURE = ("Gambar: {path}", "Picture: {path}")
    ALL = ("semua", "all")
    UNTOLD = ("tidak disebut", "not told")
    OTHERS = ("{count} lainnya", "{count} others")
    FOLDER = ("folder", "folder")
    FINGER = ("jari", "finger")
    KIT = ("kit", "kit")
    SENSOR = ("sensor", "sensor")
    DAY = ("hari", "day")
    FILES = ("berkas", "files")
    UNREADABLE = ("tak terbaca", "unread")
    QUALITY = ("mutu", "quality")
    MINUTIAE = ("minutia", "minutiae")
    FEEDBACK = ("saran, % berkas", "feedback, % of files")
    LEGEND = (
        "Batang: sebaran di kelompok. Garis dan angka: median; garis tipis: dari 5 % sampai 95 %.",
        "Bars: how a group is distributed. Line and figure: its median; thin line: from 5 % to 95 %.",
    )


_FEEDBACK: Mapping[str, tuple[str, str]] = {
    "no_finger": ("tidak ada jari", "no finger"),
    "overlapping": ("dua jari", "two fingers"),
    "tip_only": ("hanya pucuk", "only the tip"),
    "too_small": ("terlalu kecil", "too small"),
    "off_centre": ("tidak di tengah", "off centre"),
    "moved": ("bergerak", "moved"),
    "too_dry": ("kering", "dry"),
    "too_wet": ("basah", "wet"),
    "too_light": ("tekanan ringan", "too light"),
    "too_hard": ("tekanan kuat", "too hard"),
    "dirty_glass": ("kaca kotor", "dirty glass"),
    "unclear": ("tidak jelas", "unclear"),
    "few_minutiae": ("kurang detail", "little detail"),
}


def feedback(code: str, language: Language) -> str:
    """A feedback in a word or two."""
    plain = code.replace("_", " ")
    return choose(_FEEDBACK.get(code, (plain, plain)), language)
