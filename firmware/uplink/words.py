"""What is told of a rescue, and of sticks, in Indonesian and English."""

from collections.abc import Mapping
from pathlib import Path

from firmware.records.receipts import Refusal
from firmware.uplink.rescue import Found, Lost, Reason
from firmware.uplink.returned import Taking
from firmware.vocabulary import Language
from firmware.wording import Bilingual, choose


class RescuePhrase(Bilingual):
    """A text of a rescue."""

    RESCUING = ("menyelamatkan", "rescuing")
    SAVED = (
        "{path}: {saved} paket utuh, {written} di antaranya baru ditulis ke {folder}.",
        "{path}: {saved} packet(s) whole, {written} of them newly written to {folder}.",
    )
    ACKNOWLEDGED = (
        "{count} paket lain sudah diterima kantor; di sini tinggal catatannya.",
        "{count} other packet(s) were accepted by the office before; only their entries are here.",
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


class StickPhrase(Bilingual):
    """What is told of a stick that goes out or comes back."""

    EXPORTING = ("mengekspor", "exporting")
    WRITTEN = (
        "{count} paket ditulis ke {folder}. Semuanya tetap ada di kit sampai tanda terima kantor diimpor.",
        "{count} packet(s) written to {folder}. The kit keeps all of them until the office's receipts are imported.",
    )
    THERE_ALREADY = ("{count} sudah ada di sana.", "{count} were there already.")
    ELSEWHERE = (
        "{count} paket lain tidak ada di sini: ada di flashdisk lain, atau ditolak; --all menulisnya ke sini juga.",
        "{count} other packet(s) are not here: they are on other sticks, or were refused; --all writes them here too.",
    )
    DAMAGED = (
        "{fault}. Yang masih utuh diselamatkan sekarang:",
        "{fault}. What is still whole is brought out now:",
    )
    NO_LIST = (
        "Tanpa daftar bertanda tangan: identitas kit tidak dapat dipakai ({reason}).",
        "Without a signed list: the kit's identity cannot be used ({reason}).",
    )
    ACKNOWLEDGED = (
        "{count} paket diterima kantor dan dihapus dari kit.",
        "{count} packet(s) accepted by the office, and deleted from the kit.",
    )
    REFUSED = ("{number} ditolak kantor: {reason}", "{number} was refused by the office: {reason}")
    KNOWN = ("{count} tanda terima sudah pernah diimpor.", "{count} receipt(s) had been imported before.")
    OTHERS = ("{count} tanda terima untuk kit {kit}.", "{count} receipt(s) are for kit {kit}.")
    NOT_BELIEVED = ("TIDAK DIPERCAYA: {fault}", "NOT BELIEVED: {fault}")
    UNANSWERED = (
        "{count} dari {total} paket di flashdisk ini belum punya tanda terima: bawa lagi ke kantor.",
        "{count} of {total} packets on this stick have no receipt yet: bring it to the office again.",
    )


_REFUSALS: Mapping[str, tuple[str, str]] = {
    Refusal.DAMAGED.value: ("paketnya rusak saat tiba; ekspor lagi", "it arrived damaged; export it again"),
    Refusal.OTHER_OFFICE.value: ("disegel untuk kantor lain", "it is sealed for another office"),
    Refusal.UNKNOWN_KIT.value: (
        "kantor belum menerima kit ini; bawa permintaannya, lalu ekspor lagi dengan --all",
        "the office has not admitted this kit; bring its request, then export again with --all",
    ),
    Refusal.REVOKED_KIT.value: ("kantor mencabut kit ini", "the office has revoked this kit"),
    Refusal.OTHER_KIT.value: ("ditandatangani kit lain", "another kit signed it"),
    Refusal.NO_RECORD.value: ("isinya bukan rekaman yang benar", "it holds no right record"),
    Refusal.CONFLICT.value: (
        "kantor punya paket lain dengan nomor ini",
        "the office has another packet of this number",
    ),
    Refusal.NEWER.value: ("perangkat lunak kantor terlalu lama", "the office's software is too old"),
}


def returned(taking: Taking, language: Language) -> list[tuple[str, str]]:
    """What became of the receipts on a stick: sentences, each with its style."""
    told = [(StickPhrase.ACKNOWLEDGED.say(language, count=len(taking.acknowledged)), "green")]
    for receipt in taking.refused:
        reason = choose(_REFUSALS[receipt.reason], language) if receipt.reason in _REFUSALS else receipt.words
        told.append((StickPhrase.REFUSED.say(language, number=receipt.control_number, reason=reason), "yellow"))
    if taking.known:
        told.append((StickPhrase.KNOWN.say(language, count=taking.known), ""))
    told += [
        (StickPhrase.OTHERS.say(language, count=count, kit=kit), "") for kit, count in sorted(taking.others.items())
    ]
    told += [(StickPhrase.NOT_BELIEVED.say(language, fault=fault), "red") for fault in taking.faults]
    if taking.unanswered:
        words = StickPhrase.UNANSWERED.say(language, count=taking.unanswered, total=taking.listed)
        told.append((words, "yellow"))
    return told


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
    if found.acknowledged:
        said.append(RescuePhrase.ACKNOWLEDGED.say(language, count=found.acknowledged))
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
