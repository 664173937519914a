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
