"""What the office is told of packets that come in, in Indonesian and English."""

from firmware.wording import Bilingual


class ReceivingPhrase(Bilingual):
    """What is told while packets come in."""

    SERVING = (
        "Kantor {office} menerima paket di porta {port}, untuk kit yang diterima kantor ini. Akhiri dengan Ctrl-C.",
        "The office {office} takes packets on port {port}, from kits that it admitted. End it with Ctrl-C.",
    )
    TAKING = ("menerima", "taking")
    ACCEPTED = ("{count} paket diterima.", "{count} packet(s) accepted.")
    TRAINING = ("{count} di antaranya latihan.", "{count} of them are practice.")
    REFUSED = ("{number} ditolak ({reason}): {words}", "{number} is refused ({reason}): {words}")
    MISSING = (
        "{count} paket ada di daftar kit dan tidak di stik ini: {numbers}",
        "{count} packet(s) stand in a kit's list and are not on this stick: {numbers}",
    )
    WRITTEN = (
        "Tanda terima: {path}. Bawa kembali ke kit, dan di sana: rekam import-receipts FOLDER",
        "Receipts: {path}. Bring them back to the kit, and there: rekam import-receipts FOLDER",
    )
