"""What is told of the broker, and of the kit as a node of the fleet there, in Indonesian and English."""

from firmware.wording import Bilingual


class BrokerPhrase(Bilingual):
    """How the way to the broker stands; none of it keeps a kit from recording."""

    NO_BROKER = ("Tidak ada broker di kit.toml.", "No broker in kit.toml.")
    PUBLISHED = ("Status terkirim ke broker {broker}.", "Status published to the broker {broker}.")
    REACHED = (
        "Broker {broker} terjangkau; proses yang merekam mengirim statusnya sendiri.",
        "The broker {broker} was reached; the process that records publishes its own status.",
    )
    AWAY = (
        "Broker {broker} tidak terjangkau; status tidak terkirim.",
        "The broker {broker} was not reached; nothing was published.",
    )
    UNADMITTED = (
        "Status belum dikirim ke broker {broker}: kit belum punya sertifikat dari kantor.",
        "No status goes to the broker {broker} yet: the kit has no certificate of the office.",
    )
    UNUSABLE = (
        "Status tidak dikirim ke broker {broker}: berkas untuk menghubunginya tidak dapat dipakai; log menyebutnya.",
        "No status goes to the broker {broker}: a file that it needs cannot be used; the log names it.",
    )
    HUNG_UP = (
        "Broker {broker} langsung memutus sambungan; mungkin `tls` atau `port` di [mqtt] salah.",
        "The broker {broker} hangs up at once; `tls` or `port` in [mqtt] may be wrong.",
    )
    FOREIGN = (
        "Yang menjawab di {broker} bukan broker kantor: sertifikatnya dari pihak lain. Status tidak dikirim.",
        "What answers at {broker} is not the office's broker: its certificate is another's. Nothing was sent to it.",
    )
    OTHER_NAME = (
        "Sertifikat broker {broker} untuk nama lain; periksa `host` di [mqtt]. Status tidak dikirim.",
        "The certificate of the broker {broker} is for another name; check `host` in [mqtt]. Nothing was sent to it.",
    )
    ENDED = (
        "Sertifikat broker {broker} sudah habis, menurut jam kit. Status tidak dikirim.",
        "The certificate of the broker {broker} has ended, by the kit's clock. Nothing was sent to it.",
    )
    REFUSED = (
        "Broker {broker} menolak sertifikat kit. Status tidak terkirim.",
        "The broker {broker} does not take the kit's certificate. Nothing was published.",
    )
    LOGIN = (
        "Broker {broker} menolak nama atau kata sandi kit. Status tidak terkirim.",
        "The broker {broker} does not take the kit's name or password. Nothing was published.",
    )
    UNHEARD = (
        "Broker {broker} menerima status tetapi tidak meneruskannya: kit tidak punya hak atas topiknya.",
        "The broker {broker} takes the status and tells it to nobody: the kit has no right to its topic.",
    )


class NodePhrase(Bilingual):
    """How the kit stands as a node of the fleet; none of it keeps a kit from recording, and its reports wait."""

    NO_NODE = ("`sparkplug` tidak diminta di kit.toml.", "`sparkplug` is not asked for in kit.toml.")
    WELL = (
        "Kit mendengar perintah dan induknya di {broker}; {waiting} laporan menunggu.",
        "The kit hears commands and its host at {broker}; {waiting} reports wait.",
    )
    AWAY = (
        "Broker {broker} tidak terjangkau sebagai simpul; {waiting} laporan menunggu.",
        "The broker {broker} was not reached as a node; {waiting} reports wait.",
    )
    DEAF = (
        "Broker {broker} tidak memberi kit hak mendengar perintah; {waiting} laporan menunggu.",
        "The broker {broker} gives the kit no right to hear commands; {waiting} reports wait.",
    )
    HOSTLESS = (
        "Induk {host} tidak terdengar di {broker}; {waiting} laporan menunggunya.",
        "The host {host} is not heard at {broker}; {waiting} reports wait for it.",
    )
    UNKEPT = (
        "Laporan tidak dapat disimpan, dan hilang bila broker tidak terjangkau: {words}",
        "Reports cannot be kept, and are lost where the broker is not reached: {words}",
    )
