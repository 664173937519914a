"""What is watched beside the resident: devices that go and come back, the battery, who is still there."""

import time
from dataclasses import dataclass
from typing import Protocol

from firmware import device_words, panel_words
from firmware.datatypes import DeviceState, DeviceStatus
from firmware.errors import DeviceRefused, SessionAbandoned, SessionError
from firmware.power_words import PowerPhrase
from firmware.wording import Phrase
from firmware.workplace import Workplace


class Screen(Protocol):
    """Where an operator reads."""

    def line(self, text: str, style: str = "") -> None:
        """Show one line."""

    @property
    def is_alone(self) -> bool:
        """Whether nobody is there any more, at the other end or at the panel."""


def note(place: Workplace) -> tuple[DeviceStatus, ...]:
    """Write down which devices went or came back since this was last done, and give them."""
    changes = place.kit.changes()
    for status in changes:
        place.logbook.device(status.name, status.state)
    return changes


def tell_ill(place: Workplace, screen: Screen) -> None:
    """Tell which devices cannot be used."""
    note(place)
    for status in place.kit.statuses():
        if status.state not in (DeviceState.OK, DeviceState.UNKNOWN):
            _tell(place, screen, status)


def heed_power(place: Workplace) -> None:
    """Raise SessionError where the battery is so empty that the kit has to end now, whatever is under way."""
    power = place.kit.look_at_power(time.monotonic())
    if power.must_end:
        words = power.say(place.config.language, PowerPhrase.ENDED)
        raise SessionError(words) from DeviceRefused("battery", words)


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks after what a session needs, as often as it is asked."""

    place: Workplace
    screen: Screen

    def look(self) -> None:
        """Open what came back; write down and tell what went and what is back."""
        self.place.kit.look_after(time.monotonic(), in_session=True)
        self.place.kit.look_at_power(time.monotonic())
        for status in note(self.place):
            _tell(self.place, self.screen, status)

    def changed(self) -> None:
        """The same, and publish how the kit is."""
        self.look()
        self.place.report.tell()

    def alarm(self) -> SessionError | None:
        """Why the session has to end now, whatever is under way; None when it may go on."""
        self.look()
        try:
            heed_power(self.place)
        except SessionError as ended:
            return ended
        return self.abandonment()

    def abandonment(self) -> SessionError | None:
        """Why nobody is there to go on; None as long as somebody may be."""
        if not self.screen.is_alone:
            return None
        return SessionAbandoned(Phrase.ABANDONED.say(self.place.config.language))


def _tell(place: Workplace, screen: Screen, status: DeviceStatus) -> None:
    language, panel = place.config.language, place.kit.panel
    if status.name == "panel" and status.state is DeviceState.FAULT and panel:
        for button in sorted(panel.stuck, key=lambda stuck: stuck.value):
            screen.line(panel_words.say_stuck(button, language), "yellow")
        return
    is_back = status.state is DeviceState.OK
    screen.line(device_words.say(status.name, language, is_back=is_back), "green" if is_back else "yellow")
