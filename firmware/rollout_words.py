"""How far a kit has come on its way into service, in Indonesian and English."""

from firmware.wording import Bilingual


class Stage(Bilingual):
    """Where a kit is on its way; its code is the name in small letters."""

    IN_BOX = ("masih dalam kotak", "in box")
    PROVISIONED = ("sudah disiapkan", "provisioned")
    INSTALLED = ("sudah dipasang", "installed")
    WAITING_FOR_WEATHER = ("menunggu cuaca", "waiting for weather")
    WAITING_FOR_NETWORK = ("menunggu jaringan", "waiting for network")
    IN_SERVICE = ("melayani", "in service")
    FAULTY = ("rusak", "faulty")
    RETIRED = ("tidak dipakai lagi", "retired")

    @property
    def code(self) -> str:
        """What stands in files and messages."""
        return self.name.lower()


class RolloutPhrase(Bilingual):
    """What is told of it."""

    STANDS = ("Kit {kit}: {stage} sejak {since:%Y-%m-%d}.", "Kit {kit}: {stage} since {since:%Y-%m-%d}.")
    BECAUSE = (
        "Kit {kit}: {stage} sejak {since:%Y-%m-%d} ({reason}).",
        "Kit {kit}: {stage} since {since:%Y-%m-%d} ({reason}).",
    )
    UNTOLD = ("Kit {kit}: belum ada keterangan.", "Kit {kit}: nobody has told yet.")
