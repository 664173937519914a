"""The words in which an operator is told what is wrong with a touch, first what it is, then what to do about it."""

from collections.abc import Mapping

from firmware.datatypes import Feedback
from firmware.vocabulary import Language

WORDS: Mapping[Feedback, tuple[str, str]] = {
    Feedback.NO_FINGER: (
        "Sidik jari tidak ditemukan: letakkan jari mendatar di kaca.",
        "No print found: put the finger flat on the glass.",
    ),
    Feedback.OVERLAPPING: (
        "Terlihat dua sidik jari: letakkan satu jari saja di kaca yang bersih.",
        "Two prints are seen: put one finger alone on a clean glass.",
    ),
    Feedback.TIP_ONLY: (
        "Hanya pucuk jari yang menempel: rebahkan jari, jangan ditegakkan.",
        "Only the tip touches: lay the finger flat, not upright.",
    ),
    Feedback.TOO_SMALL: (
        "Hanya sebagian kecil yang terlihat: letakkan seluruh ujung jari di kaca.",
        "Only a small part is seen: put the whole fingertip on the glass.",
    ),
    Feedback.OFF_CENTRE: (
        "Jari tidak di tengah: geser ke tengah kaca.",
        "The finger lies off centre: move it to the middle of the glass.",
    ),
    Feedback.MOVED: (
        "Jari bergerak: tahan diam sampai diminta mengangkatnya.",
        "The finger moved: hold it still until told to lift it.",
    ),
    Feedback.TOO_DRY: (
        "Jari kering: hembuskan napas atau basahi sedikit.",
        "The finger is dry: breathe on it or moisten it a little.",
    ),
    Feedback.TOO_WET: (
        "Jari basah: keringkan jari dan kaca.",
        "The finger is wet: dry the finger and the glass.",
    ),
    Feedback.TOO_LIGHT: (
        "Tekanan terlalu ringan: tekan sedikit lebih kuat.",
        "The touch is too light: press a little harder.",
    ),
    Feedback.TOO_HARD: (
        "Tekanan terlalu kuat: kurangi tekanan.",
        "The touch is too hard: press less.",
    ),
    Feedback.DIRTY_GLASS: (
        "Kaca kotor: lap dengan kain kering yang bersih.",
        "The glass is dirty: wipe it with a clean, dry cloth.",
    ),
    Feedback.UNCLEAR: (
        "Garis sidik jari tidak jelas: jangan bergerak dan tekan merata.",
        "The ridges are unclear: hold still and press evenly.",
    ),
    Feedback.FEW_MINUTIAE: (
        "Detail terlalu sedikit: perlihatkan lebih banyak ujung jari.",
        "Too little detail: show more of the fingertip.",
    ),
}


def say(feedback: Feedback, language: Language) -> str:
    """One sentence for the operator."""
    return WORDS[feedback][0 if language is Language.INDONESIAN else 1]
