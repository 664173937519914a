"""What the page of the fleet says, in Indonesian and English."""

from datetime import datetime, timedelta
from enum import Enum

from firmware.fleet_words import FleetPhrase
from firmware.vocabulary import Language
from firmware.wording import Bilingual

_SPANS = (
    (timedelta(days=2), timedelta(days=1), FleetPhrase.DAYS),
    (timedelta(hours=2), timedelta(hours=1), FleetPhrase.HOURS),
    (timedelta(minutes=2), timedelta(minutes=1), FleetPhrase.MINUTES),
)


class Look(Enum):
    """How a kit looks from afar, the worst first, with the sign that stands for it."""

    UNREADABLE = "?"
    LOST = "✕"
    SILENT = "!"
    AWAY = "–"
    NEVER = "○"
    RECORDING = "●"
    IDLE = "✓"

    def say(self, language: Language) -> str:
        """In a word or two."""
        return PagePhrase[self.name].say(language)


class PagePhrase(Bilingual):
    """Heads, states and notes."""

    TITLE = ("Armada kit", "The fleet")
    UNREADABLE = ("tak terbaca", "unreadable")
    LOST = ("sambungan putus", "connection lost")
    SILENT = ("lama diam", "silent")
    AWAY = ("tidak tersambung", "not connected")
    NEVER = ("belum terdengar", "not heard yet")
    RECORDING = ("merekam", "recording")
    IDLE = ("siap", "ready")
    JUST_NOW = ("baru saja", "just now")
    LIVE = ("langsung", "live")
    PAUSED = ("terputus, mencoba lagi", "cut off, trying again")
    AS_OF = ("per {at}", "as of {at}")
    BROKER_AWAY = (
        "Broker tidak terjangkau sekarang; keadaan di bawah ini yang terakhir terdengar. Dicoba terus.",
        "The broker is out of reach now; what stands below was heard last. It is tried again.",
    )
    STORE_AWAY = (
        "Basis data tidak dapat ditulis: periksa disk dan log. Laporan kit belum diakui, jadi tidak ada yang hilang.",
        "The database cannot be written: check the disk and the log. Reports are not acknowledged, so none is lost.",
    )
    KITS = ("Kit", "Kits")
    KIT = ("Kit", "Kit")
    STATE = ("Keadaan", "State")
    STAGE = ("Peluncuran", "Rollout")
    RECORDED = ("Direkam", "Recorded")
    WAITING = ("Menunggu dikirim", "Waiting for delivery")
    ADVICE = ("Gangguan dan anjuran", "Faults and advice")
    ATTENTION = ("Perlu perhatian", "Need attention")
    ALL = ("Semua", "All")
    NO_STAGE = ("belum dicatat", "not told yet")
    SINCE = ("sejak {since}", "since {since}")
    OF_TARGET = ("dari target {target}", "of a target of {target}")
    PERCENT = ("{percent} %", "{percent}%")
    NO_TARGET = ("tanpa target", "no target")
    OLDEST = ("tertua {age}", "oldest {age}")
    NO_FAULT = ("tidak ada gangguan", "no fault")
    NO_DISTRICT = ("Kecamatan belum diketahui", "District not known yet")
    TRAINING = ("latihan", "training")
    OF_KITS = ("{count} kit", "{count} kits")
    ONE_KIT = ("1 kit", "1 kit")
    IN_KITS = ("di {count} kit", "in {count} kits")
    NEED = ("{count} perlu perhatian", "{count} need attention")
    WAIT = ("{count} menunggu", "{count} waiting")
    OVERVIEW = ("Sekilas, per kecamatan", "At a glance, by district")
    FIND = ("Cari kit atau kecamatan", "Find a kit or district")
    FIND_BUTTON = ("Cari", "Find")
    NOTHING = ("Tidak ada kit yang cocok.", "No kit matches.")
    EMPTY = (
        "Belum ada kit. Kit muncul di sini begitu diterima kantor (rekam office admit) atau terdengar di broker.",
        "No kit yet. A kit appears here once the office admits it (rekam office admit) or the broker hears it.",
    )
    LAST_DAYS = ("{days} hari terakhir", "the last {days} days")
    RECORDED_TREND = ("Direkam tiap hari, {days} hari terakhir: {list}", "Recorded a day, the last {days} days: {list}")
    WAITING_TREND = (
        "Menunggu dikirim, {days} hari terakhir: {list}",
        "Waiting for delivery, the last {days} days: {list}",
    )
    BACK = ("Semua kit", "All kits")
    TRENDS = ("Perkembangan", "Trends")
    DEVICES = ("Bagian-bagian", "Parts")
    CLOCK = ("Jam", "Clock")
    TEMPERATURE = ("Suhu papan", "Board temperature")
    STORAGE = ("Ruang kosong", "Free storage")
    SOFTWARE = ("Perangkat lunak", "Software")
    IDENTITY = ("Sertifikat sampai", "Certificate until")
    LAST_WORD = ("Kabar terakhir", "Last word")
    NO_TREND = ("Belum ada laporan.", "No report yet.")
    RELOADS = (
        "Tanpa JavaScript halaman ini dimuat ulang tiap menit.",
        "Without JavaScript the page reloads each minute.",
    )
    FOOT = (
        "Halaman ini hanya berisi hitungan dan keadaan: tanpa nama, tanpa NIK.",
        "This page holds counts and states only: no name, no NIK.",
    )


