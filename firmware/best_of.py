"""The better of two tries, of a finger or of the face."""

from firmware.datatypes import GivenUp
from firmware.events import Captured, FaceTaken


def prints(best: Captured | None, other: Captured | GivenUp | None) -> Captured | None:
    """The print of the higher score; one of score 0 is none."""
    taken = [one for one in (best, other) if isinstance(one, Captured) and one.features.quality.score > 0]
    return max(taken, key=lambda one: one.features.quality.score, default=None)


def faces(best: FaceTaken | None, other: FaceTaken | None) -> FaceTaken | None:
    """The picture of a face with the least wrong; one that shows no face is none."""
    taken = [one for one in (best, other) if one and one.pixels is not None]
    return min(taken, key=lambda one: len(one.feedback), default=None)
