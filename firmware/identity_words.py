"""What is said of the kit's identity, in Indonesian and English."""

from firmware.wording import Bilingual

_BY_STICK = (
    "`rekam identity request FOLDER`, bawa ke kantor, lalu `rekam identity accept FOLDER`",
    "`rekam identity request FOLDER`, bring it to the office, then `rekam identity accept FOLDER`",
)


class IdentityPhrase(Bilingual):
    """What the operator and the technician are told about the kit's identity; FOLDER is a stick for the office."""

    NO_KEY = (
        "belum dibuat; `rekam identity request FOLDER` membuatnya",
        "not made yet; `rekam identity request FOLDER` makes it",
    )
    UNADMITTED = (
        f"belum diterima kantor; perekaman berjalan terus. Jalankan {_BY_STICK[0]}",
        f"not admitted by the office yet; recording goes on. Run {_BY_STICK[1]}",
    )
    ADMITTED = ("diterima kantor, berlaku sampai {until}", "admitted by the office, valid until {until}")
    EXPIRING = (
        f"sertifikat kit berlaku hanya sampai {{until}}. Perpanjang: {_BY_STICK[0]}",
        f"the kit's certificate is valid only until {{until}}. Renew it: {_BY_STICK[1]}",
    )
    EXPIRED = (
        f"sertifikat kit sudah habis pada {{until}}; perekaman berjalan terus. Perpanjang: {_BY_STICK[0]}",
        f"the kit's certificate ended on {{until}}; recording goes on. Renew it: {_BY_STICK[1]}",
    )
    SPOILED = (
        "rusak; `rekam selftest` menyebut berkasnya, `rekam identity renew FOLDER` membuat yang baru",
        "damaged; `rekam selftest` names the file, `rekam identity renew FOLDER` makes a new one",
    )
    OTHER_BOARD = (
        "Identitas kit ini dibuat di papan (board) lain: kartunya disalin, atau dipindahkan ke papan pengganti. Kit "
        "tidak merekam sampai punya identitas baru; paket yang menunggu tetap ada dan dapat diekspor. Papan diganti: "
        "jalankan `rekam identity renew FOLDER`. Ini salinan dan kit asalnya masih dipakai: tulis kit_id lain di "
        "kit.toml lebih dulu, lalu jalankan perintah yang sama. FOLDER itu flashdisk untuk kantor.",
        "This kit's identity was made on another board: its card was copied, or moved to a replacement board. The kit "
        "does not record until it has a new identity; packets that wait are kept and can be exported. The board was "
        "replaced: run `rekam identity renew FOLDER`. This is a copy and the other kit is still in use: first write "
        "another kit_id into kit.toml, then run the same. FOLDER is a stick for the office.",
    )
    REQUESTED = (
        "{path} ditulis; bawa ke kantor, dan di sana: rekam office admit FOLDER",
        "Wrote {path}; bring it to the office, and there: rekam office admit FOLDER",
    )
    RENEWED = (
        "Kit {kit} punya kunci baru untuk papan ini; paket yang menunggu tetap ada dan tetap dibuka kantor. Kantor "
        "yang sudah mengenal kit ini menerimanya dengan --replace {kit}.",
        "Kit {kit} has a new key for this board; packets that wait are kept, and the office still opens them. An "
        "office that knows this kit already admits it with --replace {kit}.",
    )
    ACCEPTED = (
        "Kit {kit} diterima sampai {until}; paketnya disegel untuk {recipients} penerima.",
        "Kit {kit} is admitted until {until}; its packets are sealed for {recipients} recipients.",
    )
    FINGERPRINT = (
        "Sidik kantor (kantor menunjukkan yang sama): {fingerprint}",
        "Authority's fingerprint (the office shows the same): {fingerprint}",
    )
    STANDS = ("Identitas: {words}.", "Identity: {words}.")
