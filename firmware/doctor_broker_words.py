"""What the doctor says of the way to the broker, in Indonesian and English; a text is as in `doctor_words`."""

from firmware.wording import Bilingual


class BrokerIllness(Bilingual):
    """What may be wrong between kit and broker; a broker that is away is not among it."""

    BROKER_UNADMITTED = (
        "Status tidak dikirim ke broker {broker}: kit belum punya sertifikat\n"
        "- kit belum diterima kantor\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "No status goes to the broker {broker}: the kit has no certificate yet\n"
        "- the office has not admitted the kit yet\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    BROKER_UNUSABLE = (
        "Status tidak dikirim ke broker {broker}: satu berkas tidak dapat dipakai\n"
        "- identitas kit rusak, atau `ca` atau `password_file` di [mqtt] tidak dapat dibaca\n"
        "> journalctl -u rekam -g mqtt menyebut berkasnya\n"
        "> betulkan [mqtt] di kit.toml, lalu sudo systemctl restart rekam",
        "No status goes to the broker {broker}: a file cannot be used\n"
        "- the kit's identity is damaged, or `ca` or `password_file` in [mqtt] cannot be read\n"
        "> journalctl -u rekam -g mqtt names the file\n"
        "> correct [mqtt] in kit.toml, then sudo systemctl restart rekam",
    )
    BROKER_HUNG_UP = (
        "Broker {broker} langsung memutus sambungan\n"
        "- `tls` di [mqtt] tidak cocok dengan port itu\n"
        "- yang menjawab bukan broker MQTT\n"
        "> broker kantor: tls = true dan port 8883; samakan dengan yang ditulis kantor\n"
        "> tanyakan ke kantor apakah brokernya berjalan",
        "The broker {broker} hangs up at once\n"
        "- `tls` in [mqtt] does not fit that port\n"
        "- what answers is no MQTT broker\n"
        "> the office's broker: tls = true and port 8883; write what the office tells\n"
        "> ask the office whether its broker runs",
    )
    BROKER_FOREIGN = (
        "Yang menjawab di {broker} bukan broker kantor kit ini\n"
        "- jaringan ini membelokkan sambungan (halaman masuk Wi-Fi, proksi)\n"
        "- kantor memasang broker dengan kunci baru, atau kit ini milik kantor lain\n"
        "> masuk dulu ke jaringan itu dengan telepon, atau pakai jaringan lain\n"
        "> bandingkan sidik kantor di kantor; kantor baru: rekam identity accept FOLDER --replace",
        "What answers at {broker} is not the broker of this kit's office\n"
        "- the network redirects connections (a Wi-Fi's login page, a proxy)\n"
        "- the office was set up with new keys, or this kit is another office's\n"
        "> log in to that network with a telephone first, or take another network\n"
        "> compare the office's fingerprint there; a new office: rekam identity accept FOLDER --replace",
    )
    BROKER_OTHER_NAME = (
        "Sertifikat broker {broker} untuk nama lain\n"
        "- `host` di [mqtt] bukan nama yang dipakai kantor\n"
        "- alamat itu sekarang milik mesin lain\n"
        "> tulis di kit.toml nama yang disebut `setup.sh office` di kantor\n"
        "> di kantor: rekam office broker NAMA membuat sertifikat untuk nama itu",
        "The certificate of the broker {broker} is for another name\n"
        "- `host` in [mqtt] is not the name that the office uses\n"
        "- the address is another machine's now\n"
        "> write into kit.toml the name that `setup.sh office` tells at the office\n"
        "> at the office: rekam office broker NAME makes a certificate for that name",
    )
    BROKER_ENDED = (
        "Sertifikat broker {broker} sudah habis, menurut jam kit\n"
        "- kantor belum memperpanjangnya\n"
        "- jam kit terlalu maju\n"
        "> di kantor: jalankan lagi sudo bash provisioning/setup.sh office\n"
        "> date menunjukkan jam kit; bila salah, betulkan",
        "The certificate of the broker {broker} has ended, by the kit's clock\n"
        "- the office has not renewed it\n"
        "- the kit's clock is ahead\n"
        "> at the office: run sudo bash provisioning/setup.sh office again\n"
        "> date shows the kit's clock; set it where it is wrong",
    )
    BROKER_REFUSED = (
        "Broker {broker} menolak sertifikat kit ini\n"
        "- sertifikat kit sudah habis, atau kit diterima kantor lain\n"
        "- jam broker salah\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER\n"
        "> di kantor: log mosquitto menyebut alasannya",
        "The broker {broker} does not take this kit's certificate\n"
        "- the kit's certificate has ended, or another office admitted the kit\n"
        "- the broker's clock is wrong\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER\n"
        "> at the office: mosquitto's log names the reason",
    )
    BROKER_LOGIN = (
        "Broker {broker} menolak nama atau kata sandi kit\n"
        "- kata sandi diganti, atau `user` atau `password_file` di [mqtt] salah\n"
        "> minta nama dan kata sandi dari yang menyewakan broker, tulis ke berkasnya\n"
        "> sudo systemctl restart rekam",
        "The broker {broker} does not take the kit's name or password\n"
        "- the password was changed, or `user` or `password_file` in [mqtt] is wrong\n"
        "> ask whoever lends the broker for name and password, write them into their file\n"
        "> sudo systemctl restart rekam",
    )
    BROKER_UNHEARD = (
        "Broker {broker} menerima status kit tetapi tidak meneruskannya\n"
        "- di broker, kit tidak punya hak tulis dan baca atas rekam/v1/KIT/status\n"
        "- kit_id di kit.toml bukan nama di sertifikat atau nama masuknya\n"
        "> di kantor: jalankan lagi sudo bash provisioning/setup.sh office; broker sewaan: docs/office.md\n"
        "> samakan kit_id dengan nama itu",
        "The broker {broker} takes the kit's status and tells it to nobody\n"
        "- at the broker the kit has no right to write and read rekam/v1/KIT/status\n"
        "- kit_id in kit.toml is not the name in its certificate, or of its login\n"
        "> at the office: run sudo bash provisioning/setup.sh office again; a rented one: docs/office.md\n"
        "> make kit_id the same as that name",
    )
