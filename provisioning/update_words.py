"""What an update tells."""

from enum import Enum

from provisioning.words import Words


class Told(Enum):
    """The texts of `setup.sh update`."""

    NOT_ROOT = Words(
        "jalankan sebagai root: sudo bash /opt/rekam/current/provisioning/setup.sh update BUNDEL",
        "run it as root: sudo bash /opt/rekam/current/provisioning/setup.sh update BUNDLE",
    )
    OFFICE = Words(
        "mesin ini kantor; buka bundelnya, lalu: sudo bash provisioning/setup.sh office --offline BUNDEL",
        "this machine is the office; unpack the bundle, then: sudo bash provisioning/setup.sh office --offline BUNDLE",
    )
    NO_SIGNER = Words(
        "kit ini tidak tahu tanda tangan siapa yang sah ({path} tidak ada), jadi tidak ada pembaruan yang dipercaya. "
        "Pasang kunci kantor: setup.sh kit --offline BUNDEL --signer KUNCI.pem",
        "this kit does not know whose signature counts (there is no {path}), so no update is believed. "
        "Install the office's key: setup.sh kit --offline BUNDLE --signer KEY.pem",
    )
    NO_KIT = Words(
        "belum ada Rekam di mesin ini; pasang dulu: setup.sh kit",
        "there is no Rekam here yet; set up first: setup.sh kit",
    )
    IN_USE = Words("Rekam {version} sudah dipakai.", "Rekam {version} is in use already.")
    SAME_NUMBER = Words(
        "bundel ini juga bernomor {version}, tetapi isinya lain dari yang dipakai; minta kantor memberinya nomor baru",
        "this bundle is a {version} too, yet another one than that in use; ask the office to give it a new number",
    )
    WOULD = Words("Rekam {version} akan menggantikan {old}.", "Rekam {version} would take the place of {old}.")
    INSTALLS = Words("Rekam {version} dipasang di samping yang lama", "Rekam {version} comes beside the old one")
    TRIES = Words("Rekam {version} menguji dirinya", "Rekam {version} tries itself")
    WATCHES = Words(
        "Beralih ke Rekam {version}; diawasi {seconds:.0f} detik sejak layanannya siap",
        "Switched to Rekam {version}; it is watched for {seconds:.0f} s from when its service is ready",
    )
    SETTLES = Words(
        "Pembaruan ke {version} yang tadi terputus diselesaikan dulu",
        "The update to {version} that was cut short comes to its end first",
    )
    AT_START = Words(
        "Rekam {version} dipakai sejak mesin ini dinyalakan, dan diawasi saat itu.",
        "Rekam {version} is in use from this machine's next start on, and is watched then.",
    )
    DONE = Words("Rekam {version} dipakai.", "Rekam {version} is in use.")
    WENT_BACK = Words(
        "Rekam {version} tidak sehat: {why}. Kit ini kembali ke Rekam {old}. Laporkan ke kantor: rekam support",
        "Rekam {version} was not well: {why}. This kit is back to Rekam {old}. Tell the office: rekam support",
    )
    UNFIT = Words(
        "Rekam {version} tidak lulus ujinya sendiri; yang lama tetap dipakai. {why}",
        "Rekam {version} did not pass its own test; the old one stays in use. {why}",
    )
    RECORDING = Words(
        "penduduk sedang direkam; jalankan baris yang sama lagi bila sudah selesai",
        "a resident is being recorded; run the same line again when that is done",
    )
    NO_ANSWER = Words(
        "stasiun tidak mengatakan apakah ia sedang merekam; hentikan (systemctl stop rekam.service) lalu ulangi",
        "the station does not tell whether it is recording; stop it (systemctl stop rekam.service), then try again",
    )
    FULL = Words(
        "di {path} tinggal {free:.1f} GB kosong; perlu {needed:.1f} GB untuk membuka bundel",
        "{path} has {free:.1f} GB free; {needed:.1f} GB are needed to unpack the bundle",
    )
    NO_GUARD = Words(
        "{unit} tidak berjalan; nyalakan ulang mesin ini, maka ia memutuskan saat mulai",
        "{unit} does not run; restart this machine, and it decides at the start",
    )
    INTERRUPTED = Words(
        "Terputus; yang dipakai tetap sehat atau kembali sendiri. Jalankan baris yang sama lagi.",
        "Interrupted; what is in use stays well or goes back by itself. Run the same line again.",
    )
