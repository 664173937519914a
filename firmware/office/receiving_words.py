"""What the office is told of packets that come in, in Indonesian and English."""

from firmware.wording import Bilingual


class ReceivingPhrase(Bilingual):
    """What is told while packets come in."""

    SERVING = (
        "Kantor {office} menerima paket di porta {port}, untuk kit yang diterima kantor ini. Akhiri dengan Ctrl-C.",
        "The office {office} takes packets on port {port}, from kits that it admitted. End it with Ctrl-C.",
    )
