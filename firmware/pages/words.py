"""What a print's page says, in Indonesian and English."""

from collections.abc import Mapping

from firmware.pages.reference import family
from firmware.vocabulary import Language
from firmware.wording import Bilingual, choose


class PagePhrase(Bilingual):
    """A text of a page."""

    TITLE = ("Mutu sidik jari", "Quality of fingerprints")
    QUALITY = ("Mutu {score} dari 100", "Quality {score} of 100")
    NOT_READ = ("Tidak dapat dinilai: {error}", "Could not be assessed: {error}")
    GOOD = ("Tidak ada yang perlu diperbaiki.", "Nothing stands in the way.")
    SIZE = ("{width} x {height} piksel, {ppi:.0f} ppi", "{width} x {height} pixels, {ppi:.0f} ppi")
    PATTERN = ("Pola: {pattern}", "Pattern: {pattern}")
    PRINT = ("Sidik jari", "The print")
    CLARITY = (
        "Peta mutu: kejelasan garis tiap blok, 0 (gelap) sampai 1 (kuning)",
        "Quality map: clarity of the ridges in each block, 0 (dark) to 1 (yellow)",
    )
    MINUTIAE = (
        "Minutia: {endings} ujung garis (lingkaran merah), {bifurcations} percabangan (kotak biru); "
        "inti ungu, delta hijau",
        "Minutiae: {endings} ridge endings (red circles), {bifurcations} bifurcations (blue squares); "
        "cores violet, deltas green",
    )
    WORST = ("Ukuran terburuk", "The worst measures")
    MEASURE = ("Ukuran", "Measure")
    VALUE = ("Nilai", "Value")
    USUAL = ("Sidik jari baik (5 % sampai 95 %)", "Good prints (5 % to 95 %)")
    AS_BAD = ("Sama buruk atau lebih", "As bad or worse")
    SHARE = ("{percent} % yang baik", "{percent} % of good ones")
    HARDLY = ("di bawah 1 % yang baik", "under 1 % of good ones")


_MEASURES: Mapping[str, tuple[str, str]] = {
    "area_mm2": ("luas sidik jari, milimeter persegi", "area of the print, square millimetres"),
    "clarity": ("kejelasan garis", "clarity of the ridges"),
    "coherence": ("keteraturan arah garis", "agreement of the ridges' orientation"),
    "contrast": ("kontras garis dan lembah", "contrast of ridges and valleys"),
    "dark_part": ("bagian yang gelap", "dark part of the print"),
    "off_centre": ("jarak dari tengah kaca", "distance from the middle of the glass"),
    "minutiae": ("jumlah minutia", "number of minutiae"),
    "FDA": ("satu frekuensi garis yang jelas", "one clear ridge frequency"),
    "LCS": ("garis dan lembah dapat dibedakan", "ridges and valleys told apart"),
    "OCL": ("kepastian orientasi garis", "certainty of the ridges' orientation"),
    "OF": ("aliran garis yang tenang", "smooth flow of the ridges"),
    "RVUP": ("lebar garis dan lembah yang merata", "even widths of ridges and valleys"),
    "Mu": ("rata-rata tingkat abu-abu", "mean grey level"),
    "MMB": ("rata-rata tingkat abu-abu tiap blok", "mean grey level of the blocks"),
    "ImgProcROIArea_Mean": ("rata-rata tingkat abu-abu di sidik jari", "mean grey level inside the print"),
    "OrientationMap_ROIFilter_CoherenceRel": ("keteraturan orientasi, rata-rata", "coherence of the orientation, mean"),
    "OrientationMap_ROIFilter_CoherenceSum": ("keteraturan orientasi, jumlah", "coherence of the orientation, sum"),
    "FingerJetFX_MinutiaeCount": ("jumlah minutia", "number of minutiae"),
    "FingerJetFX_MinCount_COMMinRect200x200": ("jumlah minutia di tengah", "number of minutiae in the middle"),
    "FJFXPos_Mu_MinutiaeQuality_2": ("minutia di tempat yang cukup gelap", "minutiae where it is dark enough"),
    "FJFXPos_OCL_MinutiaeQuality_80": ("minutia di orientasi yang pasti", "minutiae on certain orientation"),
}


def measure(name: str, language: Language) -> str:
    """What a measure tells, in a few words; its own name where there are none."""
    return choose(_MEASURES.get(family(name), (name, name)), language)
