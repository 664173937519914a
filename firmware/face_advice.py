"""The words in which an operator is told what is wrong with a picture of a face, first what it is, then what to do."""

from collections.abc import Mapping

from firmware.portrait import FaceFeedback
from firmware.vocabulary import Language

WORDS: Mapping[FaceFeedback, tuple[str, str]] = {
    FaceFeedback.NO_FACE: (
        "Wajah tidak terlihat: duduk di depan kamera dan menghadap lurus.",
        "No face is seen: sit before the camera and look straight at it.",
    ),
    FaceFeedback.SEVERAL_FACES: (
        "Terlihat lebih dari satu wajah: hanya satu orang di depan kamera.",
        "More than one face is seen: one person alone before the camera.",
    ),
    FaceFeedback.TOO_SMALL: (
        "Wajah terlalu kecil: mendekat ke kamera.",
        "The face is too small: come closer to the camera.",
    ),
    FaceFeedback.OFF_CENTRE: (
        "Ruang di sekitar wajah kurang: geser wajah ke tengah atau mundur sedikit.",
        "Too little room around the face: move it to the middle, or back a little.",
    ),
    FaceFeedback.TURNED: (
        "Wajah menoleh: hadapkan wajah lurus ke kamera.",
        "The face looks aside: turn it straight to the camera.",
    ),
    FaceFeedback.NODDED: (
        "Wajah mendongak atau menunduk: sejajarkan mata dengan kamera.",
        "The face looks up or down: bring the eyes level with the camera.",
    ),
    FaceFeedback.TILTED: (
        "Kepala miring: tegakkan kepala.",
        "The head is tilted: hold it upright.",
    ),
    FaceFeedback.COVERED: (
        "Sebagian wajah tertutup: singkirkan tangan, rambut, atau masker.",
        "Part of the face is covered: take away hand, hair or mask.",
    ),
    FaceFeedback.DARK: (
        "Terlalu gelap: tambah cahaya dari depan.",
        "Too dark: bring more light from the front.",
    ),
    FaceFeedback.BRIGHT: (
        "Terlalu terang: kurangi cahaya atau jauhkan lampu.",
        "Too bright: less light, or the lamp further away.",
    ),
    FaceFeedback.UNEVEN_LIGHT: (
        "Separuh wajah gelap: hadapkan wajah ke cahaya.",
        "One side of the face is dark: turn the face to the light.",
    ),
    FaceFeedback.BLURRED: (
        "Gambar buram: tahan diam dan lap lensa.",
        "The picture is blurred: hold still, and wipe the lens.",
    ),
    FaceFeedback.EYES_CLOSED: (
        "Mata tertutup: buka kedua mata dan lihat ke kamera.",
        "Eyes are closed: open both and look at the camera.",
    ),
    FaceFeedback.MOUTH_OPEN: (
        "Mulut terbuka: tutup mulut.",
        "The mouth is open: close it.",
    ),
    FaceFeedback.BACKGROUND: (
        "Latar belakang salah: merah untuk tahun lahir ganjil, biru untuk genap.",
        "The background is wrong: red for an odd year of birth, blue for an even one.",
    ),
    FaceFeedback.BACKGROUND_UNEVEN: (
        "Latar belakang tidak rata: hilangkan bayangan dan lipatan kain.",
        "The background is uneven: remove shadows and folds of the cloth.",
    ),
}

ACCEPTED = ("Wajah diterima.", "The face is accepted.")


def say(feedback: FaceFeedback, language: Language) -> str:
    """One sentence for the operator."""
    return WORDS[feedback][0 if language is Language.INDONESIAN else 1]


def accepted(language: Language) -> str:
    """What is told when nothing is wrong."""
    return ACCEPTED[0 if language is Language.INDONESIAN else 1]
