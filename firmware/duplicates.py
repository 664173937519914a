"""Whether a finger was captured before, in the same session or from the operator's own hands.

All of it stays in memory: the prints of one session and those of the operator who is at work.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware.datatypes import FingerCapture
from firmware.pipeline import matching
from firmware.pipeline.matching import Template
from firmware.pipeline.parameters import MATCH_SCORE
from firmware.vocabulary import FingerPosition, Language
from firmware.wording import Bilingual, finger

MINIMUM_QUALITY = 30
"""A print of a lower score is not compared: it may be taken for another finger, and is hardly known as its own."""


class Told(Bilingual):
    """What the operator is told of a finger that was there before."""

    TWICE = (
        "{now}: jari ini tampaknya sudah direkam sebagai {before}. Periksa dan ulangi jari yang salah.",
        "{now}: this finger seems to have been captured as {before}. Check, and repeat the wrong one.",
    )
    OPERATORS = (
        "{now}: ini tampaknya {before} milik operator. Letakkan jari penduduk.",
        "{now}: this seems to be the operator's own {before}. Put the resident's finger there.",
    )


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A finger that was captured before.

    now, earlier: the two captures, each with image and features. is_operators: the earlier one is the operator's own.
    score: how alike they are, MATCH_SCORE at least. pairs: int64 (k, 2), the minutiae of `now` and of `earlier` that
    are the same.
    """

    now: FingerCapture = field(repr=False)
    earlier: FingerCapture = field(repr=False)
    is_operators: bool
    score: float
    pairs: NDArray[np.int64] = field(repr=False)

    @property
    def position(self) -> FingerPosition:
        """Which finger it is said to be now."""
        return self.now.position

    @property
    def before(self) -> FingerPosition:
        """Which finger of the resident, or of the operator, it was before."""
        return self.earlier.position


def find(
    now: FingerCapture, session: Iterable[FingerCapture], operator: Iterable[FingerCapture] = ()
) -> Duplicate | None:
    """The earlier finger that a new print is most alike, if it is the same.

    now: the new print. session: what was captured of the same resident; its own position is left out, since there a
    finger is repeated. operator: fingers of the operator. Only prints of MINIMUM_QUALITY are compared.
    """
    template = _template(now)
    if template is None:
        return None
    found: Duplicate | None = None
    others = [(other, False) for other in session if other.position is not now.position]
    for other, is_operators in (*others, *((other, True) for other in operator)):
        earlier = _template(other)
        if earlier is None:
            continue
        same = matching.compare(template, earlier)
        if same.score >= (found.score if found else MATCH_SCORE):
            found = Duplicate(now, other, is_operators, same.score, same.pairs)
    return found


def say(duplicate: Duplicate, language: Language) -> str:
    """What the operator is told, in one line."""
    told = Told.OPERATORS if duplicate.is_operators else Told.TWICE
    now, before = finger(duplicate.position, language), finger(duplicate.before, language)
    return told.say(language, now=now, before=before)


def _template(capture: FingerCapture) -> Template | None:
    """What of a capture is compared; None where there is no print, or too poor a one."""
    image, features = capture.image, capture.features
    if image is None or features is None or features.quality.score < MINIMUM_QUALITY:
        return None
    return matching.describe(features.minutiae, image.ppi)
