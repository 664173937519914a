"""The simulated resident, whose one pair of hands all instruments see and who follows what the kit announces."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.faults import AnyFault, NoFinger, PoorPrints
from sim.fingers import POSITIONS, Fingers
from sim.glass import Pixels
from sim.impressions import slide

# How long a person takes to put the finger there, and holds it without being told
_REACTION_S, _TOUCH_S = 0.5, 1.0
# A kit that has gone silent after "lift" asks for nothing any more
_PATIENCE_S = 10.0


class Resident:
    """A person before the sensor: `look` tells what touches the glass now, for it is the sensor's Glass.

    Announced: puts impression `attempt` of the finger that is asked for on the glass, until told to lift it. Without
    announcements: touches the glass with the right thumb some time after the first look, for a second, again and again.
    With `hold` a finger is always there, unless a kit says "lift". To what is announced a person reacts `pace` times
    as slowly as in life.
    """

    def __init__(
        self,
        fingers: Fingers,
        announcements: Path | None = None,
        *,
        hold: bool = False,
        pace: float = 1.0,
        faults: Sequence[AnyFault] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fingers = fingers
        self._ears = Ears(announcements)
        self._hold = hold
        self._pace = pace
        self._poor = sum(fault.impressions for fault in faults if isinstance(fault, PoorPrints))
        self._refusals = [fault.asks for fault in faults if isinstance(fault, NoFinger)]
        self._clock = clock
        self._position, self._attempt = 1, 1
        self._asks = 0
        self._is_touching = False
        self._is_announced = False
        self._since: float | None = None

    def look(self) -> Pixels | None:
        """What touches the glass now; None without a finger."""
        for line in self._ears.listen():
            self._follow(line)
        return self._impression() if self._touches(self._clock()) and not self._refuses() else None

    def _follow(self, line: dict[str, object]) -> None:
        """Do what one announcement says; what it does not understand, a person ignores."""
        if line.get("ask") in POSITIONS:
            attempt = line.get("attempt")
            self._position = POSITIONS.index(str(line["ask"])) + 1
            self._attempt = attempt if isinstance(attempt, int) and attempt > 0 else 1
            self._asks += 1
            self._is_announced = self._is_touching = True
        elif "lift" in line:
            self._is_announced, self._is_touching = True, False
        elif "done" in line:
            self._position, self._attempt = 1, 1
            self._is_announced = self._is_touching = False
        else:
            return
        self._since = self._clock()

    def _touches(self, now: float) -> bool:
        if self._since is None:
            self._since = now
        elapsed = now - self._since
        if self._is_announced and not self._is_touching and elapsed > _PATIENCE_S:
            self._is_announced = False
        if self._is_announced:
            return self._is_touching and elapsed >= _REACTION_S * self._pace
        if self._hold:
            return True
        # In life's time at any pace: a client that waits for coming or going must see either
        return elapsed % (_REACTION_S + _TOUCH_S) >= _REACTION_S

    def _refuses(self) -> bool:
        return any(asks == 0 or self._asks <= asks for asks in self._refusals)

    def _impression(self) -> Pixels | None:
        pixels = self._fingers.impression(self._position, self._attempt)
        if pixels is not None and self._attempt <= self._poor:
            return slide(pixels)
        return pixels


class Ears:
    """Follows a file of announcements from where it was last heard, or from its start when it was begun anew."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._heard = 0

    def listen(self) -> list[dict[str, object]]:
        """The announcements since the last time; a line that is not whole yet comes next time, rubbish never."""
        if self._path is None:
            return []
        try:
            with self._path.open("rb") as file:
                if file.seek(0, 2) < self._heard:
                    self._heard = 0
                file.seek(self._heard)
                text = file.read()
        except OSError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self._heard += len(whole)
        return [line for line in map(_parse, whole.splitlines()) if line]


def _parse(text: bytes) -> dict[str, object]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}
