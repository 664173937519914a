"""What a print's page shows, free of its layout: texts in one language, pictures, the worst measures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from firmware import advice as advice_words
from firmware import overlay, wording
from firmware.datatypes import FingerprintFeatures
from firmware.marks import Canvas
from firmware.pages import words
from firmware.pages.reference import PERCENTS, Finding, worst
from firmware.pages.words import PagePhrase
from firmware.tracing import Stages
from firmware.vocabulary import Language, MinutiaKind

_USUAL = PERCENTS.index(5), PERCENTS.index(95)


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with what is seen in it."""

    caption: str
    image: Image.Image


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table of the worst measures.

    place, low, high: where on a scale, 0..1, the value lies, and the good prints from 5 to 95 percent.
    """

    name: str
    code: str
    value: str
    usual: str
    share: str
    place: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page tells; without a score the print could not be assessed, and `advice` says why."""

    title: str
    language: Language
    score: int | None
    advice: tuple[str, ...]
    facts: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    measures: tuple[Measure, ...] = ()


def describe(
    title: str,
    pixels: NDArray[np.uint8],
    ppi: float,
    features: FingerprintFeatures,
    stages: Stages,
    language: Language,
) -> Page:
    """The page of a print. pixels: uint8 (h, w). stages: what `tracing.extract` kept of the same extraction."""

    def say(phrase: PagePhrase, **values: object) -> str:
        return phrase.say(language, **values)

    height, width = pixels.shape
    quality, minutiae = features.quality, features.minutiae
    endings, bifurcations = minutiae.of_kind(MinutiaKind.RIDGE_ENDING), minutiae.of_kind(MinutiaKind.BIFURCATION)
    advice = tuple(advice_words.say(feedback, language) for feedback in quality.feedback)
    return Page(
        title,
        language,
        quality.score,
        advice or (say(PagePhrase.GOOD),),
        (
            say(PagePhrase.SIZE, width=width, height=height, ppi=ppi),
            say(PagePhrase.PATTERN, pattern=wording.pattern(features.pattern, language)),
        ),
        (
            Figure(say(PagePhrase.PRINT), Image.fromarray(pixels)),
            Figure(say(PagePhrase.CLARITY), _clarity(stages)),
            Figure(
                say(PagePhrase.MINUTIAE, endings=endings, bifurcations=bifurcations), overlay.sketch(pixels, features)
            ),
        ),
        tuple(_measure(finding, language) for finding in worst(quality.measures)),
    )


def unreadable(title: str, error: str, language: Language) -> Page:
    """The page of a file that could not be assessed."""
    return Page(title, language, None, (PagePhrase.NOT_READ.say(language, error=error),))


def _clarity(stages: Stages) -> Image.Image:
    """The quality map: clarity by blocks, the background in the veil's colour."""
    height, width = stages.print_.shape
    parts = stages.by_pixel(stages.offered["clarity"])
    return Canvas.of_heat(parts, stages.foreground, (0, 0, width, height)).finish()


def _measure(finding: Finding, language: Language) -> Measure:
    values = finding.reference.values
    least, most = min(values[0], finding.value), max(values[-1], finding.value)
    low, high = (values[place] for place in _USUAL)

    def part(value: float) -> float:
        return (value - least) / ((most - least) or 1.0)

    percent = round(100 * finding.share)
    share = PagePhrase.SHARE.say(language, percent=percent) if percent else PagePhrase.HARDLY.say(language)
    usual = f"{low:.3g} … {high:.3g}"
    name = words.measure(finding.measure, language)
    return Measure(
        name, finding.measure, f"{finding.value:.3g}", usual, share, part(finding.value), part(low), part(high)
    )
