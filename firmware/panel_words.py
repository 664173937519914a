"""What the panel's signals say in words, and what is told of its faults, in Indonesian and English."""

from firmware.signals import PanelButton, Signal
from firmware.vocabulary import Language
from firmware.wording import Bilingual


class SignalPhrase(Bilingual):
    """The sentence for each signal, for a screen beside the panel; the names are those of `Signal`."""

    OFF = ("Panel mati.", "The panel is dark.")
    READY = ("Siap untuk warga berikutnya.", "Ready for the next resident.")
    PLACE_FINGER = ("Letakkan jari di kaca.", "Put the finger on the glass.")
    LIFT = ("Bagus: angkat jari.", "Good: lift the finger.")
    AGAIN = ("Belum bagus: angkat jari, lalu letakkan lagi.", "Not good: lift the finger, then put it there once more.")
    DONE = ("Selesai: rekaman sudah disimpan.", "Done: the record is kept.")
    LOOK_HERE = ("Lihat ke kamera.", "Look at the camera.")
    ASK_OPERATOR = ("Petugas: baca layar, lalu tekan tombol.", "Operator: read the screen, then press a button.")
    FAULT = ("Ada gangguan: baca layar.", "Something is broken: read the screen.")
    BATTERY_LOW = ("Baterai lemah: selesaikan, lalu isi daya.", "The battery is low: finish, then charge.")


class ButtonName(Bilingual):
    """What stands on each button; the names are those of `PanelButton`."""

    ACCEPT = ("terima", "accept")
    REPEAT = ("ulang", "repeat")
    SKIP = ("lewati / batal", "skip / cancel")


class PanelPhrase(Bilingual):
    """What is told of a panel that does not work as it should."""

    STUCK = (
        'Tombol "{button}" macet: lepaskan, lalu periksa kabelnya. Perekaman tetap dapat diteruskan.',
        'The button "{button}" is stuck: free it, then see its wire. Recording goes on without it.',
    )
    SKIPPED = ("dilewati di panel", "skipped at the panel")


def say(signal: Signal, language: Language) -> str:
    """One sentence for what the panel shows."""
    return SignalPhrase[signal.name].say(language)


def say_stuck(button: PanelButton, language: Language) -> str:
    """One sentence for a button that is stuck."""
    return PanelPhrase.STUCK.say(language, button=ButtonName[button.name].say(language))
