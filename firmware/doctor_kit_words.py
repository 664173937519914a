"""What the doctor says of the kit beside its sensor, in Indonesian and English; a text is as in `doctor_words`."""

from firmware.wording import Bilingual


class KitIllness(Bilingual):
    """What may be wrong with camera, panel, gauge, supply, card, identity or station."""

    CAMERA_GONE = (
        "Kamera tidak ditemukan ({words})\n"
        "- kabel pita kamera longgar atau terbalik\n"
        "- kamera belum dinyalakan di /boot/firmware/config.txt, atau python3-picamera2 belum dipasang\n"
        "> matikan kit, buka penjepit kabel pita di kedua ujung, masukkan lurus, jepit, nyalakan\n"
        "> rpicam-hello --list-cameras harus menyebut satu kamera\n"
        "> jalankan lagi penyiapan: bash provisioning/setup.sh kit",
        "No camera is found ({words})\n"
        "- the camera's ribbon cable is loose or the wrong way round\n"
        "- the camera is not switched on in /boot/firmware/config.txt, or python3-picamera2 is missing\n"
        "> switch the kit off, open the ribbon's latches at both ends, push it in straight, close, switch on\n"
        "> rpicam-hello --list-cameras must name a camera\n"
        "> run the setup again: bash provisioning/setup.sh kit",
    )
    CAMERA_BUSY = (
        "Kamera dipakai program lain ({words})\n"
        "- program kamera lain masih berjalan\n"
        "> tutup program itu; bila tidak ketemu, nyalakan ulang kit",
        "The camera is in use by another program ({words})\n"
        "- another camera program still runs\n"
        "> end that program; if it cannot be found, start the kit anew",
    )
    CAMERA_FAULT = (
        "Kamera tidak memberi foto ({words})\n"
        "- kabel pita kamera longgar\n"
        "- kamera rusak, atau [camera] di kit.toml salah\n"
        "> matikan kit, pasang ulang kabel pita di kedua ujung, nyalakan\n"
        "> periksa [camera] di kit.toml; lalu coba kamera lain",
        "The camera gives no picture ({words})\n"
        "- the camera's ribbon cable is loose\n"
        "- the camera is broken, or [camera] in kit.toml is wrong\n"
        "> switch the kit off, put the ribbon in anew at both ends, switch on\n"
        "> check [camera] in kit.toml; then try another camera",
    )
    PANEL_FAULT = (
        "Panel lampu dan tombol tidak dapat dipakai ({words})\n"
        "- steker panel longgar, atau satu tombol terjepit\n"
        "- program lain memakai pin-pin itu\n"
        "> tekan steker panel; lepaskan tombol yang terjepit; jalankan lagi rekam doctor\n"
        "> gpioinfo menyebut program yang memakai pin",
        "The panel of lamps and buttons cannot be used ({words})\n"
        "- the panel's plug is loose, or a button is jammed\n"
        "- another program uses its pins\n"
        "> push the panel's plug in; free the jammed button; run rekam doctor again\n"
        "> gpioinfo names the program that uses a pin",
    )
    GAUGE_FAULT = (
        "Pengukur baterai tidak dapat dibaca ({words})\n"
        "- satu dari empat kabel pengukur longgar, atau baterainya dilepas\n"
        "- I2C belum dinyalakan\n"
        "> periksa keempat kabel dan baterai\n"
        "> sudo i2cdetect -y 1 harus menunjukkan 36; bila tidak ada bus: dtparam=i2c_arm=on di config.txt",
        "The battery's gauge cannot be read ({words})\n"
        "- one of the gauge's four wires is loose, or the battery is out\n"
        "- I2C is not switched on\n"
        "> check the four wires and the battery\n"
        "> sudo i2cdetect -y 1 must show 36; where there is no bus: dtparam=i2c_arm=on in config.txt",
    )
    SUPPLY_LOW = (
        "Tegangan listrik kit terlalu rendah sekarang\n"
        "- adaptor terlalu lemah atau bukan adaptor kit\n"
        "- kabel daya terlalu panjang atau terlalu tipis\n"
        "- genset atau baterai turun\n"
        "> pakai adaptor dan kabel asli kit, langsung ke stopkontak\n"
        "> lepas pengisi telepon dan alat USB lain dari kit",
        "The kit's supply voltage is too low now\n"
        "- the adapter is too weak, or is not the kit's own\n"
        "- the supply cable is too long or too thin\n"
        "- the generator or the battery sags\n"
        "> use the kit's own adapter and cable, straight into the wall socket\n"
        "> take phone chargers and other USB devices off the kit",
    )
    SUPPLY_WAS_LOW = (
        "Tegangan listrik kit pernah terlalu rendah sejak dinyalakan\n"
        "- adaptor atau kabel daya lemah; listrik sempat turun\n"
        "> pakai adaptor dan kabel asli kit\n"
        "> nyalakan ulang kit; bila muncul lagi, ganti adaptor",
        "The kit's supply voltage was too low at some time since it was switched on\n"
        "- the adapter or its cable is weak; the mains sagged\n"
        "> use the kit's own adapter and cable\n"
        "> start the kit anew; if this comes back, replace the adapter",
    )
    BOARD_HOT = (
        "Papan (board) kit terlalu panas, dan karena itu lambat\n"
        "- kit terkena matahari atau tertutup kain; kipas mati\n"
        "> pindahkan ke tempat teduh dan buka lubang anginnya\n"
        "> periksa kipasnya",
        "The kit's board is too hot, and slow because of it\n"
        "- the kit is in the sun or covered; its fan stands still\n"
        "> move it into the shade and free its vents\n"
        "> check its fan",
    )
    CARD_FULL = (
        "Kartu memori penuh (sisa {free}): tidak ada lagi yang dapat direkam\n"
        "- paket yang belum diantar, atau berkas lain, memenuhi kartu\n"
        "> rekam export FOLDER menyalin paket ke flashdisk; bawa ke kantor\n"
        "> hapus berkas lain: sudo journalctl --vacuum-size=50M; sudo apt clean\n"
        "> ganti dengan kartu yang lebih besar",
        "The memory card is full ({free} left): nothing more can be recorded\n"
        "- packets that are not delivered yet, or other files, fill the card\n"
        "> rekam export FOLDER copies the packets to a stick; bring it to the office\n"
        "> remove other files: sudo journalctl --vacuum-size=50M; sudo apt clean\n"
        "> replace it by a larger card",
    )
    CARD_NEARLY_FULL = (
        "Kartu memori hampir penuh (sisa {free})\n"
        "- paket yang belum diantar, atau berkas lain, memenuhi kartu\n"
        "> rekam export FOLDER menyalin paket ke flashdisk; bawa ke kantor\n"
        "> hapus berkas lain: sudo journalctl --vacuum-size=50M; sudo apt clean",
        "The memory card is nearly full ({free} left)\n"
        "- packets that are not delivered yet, or other files, fill the card\n"
        "> rekam export FOLDER copies the packets to a stick; bring it to the office\n"
        "> remove other files: sudo journalctl --vacuum-size=50M; sudo apt clean",
    )
    CARD_READ_ONLY = (
        "Kartu memori tidak dapat ditulis: {path}\n"
        "- kartu rusak, dan Linux menguncinya sesudah menemukan galat\n"
        "- listrik putus sewaktu menulis\n"
        "> salin dulu paketnya: rekam export FOLDER\n"
        "> nyalakan ulang kit; bila tetap, ganti kartunya (docs/rescue.md)",
        "The memory card cannot be written: {path}\n"
        "- the card is failing, and Linux locked it after it had found errors\n"
        "- the power went while something was written\n"
        "> copy the packets out first: rekam export FOLDER\n"
        "> start the kit anew; if it stays, replace the card (docs/rescue.md)",
    )
    CERTIFICATE_ENDED = (
        "Sertifikat kit sudah habis pada {until}; perekaman berjalan terus\n"
        "- sudah lama tidak diperpanjang kantor\n"
        "- jam kit salah\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER\n"
        "> date menunjukkan jam kit; bila salah, betulkan",
        "The kit's certificate ended on {until}; recording goes on\n"
        "- the office has not renewed it for long\n"
        "- the kit's clock is wrong\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER\n"
        "> date shows the kit's clock; set it where it is wrong",
    )
    CERTIFICATE_ENDS = (
        "Sertifikat kit habis dalam sebulan, pada {until}\n"
        "- waktunya diperpanjang\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "The kit's certificate ends within a month, on {until}\n"
        "- it is time to renew it\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    OTHER_BOARD = (
        "Kartu memori ini dari kit lain, atau papan (board) kit diganti: kit tidak merekam\n"
        "- papan diganti karena rusak\n"
        "- kartu dua kit tertukar, atau kartunya disalin\n"
        "> kartu tertukar: kembalikan ke kitnya masing-masing; paket di dalamnya aman\n"
        "> papan diganti: rekam identity renew FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "This memory card is another kit's, or the kit's board was replaced: the kit does not record\n"
        "- the board was broken and replaced\n"
        "- the cards of two kits were mixed up, or the card was copied\n"
        "> mixed up: put each card back into its own kit; the packets on it are safe\n"
        "> replaced: rekam identity renew FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    IDENTITY_SPOILED = (
        "Identitas kit rusak: kit tidak merekam\n"
        "- kartu memori mulai rusak, atau listrik putus sewaktu menulis\n"
        "> rekam selftest menyebut berkasnya; pulihkan dari cadangan bila ada\n"
        "> rekam identity renew FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER\n"
        "> salin paket (rekam export FOLDER) dan ganti kartu memori",
        "The kit's identity is damaged: the kit does not record\n"
        "- the memory card begins to fail, or the power went while something was written\n"
        "> rekam selftest names the file; restore it from a backup where there is one\n"
        "> rekam identity renew FOLDER, bring it to the office, then rekam identity accept FOLDER\n"
        "> copy the packets out (rekam export FOLDER) and replace the memory card",
    )
    NOT_ADMITTED = (
        "Belum ada kantor yang dapat membuka rekaman kit ini: kit tidak merekam\n"
        "- kit belum diterima kantor\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "No office could open what this kit records yet: the kit does not record\n"
        "- the office has not admitted the kit yet\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    PACKETS_DAMAGED = (
        "Simpanan paket rusak: {words}\n"
        "- kartu memori mulai rusak, atau listrik putus berkali-kali\n"
        "> jangan hapus apa pun; rekam export --from KARTU FOLDER menyelamatkan yang masih ada (docs/rescue.md)\n"
        "> ganti kartu memori",
        "The store of packets is damaged: {words}\n"
        "- the memory card begins to fail, or the power went many times\n"
        "> remove nothing; rekam export --from CARD FOLDER rescues what is left (docs/rescue.md)\n"
        "> replace the memory card",
    )
    STATION_MUTE = (
        "Stasiun berjalan, tetapi tidak menjawab\n"
        "- satu bagiannya macet; systemd akan menyalakannya ulang dalam dua menit\n"
        "> tunggu dua menit, jalankan lagi rekam doctor\n"
        "> sudo systemctl restart rekam",
        "The station runs, but does not answer\n"
        "- one of its parts hangs; systemd starts it anew within two minutes\n"
        "> wait two minutes, run rekam doctor again\n"
        "> sudo systemctl restart rekam",
    )
    UPDATE_TAKEN_BACK = (
        "Pembaruan ke versi {version} dibatalkan: {why}; kit memakai versi {previous} lagi\n"
        "- versi baru itu rusak, atau tidak cocok dengan kit ini\n"
        "> kit tetap merekam seperti sebelumnya: tidak ada yang hilang\n"
        "> kirim rekam support ke kantor; jangan ulangi pembaruan yang sama",
        "The update to version {version} was taken back: {why}; the kit uses version {previous} again\n"
        "- the new version is broken, or does not fit this kit\n"
        "> the kit records as before: nothing is lost\n"
        "> send the office a rekam support; do not repeat the same update",
    )
