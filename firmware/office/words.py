"""What the office reads about its keys and its kits, in Indonesian and English."""

from firmware.wording import Bilingual


class OfficePhrase(Bilingual):
    """What is told of keys and kits."""

    ADMITTED = ("Kit {kit} diterima, sampai {until}.", "Kit {kit} is admitted, until {until}.")
    RENEWED = ("Sertifikat kit {kit} diperpanjang sampai {until}.", "Kit {kit}'s certificate is renewed until {until}.")
    REPLACED = (
        "Kunci baru kit {kit} diterima, sampai {until}; kunci lamanya tidak berlaku lagi.",
        "Kit {kit}'s new key is admitted, until {until}; its old one is replaced.",
    )
    FINGERPRINT = (
        "Sidik kantor (kit menunjukkan yang sama): {fingerprint}",
        "Authority's fingerprint (the kit shows the same): {fingerprint}",
    )
    BRING = (
        "Berikutnya: bawa {answer} ke kit, dan di sana: rekam identity accept FOLDER",
        "Next: bring {answer} to the kit, and there: rekam identity accept FOLDER",
    )
