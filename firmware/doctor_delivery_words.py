"""What the doctor says of deliveries over the network, in Indonesian and English; a text is as in `doctor_words`."""

from firmware.wording import Bilingual


class DeliveryIllness(Bilingual):
    """Why the office was not delivered to; an office that cannot be reached is not among it."""

    DELIVERY_FOREIGN_SERVER = (
        "Paket tidak terkirim ({at}): yang menjawab di {office} bukan kantor kit ini\n"
        "- jaringan ini membelokkan sambungan (halaman masuk Wi-Fi, proksi)\n"
        "- sertifikat kantor sudah habis, untuk nama lain, atau `url` di [delivery] salah\n"
        "> masuk dulu ke jaringan itu dengan telepon, atau pakai jaringan lain\n"
        "> di kantor: jalankan lagi sudo bash provisioning/setup.sh office\n"
        "> sementara itu: rekam export FOLDER",
        "Packets were not delivered ({at}): what answers at {office} is not this kit's office\n"
        "- the network redirects connections (a Wi-Fi's login page, a proxy)\n"
        "- the office's certificate has ended, is for another name, or `url` in [delivery] is wrong\n"
        "> log in to that network with a telephone first, or take another network\n"
        "> at the office: run sudo bash provisioning/setup.sh office again\n"
        "> meanwhile: rekam export FOLDER",
    )
    DELIVERY_UNKNOWN_KIT = (
        "Paket tidak terkirim ({at}): kantor di {office} tidak mengenal kit ini\n"
        "- kit belum diterima kantor itu, atau diterima dengan kunci lain\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "Packets were not delivered ({at}): the office at {office} does not know this kit\n"
        "- that office has not admitted the kit, or admitted it with another key\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    DELIVERY_REVOKED_KIT = (
        "Paket tidak terkirim ({at}): kantor di {office} mencabut kit ini\n"
        "- kit ini dilaporkan hilang atau dicuri\n"
        "> bawa kit ke kantor: rekam office admit FOLDER --replace menerimanya kembali",
        "Packets were not delivered ({at}): the office at {office} revoked this kit\n"
        "- the kit was reported lost or stolen\n"
        "> bring it to the office: rekam office admit FOLDER --replace takes it back",
    )
    DELIVERY_CERTIFICATE_ENDED = (
        "Paket tidak terkirim ({at}): sertifikat kit sudah habis dan kantor di {office} tidak memperpanjangnya\n"
        "- kantor tidak punya kuncinya di mesin yang menerima paket\n"
        "> rekam identity request FOLDER, bawa ke kantor, lalu rekam identity accept FOLDER",
        "Packets were not delivered ({at}): the kit's certificate has ended, not renewed by the office at {office}\n"
        "- the office has no key for that on the machine that takes packets\n"
        "> rekam identity request FOLDER, bring it to the office, then rekam identity accept FOLDER",
    )
    DELIVERY_NO_CERTIFICATE = (
        "Paket tidak terkirim ({at}): kunci atau sertifikat kit tidak dapat dipakai di {office}\n"
        "- identitas kit rusak, atau `authority` di [delivery] bukan sertifikat\n"
        "> journalctl -u rekam -g delivering menyebut berkasnya\n"
        "> betulkan [delivery] di kit.toml, lalu sudo systemctl restart rekam",
        "Packets were not delivered ({at}): the kit's key or certificate cannot be used at {office}\n"
        "- the kit's identity is damaged, or `authority` in [delivery] is no certificate\n"
        "> journalctl -u rekam -g delivering names the file\n"
        "> correct [delivery] in kit.toml, then sudo systemctl restart rekam",
    )
