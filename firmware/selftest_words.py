"""What the self-test says, in Indonesian and English."""

from firmware.wording import Bilingual


class TestPhrase(Bilingual):
    """How one part of a kit did."""

    __test__ = False  # pytest takes what is called Test for one

    DISK = ("tertulis dan terbaca kembali, {free} GB kosong", "written and read back, {free} GB free")
    DISK_SMALL = (
        "tinggal {free} GB kosong; ekspor paket dan kosongkan kartu",
        "only {free} GB free; export the packets and make room on the card",
    )
    DISK_LIES = (
        "yang terbaca bukan yang ditulis; ganti kartu memori",
        "what is read back is not what was written; replace the memory card",
    )
    SPOOL = ("{packets} paket, semuanya utuh", "{packets} packets, all whole")
    CLOCK = ("{at} UTC, kepercayaan: {trust}", "{at} UTC, trust: {trust}")
    FINGERPRINT = ("{model} menjawab dalam {ms} ms", "{model} answers within {ms} ms")
    PANEL = (
        "putih, hijau, kuning, merah, bel: semua harus tampak dan terdengar",
        "white, green, amber, red, buzzer: all of them should have been seen and heard",
    )
    NOT_CONFIGURED = ("tidak ada di kit.toml", "none in kit.toml")
    CAMERA = ("satu foto {width}x{height} dalam {ms} ms", "one picture of {width}x{height} within {ms} ms")
    CORE = ("gambar uji dinilai dalam {ms} ms", "a test image judged within {ms} ms")
    CORE_BLIND = (
        "gambar uji tidak dikenali; pasang ulang Rekam",
        "a test image was not recognised; install Rekam anew",
    )
    PASSED = ("lulus", "passed")
    WARNING = ("periksa", "look at it")
    FAILED = ("GAGAL", "FAILED")
    VERDICT_OK = ("Kit siap.", "The kit is ready.")
    VERDICT_BAD = ("{failed} bagian gagal.", "{failed} part(s) failed.")
