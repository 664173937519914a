"""What is told of a fleet from afar, in Indonesian and English."""

from firmware.wording import Bilingual


class FleetPhrase(Bilingual):
    """Heads, states, and why there is nothing to hear; the latter are named as the obstacles are."""

    TITLE = ("Kit di broker {broker}: {count}", "Kits at the broker {broker}: {count}")
    KIT = ("Kit", "Kit")
    STATE = ("Keadaan", "State")
    LAST_WORD = ("Kabar terakhir", "Last word")
    RECORDED = ("Direkam", "Recorded")
    WAITING = ("Menunggu", "Waiting")
    FAULTS = ("Gangguan", "Faults")
    SECONDS = ("{n} detik lalu", "{n} s ago")
    MINUTES = ("{n} menit lalu", "{n} min ago")
    HOURS = ("{n} jam lalu", "{n} h ago")
    DAYS = ("{n} hari lalu", "{n} d ago")
    UNDATED = ("tidak diketahui", "unknown")
    SAW_UNREADABLE = ("tak terbaca", "unreadable")
    SAW_LOST = ("hilang", "lost")
    SAW_STALE = ("lama diam", "silent")
    SAW_RECORDING = ("merekam", "recording")
    SAW_IDLE = ("siap", "idle")
    AWAY = (
        "broker {broker} tidak terjangkau; periksa nama, port dan jaringan",
        "the broker {broker} cannot be reached; check its name, its port and the network",
    )
    HUNG_UP = (
        "broker {broker} langsung memutus sambungan; mungkin --ca kurang, atau port itu tanpa TLS",
        "the broker {broker} hangs up at once; --ca may be missing, or the port be without TLS",
    )
    FOREIGN = (
        "sertifikat broker {broker} bukan dari --ca; periksa berkas dan alamatnya",
        "the certificate of the broker {broker} is not of --ca; check the file and the address",
    )
    OTHER_NAME = (
        "sertifikat broker {broker} untuk nama lain; pakai nama yang ada di sertifikatnya",
        "the certificate of the broker {broker} is for another name; use one that is in it",
    )
    ENDED = (
        "sertifikat broker {broker} sudah habis; `rekam office broker HOST` membuat yang baru",
        "the certificate of the broker {broker} has ended; `rekam office broker HOST` makes a new one",
    )
    REFUSED = (
        "broker {broker} menolak sertifikat pembaca; di kantor itu broker/reader.pem, dengan --cert",
        "the broker {broker} does not take the reader's certificate; at an office it is broker/reader.pem, by --cert",
    )
    LOGIN = (
        "broker {broker} menolak nama atau kata sandi; periksa --user dan --password-file",
        "the broker {broker} does not take the name or the password; check --user and --password-file",
    )
    SINCE_AWAY = ("Broker tidak terjangkau sekarang; dicoba terus.", "The broker is away now; it is tried again.")