class PartPhrase(Bilingual):
    """The parts of a kit, and how they are; called as a status calls them."""

    FINGERPRINT = ("sensor sidik jari", "fingerprint sensor")
    PANEL = ("panel", "panel")
    CAMERA = ("kamera wajah", "face camera")
    BATTERY = ("pengukur baterai", "battery gauge")
    OK = ("baik", "well")
    ABSENT = ("tidak ada", "absent")
    BUSY = ("dipakai program lain", "used by another program")
    FAULT = ("rusak", "faulty")
    UNKNOWN = ("tidak diketahui", "unknown")


def part(code: str, language: Language) -> str:
    """A part or its state in words; what another version calls so, as it stands."""
    known = PartPhrase.__members__.get(code.upper())
    return known.say(language) if known else code


class AdvicePhrase(Bilingual):
    """What is wrong, and after the stroke what to do about it."""

    LOST = (
        "Sambungan putus tanpa pamit|Hubungi petugas: periksa listrik dan jaringan. Perekaman dapat berjalan terus.",
        "The connection broke without a word|Call the operator: check power and network. Recording can go on.",
    )
    SILENT = (
        "Terlalu lama tanpa kabar|Hubungi petugas: apakah kit menyala? Bila tidak ada jaringan, catat itu: "
        "rekam office rollout {kit} waiting_for_network",
        "No word for too long|Call the operator: is the kit on? If there is no network, note it: "
        "rekam office rollout {kit} waiting_for_network",
    )
    UNREADABLE = (
        "Statusnya tak terbaca|Perbarui Rekam di kantor dan di kit ke versi yang sama.",
        "Its status cannot be read|Bring Rekam at the office and on the kit to the same version.",
    )
    FAULTY = (
        "Dilaporkan rusak|Kirim teknisi atau kit pengganti. {reason}",
        "Told to be faulty|Send a technician, or another kit. {reason}",
    )
    DEVICE = (
        "{device}: {words}|Jalankan rekam doctor di kit: ia menyebut kabel atau bagian yang salah.",
        "{device}: {words}|Run rekam doctor on the kit: it names the cable or part at fault.",
    )
    CLOCK = (
        "Jam kit salah|Petugas menjawab pertanyaan tanggal di kit; bila sering terjadi, ganti baterai jamnya.",
        "The kit's clock is wrong|The operator answers the kit's question for the date; renew its battery.",
    )
    HOT = (
        "Papan panas: {degrees} °C|Pindahkan kit ke tempat teduh dan buka lubang anginnya.",
        "The board is hot: {degrees} °C|Move the kit into the shade and clear its vents.",
    )
    FULL = (
        "Ruang hampir habis: {free} MB|Kirim paket yang menunggu dan impor tanda terimanya.",
        "Storage nearly full: {free} MB|Deliver what waits, and import the receipts.",
    )
    OLD = (
        "Paket tertua menunggu {age}|Jemput dengan flashdisk: rekam export di kit, rekam office take di sini.",
        "The oldest packet waits for {age}|Fetch it by stick: rekam export on the kit, rekam office take here.",
    )
    IDENTITY = ("Identitas|{words}", "Identity|{words}")


class ServingPhrase(Bilingual):
    """What the command says."""

    SERVING = (
        "Halaman armada: {url} (broker {broker}). Akhiri dengan Ctrl-C.",
        "The fleet's page: {url} (broker {broker}). End it with Ctrl-C.",
    )
    OPEN = (
        "PERINGATAN: {address} terbuka bagi siapa pun di jaringan itu, tanpa kata sandi dan tanpa TLS. Sebaiknya "
        "di 127.0.0.1, di belakang proksi yang memeriksa siapa yang datang.",
        "WARNING: {address} is open to anyone in that network, without a password and without TLS. Better leave it at "
        "127.0.0.1, behind a proxy that checks who comes.",
    )
    NOTED = ("Kit {kit}: {stage}, {place}.", "Kit {kit}: {stage}, {place}.")
    ASKED_DONE = ("Kit {kit}: {command}: selesai", "Kit {kit}: {command}: done")
    ASKED_REFUSED = ("Kit {kit}: {command}: ditolak", "Kit {kit}: {command}: refused")
    ASKED_FAILED = ("Kit {kit}: {command}: gagal", "Kit {kit}: {command}: failed")
    NO_ANSWER = (
        "Kit {kit} tidak menjawab dalam {seconds} detik. Mungkin tidak tersambung sekarang, belum memakai sparkplug, "
        "atau di grup lain; permintaan tidak disimpan: minta lagi nanti.",
        "Kit {kit} did not answer within {seconds} s. It may not be connected now, not use sparkplug yet, or be in "
        "another group; requests are not kept: ask again later.",
    )


def age(said: datetime, now: datetime, language: Language) -> str:
    """How long ago something was, in steps that do not change each second."""
    passed = now - said
    for least, unit, phrase in _SPANS:
        if passed >= least:
            return phrase.say(language, n=passed // unit)
    return PagePhrase.JUST_NOW.say(language)


def number(count: int, language: Language) -> str:
    """With the thousands set apart as the language does."""
    return f"{count:,}".replace(",", "." if language is Language.INDONESIAN else ",")
