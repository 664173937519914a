"""What a rescue tells, in Indonesian and English."""

from collections.abc import Mapping
from pathlib import Path

from firmware.uplink.rescue import Found, Lost, Reason
from firmware.vocabulary import Language
from firmware.wording import Bilingual, choose


class RescuePhrase(Bilingual):
    """A text of a rescue."""

    RESCUING = ("menyelamatkan", "rescuing")
    SAVED = (
        "{path}: {saved} paket utuh, {written} di antaranya baru ditulis ke {folder}.",
        "{path}: {saved} packet(s) whole, {written} of them newly written to {folder}.",
    )
    NOTHING_LOST = ("Tidak ada yang hilang.", "Nothing is lost.")
    LOST = (
        "{count} paket hilang; rekam ulang penduduknya:",
        "{count} packet(s) are lost; record those residents again:",
    )
    ONE_LOST = ("  {name}: {reason}", "  {name}: {reason}")
    ROW = ("paket ke-{rowid}, nomornya juga hilang", "packet {rowid} of this kit, its number lost too")
    CUT_OFF = (
        "Akhir berkas terpotong: {count} halaman tidak ada; mungkin ada paket lain di sana.",
        "The end of the file is cut off: {count} page(s) are gone; other packets may have lain there.",
    )
    STRANGE = (
        "{path}: tidak ada yang dikenali di berkas ini: bukan spool, atau seluruhnya rusak.",
        "{path}: nothing in this file is recognised: it is no spool, or all of it is damaged.",
    )


_REASONS: Mapping[Reason, tuple[str, str]] = {
    Reason.BEGINNING: ("halaman awalnya rusak", "the page of its beginning is damaged"),
    Reason.CHAIN: ("terputus di halaman {page}", "breaks off at page {page}"),
    Reason.DIGEST: ("isinya bukan yang dulu disegel", "its bytes are not those that were sealed"),
}


def report(path: Path, found: Found, written: int, folder: Path, language: Language) -> list[str]:
    """What became of one spool, in sentences."""
    if not found.is_recognised:
        return [RescuePhrase.STRANGE.say(language, path=path)]
    counts = {"saved": len(found.saved), "written": written}
    said = [RescuePhrase.SAVED.say(language, path=path, folder=folder, **counts)]
    if found.lost:
        said.append(RescuePhrase.LOST.say(language, count=len(found.lost)))
        said += [_lost(packet, language) for packet in found.lost]
    if found.cut_off:
        said.append(RescuePhrase.CUT_OFF.say(language, count=found.cut_off))
    if found.is_complete:
        said.append(RescuePhrase.NOTHING_LOST.say(language))
    return said


def _lost(packet: Lost, language: Language) -> str:
    name = packet.control_number or RescuePhrase.ROW.say(language, rowid=packet.rowid)
    reason = choose(_REASONS[packet.reason], language).format(page=packet.page)
    return RescuePhrase.ONE_LOST.say(language, name=name, reason=reason)
