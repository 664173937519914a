"""What the office reads about its keys and its kits, in Indonesian and English."""

from firmware.wording import Bilingual


class OfficePhrase(Bilingual):
    """What is told of keys and kits."""

    MADE = ("Kunci kantor ada di {folder}", "The office's keys are in {folder}")
    IDENTITY = (
        "membuka paket; simpan di mesin kantor saja",
        "opens packets; keep it on the office's machine, and nowhere else",
    )
    AUTHORITY_KEY = (
        "menerima kit; simpan salinannya bersama lembar pemulihan",
        "admits kits; keep a copy of it beside the recovery sheet",
    )
    AUTHORITY = ("sertifikatnya, dengan sidik ini:", "its certificate, with this fingerprint:")
    RECEIPTS = (
        "menandatangani tanda terima; hanya ini yang perlu ada di mesin yang menerima paket, bukan authority.key",
        "signs receipts; a machine that only receives packets needs this one, not authority.key",
    )
    RECIPIENTS = (
        "untuk siapa kit menyegel paket; boleh ditulis di kit.toml saat menyiapkan kit",
        "for whom kits seal packets; may stand in kit.toml from the kit's first day",
    )
    SHEET = (
        "Cetak lembar pemulihan sekarang, dua kali: {path}. Kunci cadangan tidak disimpan di tempat lain. Sesudah "
        "dicetak, ketik ulang dari kertas: `rekam office recover --check --office {folder}`, lalu hapus berkasnya.",
        "Print the recovery sheet now, twice: {path}. The backup key is kept nowhere else. Once it is printed, type it "
        "from the paper with `rekam office recover --check --office {folder}`, then delete the file.",
    )
    NEXT = (
        "Berikutnya: di tiap kit `rekam identity request FOLDER`, lalu di sini `rekam office admit FOLDER --office "
        "{folder}`",
        "Next: on each kit `rekam identity request FOLDER`, then here `rekam office admit FOLDER --office {folder}`",
    )
    ASK_ROW = ("Baris {number} dari {rows}", "Row {number} of {rows}")
    CHECKED = (
        "Lembar ini benar: kit kantor ini menyegel juga untuk kunci ini. Tidak ada yang disimpan.",
        "The sheet is right: this office's kits seal for this key too. Nothing was kept.",
    )
    RECOVERED = (
        "{path} ditulis: `rekam office open` membuka paket kantor ini dengannya.",
        "Wrote {path}: `rekam office open` opens this office's packets with it.",
    )
    RECOVERED_OTHER = (
        "{path} ditulis: kunci kantor yang dulu. Paket yang disegel untuknya dapat dibuka di sini sesudah kitnya "
        "diterima di sini.",
        "Wrote {path}: the key of a former office. Packets sealed for that one open here, once their kits are "
        "admitted here.",
    )

    ADMITTED = ("Kit {kit} diterima, sampai {until}.", "Kit {kit} is admitted, until {until}.")
    RENEWED = ("Sertifikat kit {kit} diperpanjang sampai {until}.", "Kit {kit}'s certificate is renewed until {until}.")
    REPLACED = (
        "Kunci baru kit {kit} diterima, sampai {until}; kunci lamanya tidak berlaku lagi.",
        "Kit {kit}'s new key is admitted, until {until}; its old one is replaced.",
    )
    REVOKED = (
        "Kit {kit} tidak dipercaya lagi: paket dari kuncinya ditolak. Sertifikatnya masih membuka broker sampai "
        "berakhir: hapus kit itu dari hak akses broker.",
        "Kit {kit} is no longer trusted: packets of its keys are refused. Its certificate still opens the broker until "
        "it ends: take the kit out of the broker's rights.",
    )
    FINGERPRINT = (
        "Sidik kantor (kit menunjukkan yang sama): {fingerprint}",
        "Authority's fingerprint (the kit shows the same): {fingerprint}",
    )
    BRING = (
        "Berikutnya: bawa {answer} ke kit, dan di sana: rekam identity accept FOLDER",
        "Next: bring {answer} to the kit, and there: rekam identity accept FOLDER",
    )

    BROKER = (
        "{path} ditulis, berlaku untuk {hosts} sampai {until}. Broker yang sudah berjalan harus dimulai ulang.",
        "Wrote {path}, for {hosts}, until {until}. A broker that runs already has to be started anew.",
    )
    TERM = ("berlaku sampai {until}", "holds until {until}")
    TERM_ENDED = ("BERAKHIR pada {until}: {advice}", "ENDED on {until}: {advice}")
    TERM_ENDING = ("berakhir pada {until}: {advice}", "ends on {until}: {advice}")
    RENEW_AUTHORITY = (
        "buat kantor baru dengan `rekam office init`; tiap kit menerimanya dengan `rekam identity accept --replace`",
        "make a new office by `rekam office init`; each kit takes its answer with `rekam identity accept --replace`",
    )
    RENEW_RECEIPTS = (
        "hapus {folder}/receipts.pem di mesin dengan authority.key; tanda terima berikutnya membuat yang baru",
        "delete {folder}/receipts.pem on the machine with authority.key; the next receipt makes a new one",
    )
    RENEW_BROKER = (
        "jalankan lagi `setup.sh office`, atau `rekam office broker HOST`",
        "run `setup.sh office` again, or `rekam office broker HOST`",
    )
    RENEW_KIT = (
        "di kit itu `rekam identity request FOLDER`, lalu di sini `rekam office admit FOLDER`",
        "on that kit `rekam identity request FOLDER`, then here `rekam office admit FOLDER`",
    )


