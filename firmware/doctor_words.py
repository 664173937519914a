"""What the doctor says of the sensor, its glass and the wire to it, in Indonesian and English.

A text is one finding: its first line is what was found; lines that begin with "-" are likely causes, the likeliest
first; lines that begin with ">" are what to try, in that order. All of it is ASCII, for a serial console.
"""

from firmware.wording import Bilingual


class DeviceName(Bilingual):
    """A device, at the beginning of a sentence."""

    FINGERPRINT = ("Sensor sidik jari", "Fingerprint sensor")
    PANEL = ("Panel", "Panel")
    BATTERY = ("Pengukur baterai", "Battery gauge")
    CAMERA = ("Kamera", "Camera")


class WireIllness(Bilingual):
    """What may be wrong with the sensor, its port and its glass; the rights are those to any device."""

    PORT_GONE = (
        "Port sensor sidik jari tidak ada: {port}\n"
        "- kabel sensor atau kabel USB-nya lepas, atau putus di dalam\n"
        "- UART belum dinyalakan, atau kit.toml menyebut port yang salah\n"
        "> tekan kedua ujung kabel sampai masuk penuh, tunggu lima detik, jalankan lagi rekam doctor\n"
        "> coba kabel lain, lalu lubang USB lain\n"
        "> ls /dev/ttyUSB* /dev/ttyAMA* menunjukkan port yang ada; tulis yang benar di kit.toml",
        "The fingerprint sensor's port is not there: {port}\n"
        "- the sensor's cable, or its USB cable, is loose or broken inside\n"
        "- the UART is not switched on, or kit.toml names the wrong port\n"
        "> push both ends of the cable in fully, wait five seconds, run rekam doctor again\n"
        "> try another cable, then another USB socket\n"
        "> ls /dev/ttyUSB* /dev/ttyAMA* shows the ports that are there; write the right one into kit.toml",
    )
    NO_RIGHT = (
        "{device}: pengguna {user} tidak boleh membuka {path}\n"
        "- pengguna {user} bukan anggota grup {group}\n"
        "- aturan udev kit ini belum dipasang\n"
        "> sudo adduser {user} {group}, lalu nyalakan ulang kit\n"
        "> jalankan lagi penyiapan: bash provisioning/setup.sh kit",
        "{device}: the user {user} may not open {path}\n"
        "- the user {user} is not in the group {group}\n"
        "- this kit's udev rules are not installed\n"
        "> sudo adduser {user} {group}, then start the kit anew\n"
        "> run the setup again: bash provisioning/setup.sh kit",
    )
    NEW_LOGIN = (
        "{device}: {path} belum boleh dibuka, walau {user} sudah anggota grup {group}\n"
        "- {user} menjadi anggota sesudah masuk (login) atau sesudah stasiun mulai\n"
        "> nyalakan ulang kit, atau keluar lalu masuk lagi",
        "{device}: {path} may not be opened yet, though {user} is in the group {group}\n"
        "- {user} was put into the group after this login, or after the station was started\n"
        "> start the kit anew, or log out and in again",
    )
    PORT_TAKEN = (
        "Port sensor {port} dipakai program lain: {holder}\n"
        "- program lain, misalnya terminal serial, masih terbuka\n"
        "- ModemManager atau layanan lain mencoba port itu\n"
        "> tutup program itu, lalu jalankan lagi rekam doctor\n"
        "> sudo systemctl disable --now ModemManager, bila namanya ModemManager",
        "The sensor's port {port} is in use by another program: {holder}\n"
        "- another program, such as a serial terminal, is still open\n"
        "- ModemManager or another service tries the port\n"
        "> end that program, then run rekam doctor again\n"
        "> sudo systemctl disable --now ModemManager, if it is that",
    )
    PORT_CONSOLE = (
        "Port sensor {port} dipakai konsol Linux ({holder})\n"
        "- konsol serial masih menyala: kernel atau getty berbicara dengan sensor\n"
        "> sudo raspi-config: Interface Options, Serial Port, login shell: tidak, hardware: ya\n"
        "> hapus console={name} dari /boot/firmware/cmdline.txt, lalu nyalakan ulang kit",
        "The sensor's port {port} is in use by the Linux console ({holder})\n"
        "- the serial console is still on: the kernel or a getty talks to the sensor\n"
        "> sudo raspi-config: Interface Options, Serial Port, login shell: no, hardware: yes\n"
        "> take console={name} out of /boot/firmware/cmdline.txt, then start the kit anew",
    )
    SENSOR_SILENT = (
        "Sensor sidik jari di {port} tidak menjawab pada kecepatan mana pun\n"
        "- steker di sisi sensor longgar, atau sensor tidak mendapat daya\n"
        "- TX dan RX tertukar\n"
        "- sensor macet atau rusak\n"
        "> lihat apakah lampu kaca sensor menyala; bila tidak, periksa kabel daya dan GND\n"
        "> matikan kit sepuluh detik, nyalakan, jalankan lagi rekam doctor\n"
        "> tukar kabel TX dan RX; lalu coba kabel lain; lalu sensor lain",
        "The fingerprint sensor at {port} answers at no speed\n"
        "- the plug at the sensor's end is loose, or the sensor has no supply\n"
        "- TX and RX are swapped\n"
        "- the sensor is stuck or broken\n"
        "> see whether the sensor's glass lights up; if not, check its supply wire and GND\n"
        "> switch the kit off for ten seconds, then on, and run rekam doctor again\n"
        "> swap the wires TX and RX; then try another cable; then another sensor",
    )
    SENSOR_GARBLED = (
        "Dari {port} datang byte, tetapi bukan jawaban sensor yang utuh\n"
        "- kabel GND longgar, atau kabel terlalu panjang atau dekat kabel daya\n"
        "- kecepatan (baud) sensor bukan salah satu yang dikenal\n"
        "- di port itu terpasang perangkat lain\n"
        "> tekan lagi steker, terutama kabel GND; jauhkan dari kabel daya\n"
        "> pastikan di {port} terpasang sensor sidik jari, bukan GPS atau modem\n"
        "> coba kabel yang lebih pendek; lalu sensor lain",
        "Bytes come from {port}, but no whole answer of a sensor\n"
        "- the GND wire is loose, or the cable is too long or close to a supply cable\n"
        "- the sensor's speed (baud) is none of those that are known\n"
        "- another device is at that port\n"
        "> push the plugs in again, the GND wire above all; keep them away from supply cables\n"
        "> make sure that the fingerprint sensor is at {port}, and no GPS or modem\n"
        "> try a shorter cable; then another sensor",
    )
    SENSOR_SPEED = (
        "Kecepatan sensor salah: sensor di {port} disetel {speed} baud; sekarang {now} baud\n"
        "- program lain pernah mengubah kecepatannya\n"
        "> bila sekarang {now} adalah 115200: selesai, rekam doctor sudah membetulkannya\n"
        "> bila muncul lagi: ganti sensor, ingatannya rusak",
        "Wrong speed: the sensor at {port} was set to {speed} baud; it is at {now} baud now\n"
        "- another program changed its speed\n"
        "> where it is at 115200 now: nothing, rekam doctor has put it right\n"
        "> if this comes back: replace the sensor, its memory is failing",
    )
    SENSOR_LOST = (
        "Sensor sidik jari hilang di tengah percakapan ({words})\n"
        "- steker longgar: putus sambung bila tersentuh\n"
        "- tegangan turun, sehingga USB mati sesaat\n"
        "> goyangkan kabel pelan-pelan di kedua ujung sambil menjalankan rekam doctor\n"
        "> ganti kabel; pakai adaptor asli kit",
        "The fingerprint sensor went away in the middle ({words})\n"
        "- a loose plug, which loses contact when it is touched\n"
        "- the voltage drops, so that USB goes off for a moment\n"
        "> move the cable gently at both ends while rekam doctor runs\n"
        "> replace the cable; use the kit's own supply",
    )
    SENSOR_REFUSES = (
        "Sensor sidik jari menolak perintah ({words})\n"
        "- sensor bekas: kata sandinya (password) diubah orang lain\n"
        "- sensor rusak\n"
        "> tulis kata sandinya di kit.toml, fingerprint.passwords\n"
        "> matikan kit sepuluh detik, nyalakan; bila tetap: ganti sensor",
        "The fingerprint sensor refuses a command ({words})\n"
        "- a used sensor: somebody changed its password\n"
        "- the sensor is broken\n"
        "> write its password into kit.toml, fingerprint.passwords\n"
        "> switch the kit off for ten seconds, then on; if it stays: replace the sensor",
    )
    DEVICE_LOOSE = (
        "{device}: akhir-akhir ini {times} kali hilang lalu kembali\n"
        "- steker longgar: putus sambung bila tersentuh atau terguncang\n"
        "- tegangan turun\n"
        "> goyangkan kabelnya pelan-pelan sambil melihat rekam status: di mana putus, di situ rusaknya\n"
        "> ganti kabel atau steker itu",
        "{device}: went and came back {times} times of late\n"
        "- a loose plug, which loses contact when it is touched or shaken\n"
        "- the voltage drops\n"
        "> move its cable gently and look at rekam status: where it breaks, there it is broken\n"
        "> replace that cable or plug",
    )
    DEVICE_STUCK = (
        "{device}: penggeraknya (driver) macet ({words})\n"
        "- perangkat atau adaptor USB-nya macet\n"
        "- tegangan turun\n"
        "> lepas lalu pasang lagi steker perangkat itu, tunggu sepuluh detik\n"
        "> matikan kit sepuluh detik, nyalakan, jalankan lagi rekam doctor\n"
        "> ganti kabel atau adaptornya",
        "{device}: its driver hangs ({words})\n"
        "- the device or its USB adapter is stuck\n"
        "- the voltage drops\n"
        "> pull the device's plug and put it back, wait ten seconds\n"
        "> switch the kit off for ten seconds, then on, and run rekam doctor again\n"
        "> replace its cable or adapter",
    )
    GLASS_COVERED = (
        "Kaca sensor melihat sesuatu, padahal tidak boleh ada jari\n"
        "- kaca kotor: minyak, keringat, debu, bekas jari\n"
        "- ada jari, kain atau cahaya matahari langsung di kaca\n"
        "- kaca tergores atau lapisannya aus\n"
        "> angkat jari, lap kaca dengan kain lembut kering, jalankan lagi rekam doctor\n"
        "> bila tetap: lap dengan kain sedikit lembap, keringkan; jangan pakai bensin atau tiner\n"
        "> teduhkan sensor dari matahari; kaca yang tergores: ganti sensor",
        "The sensor's glass sees something, though no finger should be there\n"
        "- the glass is dirty: grease, sweat, dust, the print of the last finger\n"
        "- a finger, a cloth or direct sunlight is on the glass\n"
        "- the glass is scratched, or its coating is worn\n"
        "> lift all fingers, wipe the glass with a soft dry cloth, run rekam doctor again\n"
        "> if it stays: wipe with a slightly damp cloth, then dry; no petrol, no thinner\n"
        "> shade the sensor from the sun; a scratched glass: replace the sensor",
    )
    GLASS_UNREADABLE = (
        "Sensor tidak dapat mengambil gambar dari kacanya ({words})\n"
        "- kaca kotor atau basah\n"
        "- lampu atau optik sensor rusak\n"
        "> lap kaca dengan kain lembut kering, jalankan lagi rekam doctor\n"
        "> matikan kit sepuluh detik, nyalakan; bila tetap: ganti sensor",
        "The sensor cannot take an image of its glass ({words})\n"
        "- the glass is dirty or wet\n"
        "- the sensor's light or optics are broken\n"
        "> wipe the glass with a soft dry cloth, run rekam doctor again\n"
        "> switch the kit off for ten seconds, then on; if it stays: replace the sensor",
    )
    PRINTS_POOR = (
        "Sidik jari akhir-akhir ini buruk: {poor} dari {steps} jari harus diulang\n"
        "- kaca kotor\n"
        "- jari penduduk kering atau basah\n"
        "- kaca tergores atau lapisannya aus\n"
        "> lap kaca dengan kain lembut kering, juga di antara dua penduduk\n"
        "> jari kering: usapkan di dahi atau beri sedikit pelembap; jari basah: keringkan\n"
        "> bila tetap pada semua orang: ganti sensor",
        "Prints are poor of late: {poor} of {steps} fingers had to be repeated\n"
        "- the glass is dirty\n"
        "- the residents' fingers are dry or wet\n"
        "- the glass is scratched, or its coating is worn\n"
        "> wipe the glass with a soft dry cloth, between residents too\n"
        "> dry fingers: rub them on the forehead or use a little lotion; wet ones: dry them\n"
        "> if it stays with everybody: replace the sensor",
    )
    SENSOR_SWAPPED = (
        "Sensor ini bukan sensor kit ini: {now}, yang dikenal {before}\n"
        "- sensor diganti\n"
        "- sensor dua kit tertukar\n"
        "- sensor kali ini tidak menyebut nomornya\n"
        "> tertukar: kembalikan sensor yang benar\n"
        "> memang diganti: rekam doctor --accept-sensor, lalu beri tahu kantor",
        "This is not this kit's sensor: {now}, the known one is {before}\n"
        "- the sensor was replaced\n"
        "- the sensors of two kits were mixed up\n"
        "- this time the sensor did not tell its number\n"
        "> mixed up: put the right sensor back\n"
        "> replaced on purpose: rekam doctor --accept-sensor, and tell the office",
    )
