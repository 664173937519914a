"""What an operator reads about a school class, in Indonesian and English."""

from firmware.wording import Bilingual


class RosterPhrase(Bilingual):
    """What is wrong with a list, whose turn it is, and how the class went."""

    BAD_CELLS = ("{path}: {count} sel perlu diperbaiki:", "{path}: {count} cell(s) need a correction:")
    BAD_CELL = ("baris {row}, {column}: {words}", "row {row}, {column}: {words}")
    NOT_THERE = ("{path}: berkas tidak dapat dibaca ({why})", "{path}: cannot be read ({why})")
    NOT_UTF8 = (
        "{path}: bukan UTF-8; simpan dari lembar kerja sebagai CSV UTF-8",
        "{path}: is not UTF-8; save it from the spreadsheet as CSV UTF-8",
    )
    TOO_LARGE = ("{path}: lebih dari {limit} byte, bukan daftar siswa", "{path}: more than {limit} bytes, no list")
    NOT_CSV = (
        "{path}: bukan CSV yang utuh dekat baris {row}; periksa tanda kutip",
        "{path}: no whole CSV near line {row}; check the quotation marks",
    )
    COLUMN_MISSING = (
        "{path}: kolom yang wajib tidak ada: {columns}",
        "{path}: required columns are missing: {columns}",
    )
    COLUMN_TWICE = ("{path}: kolom ada dua kali: {columns}", "{path}: columns that are there twice: {columns}")
    NO_PUPIL = ("{path}: tidak ada siswa di bawah judul kolom", "{path}: holds no pupil below its header")

    NIK_AS_NUMBER = (
        "lembar kerja mengubahnya menjadi bilangan (E+15 atau desimal); jadikan kolom teks, lalu tulis lagi",
        "a spreadsheet has made a number of it (E+15 or decimals); make the column text and write it again",
    )
    NIK_APOSTROPHE = (
        "ada tanda petik (') dari lembar kerja di depannya; hapus",
        "has a spreadsheet's apostrophe (') in front; take it away",
    )
    NIK_SHORT = (
        "hanya {given} angka, bukan 16; mungkin lembar kerja menghilangkan angka: jadikan kolom teks",
        "only {given} digits, not 16; a spreadsheet may have lost some: make the column text",
    )
    NIK_ROUNDED = (
        "berakhir 0000, nomor urut yang tidak ada; lembar kerja menghilangkan angka terakhir: jadikan kolom teks",
        "ends in 0000, a serial that is never given; a spreadsheet has lost the last digit: make the column text",
    )
    NIK_ALL_ROUNDED = (
        "semua NIK di daftar ini berakhir 0; lembar kerja menghilangkan angka terakhir: jadikan kolom teks",
        "every NIK of this list ends in 0; a spreadsheet has lost the last digits: make the column text",
    )
    NIK_TWICE = ("sama dengan NIK di baris {row}", "the same NIK as in row {row}")
    DATE_FORMAT = (
        "tulis HARI-BULAN-TAHUN (12-04-2010, 12/04/2010) atau TAHUN-BULAN-HARI (2010-04-12), tahun empat angka",
        "write DAY-MONTH-YEAR (12-04-2010, 12/04/2010) or YEAR-MONTH-DAY (2010-04-12), the year in four digits",
    )
    DATE_SERIAL = (
        "adalah nomor hari lembar kerja; jadikan kolom tanggal atau teks",
        "is a spreadsheet's day number; make the column a date or text",
    )
    ROW_LONG = (
        "sel lebih banyak daripada judul kolom; nama dengan koma perlu tanda kutip",
        "more cells than the header has; a name with a comma needs quotation marks",
    )

    BUSY = (
        "daftar kelas sedang dikerjakan oleh proses lain pada kit ini; tunggu sampai selesai",
        "another process of this kit works through a list; wait until it ends",
    )
    DAMAGED = (
        "{path}: rusak ({why}); pindahkan, maka semua siswa dianggap belum direkam",
        "{path}: is damaged ({why}); move it away, and every pupil counts as not recorded",
    )
    KEY_GONE = (
        "{path}: kuncinya hilang atau lain; kembalikan roster.key, atau pindahkan berkas ini",
        "{path}: its key is gone or another; restore roster.key, or move this file away",
    )

    BEGIN = (
        "{rows} siswa di daftar: {recorded} sudah direkam, {waiting} menunggu.",
        "{rows} pupils on the list: {recorded} recorded already, {waiting} waiting.",
    )
    CHANGED = (
        "Daftar ini berubah sejak terakhir dipakai; siswa yang sudah direkam tetap dikenali.",
        "This list has changed since it was used last; who is recorded already is still known.",
    )
    CORRECTED = (
        "Baris {row} diperbaiki setelah direkam; bila rekamannya salah: rekam lagi dengan --supersedes {number}.",
        "Row {row} was corrected after its recording; if the record is wrong, record again with --supersedes {number}.",
    )
    LEFT_OUT = (
        "Baris {row} dilewati: belum 16 tahun dan belum kawin.",
        "Row {row} is left out: not yet 16 and never married.",
    )
    NIK_UNCLEAR = (
        "Baris {row}: NIK tidak cocok dengan tanggal lahir atau jenis kelamin, dan alasannya belum ditulis.",
        "Row {row}: the NIK contradicts the date of birth or the sex, and no reason is given.",
    )
    CALL = (
        "Berikutnya: {name}{group}, baris {row}, sisa {remaining}",
        "Next: {name}{group}, row {row}, {remaining} to go",
    )
    CALL_ROW = ("Berikutnya: baris {row}, sisa {remaining}", "Next: row {row}, {remaining} to go")
    PROMPT_TURN = ("[Enter] rekam, [l] lewati, [s] selesai", "[Enter] record, [s] skip, [q] stop")
    TURN_KEYS = ("ls", "sq")
    SKIPPED = ("Baris {row} dilewati.", "Row {row} is skipped.")
    END = (
        "Selesai: {recorded} siswa direkam, {skipped} dilewati, {waiting} menunggu.",
        "Done: {recorded} pupils recorded, {skipped} skipped, {waiting} waiting.",
    )
    SECONDS = (
        "Detik per siswa: median {median:.1f}, paling lama {slowest:.1f}.",
        "Seconds a pupil: median {median:.1f}, slowest {slowest:.1f}.",
    )
    SLOWEST_STEP = (
        "Langkah paling lama: {step}, median {seconds:.1f} detik.",
        "Slowest step: {step}, median {seconds:.1f} s.",
    )
    STEP_DEVICES = ("membuka alat", "opening the devices")
    STEP_QUESTIONS = ("pertanyaan", "questions")
    STEP_WARMING = ("pemanasan", "warming up")
    STEP_LIFTING = ("menilai dan mengangkat jari terakhir", "scoring and lifting the last finger")
    STEP_SEALING = ("menyegel", "sealing")
    STEP_SPOOLING = ("menyimpan", "storing")
