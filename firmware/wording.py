"""Every text that an operator reads, in Indonesian and English."""

from collections.abc import Mapping
from enum import Enum

from firmware.vocabulary import FingerPosition, Language, PatternClass


class Bilingual(Enum):
    """Texts in the languages of a kit: Indonesian, English; braces are filled in by `say`."""

    def say(self, language: Language, **values: object) -> str:
        """Tell the text in a language, its braces filled in."""
        return choose(self.value, language).format(**values)


class Phrase(Bilingual):
    """What an operator is told."""

    CLOCK_WRONG = (
        "Jam kit salah ({at}); perekaman berjalan terus dan mencatatnya.",
        "The kit's clock is wrong ({at}); recording goes on and says so.",
    )
    TRAINING = (
        "LATIHAN: rekaman ini tidak pernah dianggap sungguhan.",
        "TRAINING: this record never counts as a real one.",
    )
    PROMPT_REASON = ("Alasan jari ini tidak direkam", "Why this finger is not recorded")
    PROMPT_REASON_FACE = ("Alasan wajah tidak direkam", "Why the face is not recorded")
    PROMPT_DECISION = (
        "[u] ulangi jari ini, [k] kecualikan dengan alasan, [b] batal",
        "[r] repeat this finger, [e] excuse it with a reason, [c] cancel",
    )
    PROMPT_DECISION_FACE = (
        "[u] ulangi wajah, [k] kecualikan dengan alasan, [b] batal",
        "[r] repeat the face, [e] excuse it with a reason, [c] cancel",
    )
    PROMPT_GO_ON = ("[u] lanjut menunggu, [b] batal", "[r] go on waiting, [c] cancel")
    PROMPT_REVIEW = (
        "[s] simpan rekaman ini, [u] ulangi langkah terakhir, [b] batal",
        "[k] keep this record, [r] repeat the last step, [c] cancel",
    )
    DECISION_KEYS = ("sukb", "krec")

    STATION_READY = (
        "Stasiun kit {kit}: siap. Akhiri dengan Ctrl-C.",
        "Station of kit {kit}: ready. End it with Ctrl-C.",
    )
    GETTING_READY = ("Menyiapkan perekaman.", "Getting ready.")
    ASK = (
        "Letakkan {finger} di kaca (percobaan {attempt} dari {attempts})",
        "Put the {finger} on the glass (try {attempt} of {attempts})",
    )
    HINT = (
        "Ctrl-C kapan saja: ulangi jari, kecualikan jari, atau batal.",
        "Ctrl-C at any time: repeat a finger, excuse it, or cancel.",
    )
    ASK_FACE = (
        "Lihat ke kamera{cloth} (percobaan {attempt} dari {attempts})",
        "Look at the camera{cloth} (try {attempt} of {attempts})",
    )
    CLOTH_RED = (", di depan kain merah", ", before the red cloth")
    CLOTH_BLUE = (", di depan kain biru", ", before the blue cloth")
    FACE = ("wajah", "face")
    FACE_ACCEPTED = ("wajah: diterima.", "face: accepted.")
    FACE_LOW_QUALITY = (
        "wajah: foto terbaik disimpan dan ditandai mutu rendah.",
        "face: the best picture is kept and marked low quality.",
    )
    FACE_EXCUSED = ("wajah: dikecualikan ({reason}).", "face: excused ({reason}).")
    NO_FACE = ("wajah: {attempts} percobaan tanpa foto wajah.", "face: {attempts} tries without a picture of a face.")
    NO_CAMERA = ("wajah: kamera gagal ({fault}).", "face: the camera failed ({fault}).")
    CAMERA_FAILED = ("kamera gagal", "the camera failed")
    DOWNLOAD = ("Membaca gambar", "Reading the image")
    LIFT = ("Angkat jari.", "Lift the finger.")
    LIFT_WAIT = ("Jari masih di kaca: angkat jari.", "The finger is still on the glass: lift it.")
    ACCEPTED = ("{finger}: mutu {score}, diterima.", "{finger}: score {score}, accepted.")
    AGAIN = ("{finger}: mutu {score}, ulangi.", "{finger}: score {score}, once more.")
    FORETOLD = (
        "{finger}: tampaknya tidak akan cukup baik.",
        "{finger}: this will hardly be good enough.",
    )
    GIVEN_UP = (
        "{finger}: sensor tidak menemukan sidik jari yang jelas, ulangi.",
        "{finger}: the sensor finds no clear print, once more.",
    )
    LOW_QUALITY = (
        "{finger}: yang terbaik ({score}) disimpan dan ditandai mutu rendah.",
        "{finger}: the best one ({score}) is kept and marked low quality.",
    )
    EXCUSED = ("{finger}: dikecualikan ({reason}).", "{finger}: excused ({reason}).")
    NO_FINGER = ("{finger}: tidak ada jari pada waktunya.", "{finger}: no finger came in time.")
    NO_PRINT = (
        "{finger}: {attempts} percobaan tanpa satu pun sidik jari.",
        "{finger}: {attempts} tries without a print.",
    )
    RECONNECT = ("Sambungan terputus ({fault}); mencoba lagi.", "The connection failed ({fault}); trying again.")
    ABANDONED = (
        "Perekaman dihentikan: terminal terputus dan tidak ada panel. Tidak ada yang disimpan; rekam lagi orang itu.",
        "The recording was ended: its terminal has gone and no panel is there. Nothing was kept; record again.",
    )
    CANCELLED = ("Dibatalkan; tidak ada yang disimpan.", "Cancelled; nothing was kept.")
    DONE = ("Selesai. Nomor kendali: {number}", "Done. Control number: {number}")
    WAITING = ("Paket yang menunggu dikirim: {waiting}", "Packets that wait to be delivered: {waiting}")
    FINGER = ("Jari", "Finger")
    OUTCOME = ("Hasil", "Outcome")
    SCORE = ("Mutu", "Score")
    ATTEMPTS = ("Percobaan", "Tries")
    MINUTIAE = ("Minutia", "Minutiae")
    OUTCOME_ACCEPTED = ("diterima", "accepted")
    OUTCOME_LOW_QUALITY = ("mutu rendah", "low quality")
    OUTCOME_EXCUSED = ("dikecualikan", "excused")

    STATUS_OF = ("Kit {kit}", "Kit {kit}")
    STATE = ("Keadaan", "State")
    PURPOSE = ("Tujuan", "Purpose")
    CLOCK = ("Jam", "Clock")
    TEMPERATURE = ("Suhu", "Temperature")
    STORAGE = ("Ruang kosong", "Free storage")
    RECORDED = ("Direkam", "Recorded")
    WAITING_COUNT = ("Menunggu dikirim", "Waiting for delivery")
    DELIVERED = ("Sudah di kantor, menunggu tanda terima", "At the office, waiting for the receipt")
    ACKNOWLEDGED = ("Diterima kantor", "Accepted by the office")
    REFUSED = ("Ditolak kantor", "Refused by the office")
    IDENTITY = ("Identitas", "Identity")
    OLDEST = ("Tertua yang menunggu", "Oldest waiting")
    UNKNOWN = ("tidak diketahui", "unknown")
    BROKER_NONE = ("Tidak ada broker di kit.toml.", "No broker in kit.toml.")
    BROKER_PUBLISHED = ("Status terkirim ke broker {broker}.", "Status published to the broker {broker}.")
    BROKER_REACHED = (
        "Broker {broker} terjangkau; proses yang merekam mengirim statusnya sendiri.",
        "The broker {broker} was reached; the process that records publishes its own status.",
    )
    BROKER_AWAY = (
        "Broker {broker} tidak terjangkau; status tidak terkirim.",
        "The broker {broker} was not reached; nothing was published.",
    )


