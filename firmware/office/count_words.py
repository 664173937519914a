"""What the office's count tells, in Indonesian and English."""

from firmware.wording import Bilingual


class CountPhrase(Bilingual):
    """A heading, a column or a sentence of the count."""

    TITLE = ("Laporan perekaman, {at} UTC", "Report of recordings, {at} UTC")
    TRAINING = ("LATIHAN: tidak ada yang dihitung sungguhan", "TRAINING: none of this counts")
    KITS = ("Kit", "Kits")
    DAYS = ("Per hari perekaman", "By day of recording")
    DISTRICTS = ("Per kecamatan", "By district")
    SCHOOLS = ("Per sekolah atau tempat", "By school or place")
    COVERAGE = ("Cakupan terhadap sasaran", "Coverage against the target")
    REFUSED_WHY = ("Paket yang ditolak", "Packets that were refused")
    TWICE = ("Penduduk yang direkam lebih dari sekali", "Residents recorded more than once")
    REPLACED = ("Paket yang digantikan", "Packets that were replaced")
    SIXTEEN = ("Berusia 16: KTP-el dapat diterbitkan mulai", "Aged 16: the card may be issued from")

    KIT = ("kit", "kit")
    DISTRICT = ("kecamatan", "district")
    DAY = ("hari", "day")
    SCHOOL = ("sekolah atau tempat", "school or place")
    RECORDED = ("direkam", "recorded")
    WAITING = ("menunggu", "waiting")
    DELIVERED = ("terkirim", "delivered")
    ACKNOWLEDGED = ("diterima", "acknowledged")
    REFUSED = ("ditolak", "refused")
    TOLD = ("menurut kit pada", "as the kit told on")
    LAST = ("terakhir masuk", "last came in")
    REPLACED_SHORT = ("digantikan", "replaced")
    RESIDENTS = ("penduduk", "residents")
    SIXTEEN_SHORT = ("usia 16", "aged 16")
    WHAT = ("angka", "number of")
    NUMBER = ("jumlah", "count")
    SOURCE = ("sumber", "source")
    DATE = ("tanggal", "date")
    PERCENT = ("% dari sasaran", "% of the target")
    REASON = ("alasan", "reason")
    WORDS = ("keterangan", "words")
    CONTROL = ("nomor kontrol", "control number")
    BY = ("digantikan oleh", "replaced by")
    BECAUSE = ("karena", "because")
    NUMBERS = ("nomor-nomor kontrol", "control numbers")
    FROM = ("mulai", "from")
    ALL = ("semua", "all")
    NOT_TOLD = ("belum", "not yet")
    NOT_HERE = ("belum ada di sini", "is not here")
    target = ("sasaran", "target")
    recorded = ("direkam", "recorded")
    counted = ("penduduk di sini", "residents here")
    OVER = (
        "Lebih dari sasaran: angka-angka itu berasal dari hari yang berbeda, atau sasarannya sudah lama.",
        "More than the target: the numbers are of different days, or the target is old.",
    )
