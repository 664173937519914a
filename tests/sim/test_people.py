"""The simulated resident does what the kit announces, and is there for a client that announces nothing."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from sim.faults import AnyFault, NoFinger, PoorPrints
from sim.glass import Pixels
from sim.people import Ears, Resident


class Hand:
    """Ten fingers whose prints tell position and attempt."""

    def impression(self, position: int, attempt: int) -> Pixels | None:
        return np.full((40, 30), 10 * position + attempt, np.uint8)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Scene:
    """A resident, a clock and a loudspeaker."""

    def __init__(self, folder: Path, *faults: AnyFault, hold: bool = False, pace: float = 1.0) -> None:
        self._file = folder / "announcements.jsonl"
        self._clock = Clock()
        self.resident = Resident(Hand(), self._file, hold=hold, pace=pace, faults=faults, clock=self._clock)

    def say(self, **line: object) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def seen(self, after: float = 0.0) -> int | None:
        """What lies on the glass: ten times the position plus the attempt."""
        self._clock.now += after
        pixels = self.resident.look()
        return None if pixels is None else int(pixels[0, 0])


def test_the_asked_finger_comes_and_goes(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.say(ask="left_thumb", attempt=1)
    assert scene.seen() is None
    assert scene.seen(0.6) == 61
    assert scene.seen(100) == 61
    scene.say(lift="left_thumb")
    assert scene.seen() is None
    assert scene.seen(5) is None
    scene.say(ask="left_index", attempt=1)
    assert scene.seen() is None
    assert scene.seen(0.6) == 71


def test_another_try_is_another_impression(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.say(ask="right_thumb", attempt=1)
    scene.seen()
    scene.say(again="right_thumb")
    scene.say(ask="right_thumb", attempt=2)
    assert scene.seen(0.6) is None
    assert scene.seen(0.6) == 12


def test_pace_0_means_at_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path, pace=0)
    scene.say(ask="right_little", attempt=3)
    assert scene.seen() == 53
    scene.say(lift="right_little")
    assert scene.seen() is None


@pytest.mark.parametrize("pace", [0.0, 1.0])
def test_without_announcements_a_finger_comes_goes_and_comes(tmp_path: Path, pace: float) -> None:
    scene = Scene(tmp_path, pace=pace)
    there = [scene.seen(0.1) for _ in range(60)]
    changes = [here for before, here in pairwise(there) if here != before]
    assert there[0] is None
    assert changes[:4] == [11, None, 11, None]


def test_after_the_session_other_clients_get_a_finger(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.say(ask="left_little", attempt=1)
    scene.say(lift="left_little")
    scene.say(done=True)
    assert scene.seen() is None
    assert scene.seen(0.6) == 11


def test_a_kit_that_went_silent_is_given_up(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.say(lift="left_little")
    assert scene.seen() is None
    assert 11 in [scene.seen(0.1) for _ in range(150)]


def test_a_held_finger_leaves_only_when_it_is_told_to(tmp_path: Path) -> None:
    scene = Scene(tmp_path, hold=True)
    assert scene.seen() == 11
    scene.say(ask="right_index", attempt=1)
    assert scene.seen() is None
    assert scene.seen(0.6) == 21
    scene.say(lift="right_index")
    assert scene.seen() is None
    scene.say(done=False)
    assert scene.seen() == 11


def test_rubbish_is_ignored(tmp_path: Path) -> None:
    scene = Scene(tmp_path, hold=True)
    scene.say(ask="third_hand", attempt=1)
    scene.say(ask="right_ring", attempt="many")
    scene.say(hello=1)
    scene.seen()
    assert scene.seen(0.6) == 41


@pytest.mark.parametrize("asks", [0, 2])
def test_no_finger_for_some_asks_or_for_ever(tmp_path: Path, asks: int) -> None:
    scene = Scene(tmp_path, NoFinger(asks=asks), pace=0)
    seen = []
    for attempt in (1, 2, 3):
        scene.say(ask="right_thumb", attempt=attempt)
        seen.append(scene.seen())
    assert seen == ([None, None, 13] if asks else [None] * 3)


def test_the_first_impressions_may_be_poor(tmp_path: Path) -> None:
    scene = Scene(tmp_path, PoorPrints(impressions=1), pace=0)
    scene.say(ask="right_thumb", attempt=1)
    scene.resident._fingers = Stripes()
    spoiled, whole = scene.resident.look(), Stripes().impression(1, 1)
    assert spoiled is not None and spoiled.std() < whole.std() / 2
    scene.say(ask="right_thumb", attempt=2)
    assert np.array_equal(scene.resident.look(), whole)  # type: ignore[arg-type]


class Stripes:
    """A hand of horizontal ridges."""

    def impression(self, position: int, attempt: int) -> Pixels:
        return np.tile((128 + 100 * np.sin(np.arange(300) * 0.7)).astype(np.uint8)[:, None], (1, 200))


def test_ears_wait_for_the_end_of_a_line_and_hear_a_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "announcements"
    ears = Ears(path)
    assert ears.listen() == []
    path.write_text('{"ask": 1}\n{"as')
    assert ears.listen() == [{"ask": 1}]
    path.write_text('{"ask": 1}\n{"ask": 2}\nno json\n7\n')
    assert ears.listen() == [{"ask": 2}]
    path.write_text('{"ask": 3}\n')
    assert ears.listen() == [{"ask": 3}]
    assert Ears(None).listen() == []