FINGER_WORDS: Mapping[FingerPosition, tuple[str, str]] = {
    FingerPosition.RIGHT_THUMB: ("ibu jari kanan", "right thumb"),
    FingerPosition.RIGHT_INDEX: ("telunjuk kanan", "right index finger"),
    FingerPosition.RIGHT_MIDDLE: ("jari tengah kanan", "right middle finger"),
    FingerPosition.RIGHT_RING: ("jari manis kanan", "right ring finger"),
    FingerPosition.RIGHT_LITTLE: ("kelingking kanan", "right little finger"),
    FingerPosition.LEFT_THUMB: ("ibu jari kiri", "left thumb"),
    FingerPosition.LEFT_INDEX: ("telunjuk kiri", "left index finger"),
    FingerPosition.LEFT_MIDDLE: ("jari tengah kiri", "left middle finger"),
    FingerPosition.LEFT_RING: ("jari manis kiri", "left ring finger"),
    FingerPosition.LEFT_LITTLE: ("kelingking kiri", "left little finger"),
}

PATTERN_WORDS: Mapping[PatternClass, tuple[str, str]] = {
    PatternClass.PLAIN_ARCH: ("busur", "arch"),
    PatternClass.TENTED_ARCH: ("busur tenda", "tented arch"),
    PatternClass.LEFT_LOOP: ("sangkutan kiri", "left loop"),
    PatternClass.RIGHT_LOOP: ("sangkutan kanan", "right loop"),
    PatternClass.WHORL: ("lingkaran", "whorl"),
    PatternClass.UNKNOWN: ("tidak diketahui", "unknown"),
}

REGION_WORDS: Mapping[str, tuple[str, str]] = {
    "province": ("provinsi", "province"),
    "regency": ("kabupaten/kota", "regency"),
    "district": ("kecamatan", "district"),
}


def choose(words: tuple[str, str], language: Language) -> str:
    """The words in this language, of Indonesian and English ones."""
    return words[0 if language is Language.INDONESIAN else 1]


def finger(position: FingerPosition, language: Language) -> str:
    """A finger's name for people."""
    return choose(FINGER_WORDS[position], language)


def pattern(found: PatternClass, language: Language) -> str:
    """A pattern class's name for people."""
    return choose(PATTERN_WORDS[found], language)


def region(part: str, language: Language) -> str:
    """A region's name for people: province, regency or district."""
    return choose(REGION_WORDS[part], language)
