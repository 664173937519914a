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
    QUIET = (
        "Sekarang jam tenang (delivery.quiet_hours) sampai {until}; kirim juga dengan --now.",
        "These are quiet hours (delivery.quiet_hours) until {until}; --now delivers all the same.",
    )
