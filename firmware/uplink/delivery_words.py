"""What `rekam deliver` tells, in Indonesian and English."""

from firmware.wording import Bilingual


class DeliveryPhrase(Bilingual):
    """A text of a delivery."""

    DELIVERING = ("mengirim", "delivering")
    NOTHING = ("Tidak ada paket yang menunggu.", "No packet waits.")
    ACKNOWLEDGED = (
        "{count} paket diterima kantor; tanda terimanya ada di sini.",
        "{count} packet(s) are at the office; their receipts are here.",
    )
    REFUSED = (
        "{count} paket ditolak kantor; kit tetap menyimpannya, `rekam status` menyebut alasannya.",
        "{count} packet(s) were refused by the office; the kit keeps them, `rekam status` tells why.",
    )
    DELIVERED = (
        "{count} paket ada di peladen itu; tanda terimanya belum ada.",
        "{count} packet(s) are at the server; their receipts are still to come.",
    )
    FAILED = ("{count} paket belum terkirim:", "{count} packet(s) could not be delivered:")
    WAITING = ("{count} paket masih menunggu.", "{count} packet(s) still wait.")
    ENDED = ("Pengiriman berhenti: {reason}", "The delivery ended early: {reason}")
    LAST_UNREACHABLE = (
        "Pengiriman terakhir gagal ({at}): kantor {office} tidak terjangkau.",
        "The last delivery failed ({at}): the office {office} was not reached.",
    )
    LAST_FOREIGN_SERVER = (
        "Pengiriman terakhir gagal ({at}): yang menjawab di {office} bukan kantor kit ini.",
        "The last delivery failed ({at}): what answers at {office} is not this kit's office.",
    )
    LAST_UNKNOWN_KIT = (
        "Pengiriman terakhir gagal ({at}): kantor {office} tidak mengenal kit ini.",
        "The last delivery failed ({at}): the office {office} does not know this kit.",
    )
    LAST_REVOKED_KIT = (
        "Pengiriman terakhir gagal ({at}): kantor {office} mencabut kit ini.",
        "The last delivery failed ({at}): the office {office} revoked this kit.",
    )
    LAST_CERTIFICATE_ENDED = (
        "Pengiriman terakhir gagal ({at}): sertifikat kit sudah habis dan kantor {office} tidak memperpanjangnya.",
        "The last delivery failed ({at}): the kit's certificate has ended, and the office {office} did not renew it.",
    )
    LAST_NO_CERTIFICATE = (
        "Pengiriman terakhir gagal ({at}): kunci atau sertifikat kit tidak dapat dipakai di {office}.",
        "The last delivery failed ({at}): the kit's key or certificate cannot be used at {office}.",
    )
    QUIET = (
        "Sekarang jam tenang (delivery.quiet_hours) sampai {until}; kirim juga dengan --now.",
        "These are quiet hours (delivery.quiet_hours) until {until}; --now delivers all the same.",
    )
