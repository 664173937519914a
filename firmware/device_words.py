"""What an operator reads of a device that went or came back, in Indonesian and English."""

from firmware.vocabulary import Language
from firmware.wording import Bilingual


class DevicePhrase(Bilingual):
    """What is told of each device of a kit; the names begin with the device's own."""

    FINGERPRINT_GONE = (
        "Sensor sidik jari tidak dapat dipakai: periksa kabelnya.",
        "The fingerprint sensor cannot be used: check its cable.",
    )
    FINGERPRINT_BACK = ("Sensor sidik jari dapat dipakai lagi.", "The fingerprint sensor can be used again.")
    PANEL_GONE = (
        "Panel tidak dapat dipakai: periksa kabelnya dan pakai layar. Perekaman tetap dapat diteruskan.",
        "The panel cannot be used: check its cable, and use the screen. Recording goes on without it.",
    )
    PANEL_BACK = ("Panel dapat dipakai lagi.", "The panel can be used again.")
    CAMERA_GONE = (
        "Kamera tidak dapat dipakai: periksa kabelnya. Sidik jari tetap dapat direkam.",
        "The camera cannot be used: check its cable. Fingers are recorded without it.",
    )
    CAMERA_BACK = ("Kamera dapat dipakai lagi.", "The camera can be used again.")
    BATTERY_GONE = (
        "Pengukur baterai tidak dapat dibaca: periksa kabelnya. Perekaman tetap dapat diteruskan.",
        "The battery's gauge cannot be read: check its wires. Recording goes on without it.",
    )
    BATTERY_BACK = ("Pengukur baterai dapat dibaca lagi.", "The battery's gauge can be read again.")


def say(device: str, language: Language, *, is_back: bool) -> str:
    """One sentence for a device that went, or that is back."""
    return DevicePhrase[f"{device.upper()}_{'BACK' if is_back else 'GONE'}"].say(language)
