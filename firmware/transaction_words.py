"""What a person reads about a transaction and its records, in Indonesian and English."""

from firmware.wording import Bilingual


class TransactionPhrase(Bilingual):
    """What `rekam show` says around the fields."""

    TITLE = ("Transaksi ANSI/NIST-ITL", "ANSI/NIST-ITL transactions")
    FILE = ("{name}: {size} bita, {records} rekaman", "{name}: {size} bytes, {records} records")
    RECORD = (
        "Rekaman {number}: Tipe {kind}, {name}{idc}; {size} bita mulai bita {at}",
        "Record {number}: Type-{kind}, {name}{idc}; {size} bytes from byte {at} on",
    )
    IDC = (", IDC {idc}", ", IDC {idc}")
    UNKNOWN_TYPE = ("tipe yang tidak dikenal", "a type that is not known")
    OTHER_CONTENTS = (
        "Isian 1.003 menyebut rekaman lain daripada yang ada: {listed}.",
        "Field 1.003 lists other records than there are: {listed}.",
    )
    NOTHING = ("tidak ada", "none")
    UNKNOWN_FIELD = ("isian yang tidak dikenal", "a field that is not known")
    LENGTH = ("panjang {size}", "length {size}")
    LONGER = ("{start}… ({size} bita)", "{start}… ({size} bytes)")
    PICTURE = ("{width} x {height} piksel; {size} bita", "{width} x {height} pixels; {size} bytes")
    NO_PICTURE = (
        "{size} bita; tidak dapat digambar: {reason}",
        "{size} bytes; cannot be drawn: {reason}",
    )
    NOT_SHOWN = ("{name}: tidak dapat ditampilkan: {reason}", "{name}: cannot be shown: {reason}")
    PAGE_WRITTEN = ("Halaman: {page}", "Page: {page}")
    FIELD = ("isian", "field")
    NAME = ("nama", "name")
    MEANING = ("arti", "meaning")
    VALUE = ("isi", "content")
