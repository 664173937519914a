"""What a station asks of the kit's devices, of those who announce, and of whoever runs the kit."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware import events
from firmware.datatypes import Feedback, FingerCapture, FrictionRidgeImage, GivenUp
from firmware.errors import DeviceError
from firmware.portrait import BackdropColour, FaceCapture
from firmware.session import Session
from firmware.session_table import Action
from firmware.vocabulary import FingerPosition

Decision = events.Repeated | events.Excused | events.Cancelled
Word = Decision | events.Confirmed
Pixels = NDArray[np.uint8]


class FingerprintSource(Protocol):
    """What a station asks of a fingerprint sensor; see the driver for the meaning."""

    def capture(
        self,
        *,
        timeout_s: float,
        on_lift: Callable[[], None],
        on_progress: Callable[[float], None],
        on_rows: Callable[[Pixels, int, float], None],
        check: bool,
        stop: Callable[[], bool],
    ) -> FrictionRidgeImage | GivenUp | None:
        """Take an image, or give it up where its check finds it hopeless; None when no finger came before the end."""

    def wait_for_lift(self, timeout_s: float, *, stop: Callable[[], bool]) -> bool:
        """Wait until the glass is free; False when it is not before the end."""


class Shot(Protocol):
    """One picture: pixels uint8 (h, w, 3), RGB, and the camera's maker and model."""

    @property
    def pixels(self) -> Pixels:
        """The picture."""

    @property
    def make(self) -> str:
        """The camera's maker."""

    @property
    def model(self) -> str:
        """The camera's model."""


class CameraSource(Protocol):
    """What a station asks of a camera."""

    def capture(self) -> Shot:
        """Take one picture. Raises DeviceError."""


class Hardware(Protocol):
    """What a station asks of a kit."""

    @property
    def fingerprint(self) -> FingerprintSource:
        """The fingerprint sensor."""

    def lost(self, name: str, fault: DeviceError) -> None:
        """Take note that a device failed in its work."""

    def reopen(self, name: str) -> None:
        """Close a device and open it anew."""


class Operator(Protocol):
    """Whoever runs the kit: told what happens, and asked when the session cannot go on by itself."""

    def asked(self, enrolment: Session) -> None:
        """A finger is asked for."""

    def progressed(self, fraction: float) -> None:
        """The image is on its way, 0..1."""

    def foretold(self, enrolment: Session, feedback: Sequence[Feedback]) -> None:
        """The print that is on its way will hardly be good enough, and why."""

    def may_lift(self, *, again: bool) -> None:
        """The finger may leave the glass; `again` when it is still there after a while."""

    def told(self, action: Action, enrolment: Session) -> None:
        """How a try ended."""

    def reconnecting(self, fault: DeviceError) -> None:
        """A device is opened anew."""

    def failed(self, fault: DeviceError) -> None:
        """A device failed and is not opened anew now."""

    def decide(self, enrolment: Session, *, may_excuse: bool, stop: Callable[[], bool]) -> Word | None:
        """Repeat, excuse or cancel; None when nobody is there to decide, or when `stop` says so first."""

    def review(self, enrolment: Session, *, stop: Callable[[], bool]) -> Word | None:
        """Ask whether all is right; None when nobody is there to look, or when `stop` says so first."""

    def has_word(self) -> bool:
        """Whether something was pressed or said that the session has not heard; never waits."""

    def word(self, enrolment: Session, *, may_excuse: bool, stop: Callable[[], bool]) -> Word | None:
        """Take what was pressed or said; None when it comes to nothing."""


class Shown(Protocol):
    """What came of a session, as far as it is shown."""

    @property
    def captures(self) -> tuple[FingerCapture, ...]:
        """Every finger."""

    @property
    def face(self) -> FaceCapture | None:
        """The face, where one was to be taken."""

    @property
    def control_number(self) -> str:
        """What the record is called."""

    @property
    def waiting(self) -> int:
        """How many packets wait to be delivered."""


class Presses(Protocol):
    """Buttons that an operator may press instead of typing."""

    def has_word(self) -> bool:
        """Whether one was pressed that is not heard yet; never waits."""

    def word(self) -> Word | None:
        """Take what was pressed first; None when nothing was."""

    def wait(self, stop: Callable[[], bool]) -> Word | None:
        """Wait for what is pressed next; None when `stop` says so first."""

    @property
    def is_there(self) -> bool:
        """Whether buttons can be pressed now."""

    @property
    def may_answer(self) -> bool:
        """Whether they can, or could in this session: buttons that went are waited for."""


class Announcer(Protocol):
    """Tells everybody in the room what is asked for: words on a screen, lamps, sounds."""

    def ask(self, position: FingerPosition, attempt: int) -> None:
        """A finger is asked for."""

    def look(self, backdrop: BackdropColour | None) -> None:
        """The face is asked for, before a cloth of this colour."""

    def lift(self, position: FingerPosition) -> None:
        """The finger may leave the glass."""

    def again(self, position: FingerPosition) -> None:
        """The same finger will be asked for once more."""

    def decide(self) -> None:
        """The operator is asked."""

    def done(self, *, complete: bool) -> None:
        """The session is over."""
