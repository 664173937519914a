"""What an operator reads when a record cannot be put on the kit's disk, in Indonesian and English."""

from firmware.wording import Bilingual


class StoragePhrase(Bilingual):
    """What is told about the disk."""

    FULL = (
        "Penyimpanan kit penuh: tidak ada yang disimpan dari penduduk ini. Ekspor paket, kosongkan ruang, lalu rekam "
        "lagi.",
        "The kit's disk is full: nothing of this resident was kept. Export, free space on it, then record again.",
    )
    UNWRITABLE = (
        "Penyimpanan kit tidak dapat ditulis: tidak ada yang disimpan dari penduduk ini. Periksa kartu memori, lalu "
        "rekam lagi.",
        "The kit's disk cannot be written: nothing of this resident was kept. Check the card, then record again.",
    )
    SHORT = (
        "Penyimpanan kit terisi {percent} %: ekspor paket segera, lalu impor tanda terima kantor (`rekam "
        "import-receipts`).",
        "The kit's storage is {percent} % full: export the packets soon, then import the office's receipts (`rekam "
        "import-receipts`).",
    )
    FULL_AT_START = (
        "Penyimpanan kit penuh: perekaman tidak dapat dimulai. Ekspor paket dan kosongkan ruang.",
        "The kit's disk is full: recording cannot be started. Export the packets and free space on it.",
    )
    UNWRITABLE_AT_START = (
        "Penyimpanan kit tidak dapat ditulis: perekaman tidak dapat dimulai. Periksa kartu memori; yang sudah direkam "
        "tetap dapat diekspor.",
        "The kit's disk cannot be written: recording cannot be started. Check the card; what was recorded can still be "
        "exported.",
    )
    DAMAGED_AT_START = (
        "Berkas paket di kit rusak: perekaman tidak dapat dimulai. Selamatkan isinya dengan `rekam export --from`.",
        "The kit's file of packets is damaged: recording cannot be started. Bring out what it holds with "
        "`rekam export --from`.",
    )
