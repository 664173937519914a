"""What an operator reads about a civil record, in Indonesian and English."""

from firmware.wording import Bilingual


class CivilPhrase(Bilingual):
    """What is wrong with a field, what is asked for, and what the law of the card says."""

    NIK_DIGITS = ("harus 16 angka, bukan {given}", "must be 16 digits, not {given}")
    NIK_CHARACTER = (
        "harus 16 angka; karakter ke-{position} bukan angka",
        "must be 16 digits; character {position} is none",
    )
    NIK_TEXT = ("tulis sebagai teks dalam tanda kutip", "write it as text, in quotation marks")
    NIK_REGION = (
        "kode {part} di angka {digits} tidak boleh 00",
        "the code of the {part} in digits {digits} cannot be 00",
    )
    NIK_MONTH = ("bulan di angka 9-10 harus 01..12, bukan {given}", "the month in digits 9-10 is 01..12, not {given}")
    NIK_DAY = (
        "hari di angka 7-8 tidak ada di bulan itu: {given} (perempuan: tanggal + 40)",
        "the day in digits 7-8 does not exist in that month: {given} (women: day + 40)",
    )
    NIK_SERIAL = ("nomor urut di angka 13-16 tidak boleh 0000", "the serial in digits 13-16 cannot be 0000")
    NAME_EMPTY = ("tulis nama seperti di kartu keluarga", "write the name as the family card has it")
    TEXT_LONG = ("paling banyak {limit} huruf, bukan {given}", "at most {limit} characters, not {given}")
    TEXT_CHARACTERS = (
        "ada karakter yang tidak dapat dicetak: {given}",
        "has a character that cannot be printed: {given}",
    )
    DATE_FORMAT = (
        "tulis sebagai TAHUN-BULAN-HARI, mis. 2010-03-09, bukan {given}",
        "write YEAR-MONTH-DAY, e.g. 2010-03-09, not {given}",
    )
    DATE_FUTURE = ("ada di masa depan: {given}, hari ini {today}", "lies in the future: {given}, and today is {today}")
    DATE_AGE = ("berarti umur lebih dari {limit} tahun: {given}", "means an age of more than {limit} years: {given}")
    SEX_CODE = ("harus L (laki-laki) atau P (perempuan), bukan {given}", "is L (male) or P (female), not {given}")
    MARITAL_CODE = (
        "harus belum kawin, kawin, cerai hidup atau cerai mati, bukan {given}",
        "is never_married, married, divorced or widowed, not {given}",
    )
    CONSENT_CODE = ("harus sendiri atau wali, bukan {given}", "is resident or guardian, not {given}")
    FIELD_MISSING = ("harus diisi", "is required")
    FIELD_UNKNOWN = ("tidak ada isian seperti ini; periksa ejaannya", "no such field; check its spelling")
    FIELD_TEXT = ("harus berupa teks, bukan {given}", "must be text, not {given}")
    EXCUSE_POSITION = (
        "tidak ada jari {given}; pilih salah satu: {known}",
        "no such finger: {given}; use one of {known}",
    )
    REASON = ("tulis alasannya", "say the reason")
    EXCUSE_TABLE = ('harus tabel: jari = "alasan"', 'must be a table: finger = "reason"')

    NIK_AGAINST_DATE = (
        "Peringatan: NIK menyebut lahir {nik}, tanggal lahir ditulis {given}. Periksa keduanya.",
        "Warning: the NIK says born {nik}, the date of birth says {given}. Check both.",
    )
    NIK_AGAINST_SEX = (
        "Peringatan: NIK menyebut {nik}, jenis kelamin ditulis {given}. Periksa keduanya.",
        "Warning: the NIK says {nik}, the sex says {given}. Check both.",
    )
    TOO_YOUNG = (
        "umur {age} tahun dan belum kawin: perekaman KTP-el dimulai pada umur 16 atau sejak kawin",
        "aged {age} and never married: recording for the KTP-el begins at 16, or at marriage",
    )
    TOO_YOUNG_BY_A_WRONG_CLOCK = (
        "Peringatan: jam kit salah, maka umur tidak pasti ({words}). Periksa tanggal lahir.",
        "Warning: the kit's clock is wrong, so the age is not certain ({words}). Check the date of birth.",
    )
    OVERRIDE_MISSING = (
        "perbaiki, atau tulis mengapa NIK itu benar dengan --override-nik ALASAN",
        "correct it, or say why that NIK is right with --override-nik REASON",
    )
    CARD_FROM = (
        "KTP-el boleh diterbitkan mulai {day}.",
        "A card may be issued from {day} on.",
    )

    PROMPT_NIK = ("NIK (16 angka)", "NIK (16 digits)")
    PROMPT_NAME = ("Nama lengkap", "Full name")
    PROMPT_DATE = ("Tanggal lahir (TAHUN-BULAN-HARI)", "Date of birth (YEAR-MONTH-DAY)")
    PROMPT_SEX = ("Jenis kelamin (L/P)", "Sex (L/P)")
    PROMPT_MARITAL = (
        "Status perkawinan (belum kawin, kawin, cerai hidup, cerai mati)",
        "Marital status (never_married, married, divorced, widowed)",
    )
    PROMPT_OPERATOR = (
        "Nama atau NIP petugas (kosongkan bila tidak ada)",
        "Operator's id (leave empty if there is none)",
    )
    PROMPT_CONSENT = (
        "Persetujuan oleh: sendiri atau wali (kosongkan bila belum dicatat)",
        "Consent given by: resident or guardian (leave empty if not noted)",
    )
    PROMPT_OVERRIDE = (
        "Mengapa NIK itu benar (kosongkan untuk membatalkan)",
        "Why that NIK is right (leave empty to cancel)",
    )