class SheetPhrase(Bilingual):
    """What stands on the recovery sheet."""

    TITLE = ("Lembar pemulihan kunci kantor Rekam", "Recovery sheet of a Rekam office's key")
    WHAT = (
        "Siapa memegang lembar ini dapat membaca semua rekaman yang disegel untuk kantor. Kuncinya tidak ada di "
        "komputer mana pun.",
        "Whoever holds this sheet can read every record that was sealed for the office. Its key is on no computer.",
    )
    KEEP = (
        "Simpan dua lembar dalam amplop tertutup di dua tempat terkunci, jauh dari komputer kantor.",
        "Keep two sheets in sealed envelopes in two locked places, away from the office's computer.",
    )
    CHECK = (
        "Periksa cetakan: `rekam office recover --check --office FOLDER`, lalu ketik enam baris di atas. Dua huruf "
        "terakhir tiap baris memeriksa baris itu. Tidak ada huruf O, I, B dan angka 1.",
        "Check the print: `rekam office recover --check --office FOLDER`, then type the six rows above. The last two "
        "characters of a row check that row. There is no letter O, I or B, and no digit 1.",
    )
    RECOVER = (
        "Kunci kantor hilang: `rekam office recover --office FOLDER`; kantor yang hilang seluruhnya dibuat lagi lebih "
        "dulu dengan `rekam office init FOLDER`.",
        "The office's key is lost: `rekam office recover --office FOLDER`; an office that is lost whole is first made "
        "again with `rekam office init FOLDER`.",
    )
    WITHOUT = (
        "Tanpa Rekam: tulis baris panjang AGE-SECRET-KEY-1... ke berkas key.txt, lalu `age -d -i key.txt -o "
        "record.p7m PAKET`.",
        "Without Rekam: write the long line AGE-SECRET-KEY-1... into a file key.txt, then `age -d -i key.txt -o "
        "record.p7m PACKET`.",
    )
    NOT_HERE = (
        "Kunci untuk menerima kit (authority.key) tidak ada di lembar ini. Bila hilang, buat kantor baru; tiap kit "
        "menerimanya dengan `rekam identity accept FOLDER --replace`.",
        "The key that admits kits (authority.key) is not on this sheet. If it is lost, make a new office; each kit "
        "takes its answer with `rekam identity accept FOLDER --replace`.",
    )
    SIGN = ("Dicetak oleh, tanggal, disimpan di", "Printed by, on, kept at")
