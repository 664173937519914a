"""What the doctor says of the kit as a node of the fleet, in Indonesian and English; a text is as in `doctor_words`."""

from firmware.wording import Bilingual


class NodeIllness(Bilingual):
    """What may be wrong with it while the broker takes the status."""

    NODE_DEAF = (
        "Broker {broker} tidak memberi kit hak mendengar perintah\n"
        "- di broker, kit tidak punya hak baca atas spBv1.0/GRUP/NCMD/KIT atau spBv1.0/STATE/INDUK\n"
        "- kit_id di kit.toml bukan nama di sertifikat atau nama masuknya\n"
        "> di kantor: jalankan lagi sudo bash provisioning/setup.sh office; broker sewaan: docs/sparkplug.md\n"
        "> samakan kit_id dengan nama itu",
        "The broker {broker} gives the kit no right to hear commands\n"
        "- at the broker the kit may not read spBv1.0/GROUP/NCMD/KIT or spBv1.0/STATE/HOST\n"
        "- kit_id in kit.toml is not the name in its certificate, or of its login\n"
        "> at the office: run sudo bash provisioning/setup.sh office again; a rented one: docs/sparkplug.md\n"
        "> make kit_id the same as that name",
    )
    NODE_HOSTLESS = (
        "Induk {host} tidak terdengar di broker {broker}; {waiting} laporan menunggunya\n"
        "- halaman armada di kantor tidak berjalan\n"
        "- `primary_host` di [mqtt] bukan nama induk di kantor\n"
        "- di broker, kit tidak punya hak baca atas spBv1.0/STATE/{host}\n"
        "> di kantor: jalankan rekam office fleet\n"
        "> samakan `primary_host` dengan --host-id di kantor, atau kosongkan agar kit tidak menunggu siapa pun\n"
        "> di kantor: jalankan lagi sudo bash provisioning/setup.sh office",
        "The host {host} is not heard at the broker {broker}; {waiting} reports wait for it\n"
        "- the fleet's page does not run at the office\n"
        "- `primary_host` in [mqtt] is not the name of the office's host\n"
        "- at the broker the kit may not read spBv1.0/STATE/{host}\n"
        "> at the office: run rekam office fleet\n"
        "> make `primary_host` the same as --host-id at the office, or empty: the kit then waits for nobody\n"
        "> at the office: run sudo bash provisioning/setup.sh office again",
    )
    NODE_UNKEPT = (
        "Laporan untuk kantor tidak dapat disimpan: {words}\n"
        "- berkasnya rusak, atau kartu penuh\n"
        "> pindahkan berkas itu; kit membuat yang baru, dan rekaman tidak tersentuh\n"
        "> kosongkan tempat di kartu",
        "Reports for the office cannot be kept: {words}\n"
        "- the file is damaged, or the card is full\n"
        "> move the file away; the kit makes a new one, and no record is touched\n"
        "> make room on the card",
    )
