"""What an operator reads about the battery, in Indonesian and English."""

from firmware.wording import Bilingual


class PowerPhrase(Bilingual):
    """What is told about the kit's power."""

    MAINS = ("Adaptor tersambung; baterai {charge} %.", "On mains; battery at {charge} %.")
    FINE = ("Baterai {charge} %.", "Battery at {charge} %.")
    FINE_FOR = (
        "Baterai {charge} %, cukup untuk kira-kira {minutes} menit.",
        "Battery at {charge} %, enough for about {minutes} minutes.",
    )
    LOW = (
        "Baterai lemah ({charge} %): selesaikan penduduk ini, jangan mulai yang baru, sambungkan adaptor.",
        "The battery is low ({charge} %): finish this resident, start no other, connect the mains.",
    )
    CRITICAL = (
        "Baterai hampir habis ({charge} %, {voltage} V): kit berhenti sekarang sebelum mati sendiri.",
        "The battery is nearly empty ({charge} %, {voltage} V): the kit ends now, before it dies by itself.",
    )
    UNKNOWN = (
        "Keadaan baterai tidak diketahui; perekaman berjalan terus.",
        "The battery is unknown; recording goes on.",
    )
    UNKNOWN_WHY = (
        "Keadaan baterai tidak diketahui ({fault}); perekaman berjalan terus.",
        "The battery is unknown ({fault}); recording goes on.",
    )
    NOT_STARTED = (
        "Penduduk baru tidak dimulai: baterai lemah ({charge} %). Sambungkan adaptor.",
        "No other resident is started: the battery is low ({charge} %). Connect the mains.",
    )
    ENDED = (
        "Perekaman dihentikan: baterai hampir habis. Tidak ada yang disimpan dari penduduk ini; rekam lagi nanti.",
        "The recording was ended: the battery is nearly empty. Nothing of this resident was kept; record again later.",
    )
