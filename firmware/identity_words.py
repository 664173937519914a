"""What is said of the kit's identity, in Indonesian and English."""

from firmware.wording import Bilingual


class IdentityPhrase(Bilingual):
    """What the operator and the technician are told about the kit's identity."""

    OTHER_BOARD = (
        "identitas kit ini dibuat di papan (board) lain: kartunya disalin, atau dipindahkan ke papan pengganti. Kit "
        "tidak merekam sampai punya identitas baru; paket yang menunggu tetap ada dan dapat diekspor. Papan diganti: "
        "jalankan `rekam identity renew FOLDER`. Ini salinan dan kit asalnya masih dipakai: tulis kit_id lain di "
        "kit.toml lebih dulu, lalu jalankan perintah yang sama. FOLDER itu flashdisk untuk kantor.",
        "this kit's identity was made on another board: its card was copied, or moved to a replacement board. The kit "
        "does not record until it has a new identity; packets that wait are kept and can be exported. The board was "
        "replaced: run `rekam identity renew FOLDER`. This is a copy and the other kit is still in use: first write "
        "another kit_id into kit.toml, then run the same. FOLDER is a stick for the office.",
    )
