"""`python -m tests.duplicates --sessions N`: honest sessions in which a duplicate is reported, dishonest ones caught.

Each session has ten fingers and an operator's, drawn from those grown, which touch as they come in the field, three
times at most. In the end it is dishonest twice over: another finger is captured again, and the operator's own. Then
prints of different fingers of all sessions are compared, to tell how often a score this high comes by chance.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from firmware import duplicates
from firmware.datatypes import FingerCapture, FrictionRidgeImage, Outcome
from firmware.pipeline import extraction, matching
from firmware.pipeline.matching import Template
from firmware.pipeline.parameters import MATCH_SCORE
from firmware.vocabulary import FingerPosition
from sim.impressions import impress
from sim.ridges import Master, grow

# A seed that no constant was set on
SEED = 2027
TRIES = 3
SHAPE = (288, 256)
# The part of the comparisons of different fingers whose scores are the tail
TAIL = 1e-3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Session:
    """What one session came to.

    honest: duplicates reported of eleven fingers that are different. caught: of the same finger twice, then of the
    operator's; None where a print was too poor to be compared. prints: by the finger's number, those good enough.
    """

    honest: int
    caught: tuple[bool | None, bool | None]
    prints: tuple[tuple[int, Template], ...]


def grown(finger: int, seed: int) -> Master:
    """One finger."""
    return grow(np.random.default_rng((seed, finger)))


def drawn(number: int, fingers: int, seed: int) -> list[int]:
    """The eleven fingers of a session, the operator's last."""
    return [int(k) for k in np.random.default_rng((seed, number, 0)).choice(fingers, 11, replace=False)]


def play(number: int, drawn: Sequence[int], masters: Sequence[Master], seed: int) -> Session:
    """Play one session with these fingers, the operator's last."""
    rng = np.random.default_rng((seed, number, 1))
    *fingers, own = masters
    touch = partial(capture, rng=rng)
    operator = touch(own, FingerPosition.RIGHT_INDEX)
    settled: list[FingerCapture] = []
    reported = 0
    for position, master in zip(FingerPosition, fingers, strict=True):
        now = touch(master, position)
        reported += duplicates.find(now, settled, [operator]) is not None
        settled.append(now)
    first, second = rng.choice(len(fingers), 2, replace=False)
    again, theirs = touch(fingers[first], settled[second].position), touch(own, settled[second].position)
    others = [other for other in settled if other.position is not again.position]
    twice, operators = duplicates.find(again, others, [operator]), duplicates.find(theirs, others, [operator])
    caught = (
        twice is not None and twice.before is settled[first].position if good(again, settled[first]) else None,
        operators is not None and operators.is_operators if good(theirs, operator) else None,
    )
    captures = zip(drawn, (*settled, operator), strict=True)
    return Session(reported, caught, tuple((finger, template(one)) for finger, one in captures if good(one)))


def capture(master: Master, position: FingerPosition, *, rng: np.random.Generator) -> FingerCapture:
    """Touch until a print is good enough, and keep the best of three."""
    best: FingerCapture | None = None
    for attempt in range(1, TRIES + 1):
        pixels = impress(master, rng, shape=SHAPE).pixels
        features = extraction.extract(pixels, 500)
        if best is None or best.features is None or features.quality.score > best.features.quality.score:
            image = FrictionRidgeImage(pixels, 500)
            best = FingerCapture(position, Outcome.ACCEPTED, attempt, image=image, features=features)
        if features.quality.score >= duplicates.MINIMUM_QUALITY:
            break
    assert best is not None
    return best


def good(*captures: FingerCapture) -> bool:
    scores = [one.features.quality.score if one.features else 0 for one in captures]
    return min(scores) >= duplicates.MINIMUM_QUALITY


def template(one: FingerCapture) -> Template:
    assert one.features is not None
    return matching.describe(one.features.minutiae)


def by_chance(prints: Sequence[tuple[int, Template]], comparisons: int, seed: int) -> Floats:
    """The scores of prints of different fingers, drawn with replacement."""
    rng = np.random.default_rng((seed, 0))
    scores = []
    for _ in track(range(comparisons), "comparing", console=Console(stderr=True)):
        (one, first), (other, second) = (prints[k] for k in rng.choice(len(prints), 2))
        while one == other:
            other, second = prints[int(rng.integers(len(prints)))]
        scores.append(matching.compare(first, second).score)
    return np.array(scores)


def false_match_rate(scores: Floats, threshold: float) -> float:
    """The rate that the tail of the scores foretells.

    What the highest scores exceed the tail's beginning by is taken to fall off exponentially, with their mean.
    """
    begin = float(np.quantile(scores, 1 - TAIL))
    excess = scores[scores > begin] - begin
    return TAIL * math.exp(-(threshold - begin) / float(excess.mean()))


def tell_sessions(sessions: Sequence[Session], console: Console) -> None:
    """Print what was reported, rightly and falsely."""
    honest = sum(session.honest for session in sessions)
    faulty = sum(session.honest > 0 for session in sessions)
    console.print(f"honest sessions: {len(sessions)}, with a duplicate reported: {faulty} ({honest} fingers)")
    for k, what in enumerate(("same finger twice", "operator's finger")):
        told = [session.caught[k] for session in sessions if session.caught[k] is not None]
        poor = len(sessions) - len(told)
        console.print(f"{what}: caught {sum(map(bool, told))} of {len(told)}; too poor to be compared: {poor}")


def tell_chance(chance: Floats, prints: int, console: Console) -> None:
    """Print how often different fingers reach the threshold."""
    passed, rate = int((chance >= MATCH_SCORE).sum()), false_match_rate(chance, MATCH_SCORE)
    console.print(
        f"different fingers: {len(chance)} comparisons of {prints} prints, highest score {chance.max():.3f}; "
        f"at {MATCH_SCORE} or above: {passed}; rate by the tail: 1 in {1 / rate:,.0f}"
    )


def main(
    sessions: Annotated[int, typer.Option(min=1, help="how many residents")] = 200,
    fingers: Annotated[
        int, typer.Option(min=11, help="how many fingers are grown, for all sessions to draw from")
    ] = 400,
    seed: Annotated[int, typer.Option(min=0, help="the same seed grows the same fingers")] = SEED,
    comparisons: Annotated[int, typer.Option(min=0, help="of prints of different fingers of all sessions")] = 200000,
    jobs: Annotated[int, typer.Option(min=1, help="how many processes share the sessions")] = 1,
) -> None:
    """Measure how often a duplicate is reported, rightly and falsely."""
    console = Console(stderr=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        growing = pool.map(partial(grown, seed=seed), range(fingers))
        masters = list(track(growing, "growing", total=fingers, console=console))
        hands = [drawn(number, fingers, seed) for number in range(sessions)]
        theirs = ([masters[k] for k in hand] for hand in hands)
        playing = pool.map(partial(play, seed=seed), range(sessions), hands, theirs)
        played = list(track(playing, "sessions", total=sessions, console=console))
    shown = Console(width=150)
    tell_sessions(played, shown)
    prints = [one for session in played for one in session.prints]
    if comparisons and prints:
        tell_chance(by_chance(prints, comparisons, seed), len(prints), shown)


if __name__ == "__main__":
    typer.run(main)
