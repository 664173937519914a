"""Commands to a fingerprint sensor and their answers, of which some are late, stale, lost or spoiled."""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from firmware.drivers import fingerprint_protocol as protocol
from firmware.drivers.fingerprint_protocol import (
    DEVICE,
    Acknowledge,
    Command,
    Confirmation,
    Decoder,
    Identifier,
    Packet,
)
from firmware.drivers.link import SerialLink
from firmware.errors import DeviceError, DeviceRefused, LinkCorrupt, LinkTimeout

log = logging.getLogger(__name__)

_BITS_A_BYTE: Final = 10
_ENVELOPE_BYTES: Final = 11
_QUIET_S: Final = 0.15
_LONGEST_UPLOAD_BYTES: Final = 50_000

_ANSWERS_ONLY: Final[Mapping[int, tuple[str, ...]]] = {
    Confirmation.NO_FINGER: ("GenImg",),
    Confirmation.IMAGING_FAILED: ("GenImg",),
    Confirmation.DISORDERLY: ("Img2Tz",),
    Confirmation.TOO_FEW: ("Img2Tz",),
    Confirmation.CANNOT_SEND_DATA: ("UpImage",),
    Confirmation.NO_IMAGE: ("Img2Tz", "UpImage"),
    Confirmation.WRONG_PASSWORD: ("VfyPwd",),
    Confirmation.WRONG_REGISTER: ("SetSysPara",),
    Confirmation.WRONG_SETTING: ("SetSysPara",),
}
"""The codes that only these commands are answered with (each command's note in either manual)."""


class Dialogue:
    """Commands and their answers; `answer_s` is how long the sensor may think before its answer begins."""

    def __init__(self, link: SerialLink, answer_s: float, clock: Callable[[], float]) -> None:
        self._link = link
        self.answer_s = answer_s
        self._clock = clock
        self._decoder = Decoder()
        self._pending: list[Packet] = []
        self._unsettled = False
        self.password: int | None = None
        """What the sensor took; it is verified again whenever the sensor asks for it."""

    @property
    def corrupt(self) -> int:
        """How many spoiled packets came since the last command."""
        return self._decoder.corrupt

    def command(self, command: Command, *, extra_s: float = 0.0, attempts: int = 3) -> Acknowledge:
        """Ask until there is an answer. `extra_s` is what the work itself may take.

        The answer NOT_RECEIVED is asked about again too: it means a spoiled command, or one that the model does not
        know. Where an earlier question may still be answered, the last answer holds. Raises LinkTimeout or LinkCorrupt
        when the last of the attempts ends so, LinkLost at once.
        """
        failed = False
        for left in reversed(range(attempts)):
            if self._unsettled:
                self.settle()
            try:
                answer = self.exchange(command, self.answer_s + extra_s)
                if failed:
                    answer = self._last_answer(command, answer)
                if answer.code == Confirmation.PASSWORD_NEEDED and self.verify():
                    answer = self.exchange(command, self.answer_s + extra_s)
                if not left or answer.code not in (Confirmation.NOT_RECEIVED, Confirmation.PASSWORD_NEEDED):
                    return answer
            except (LinkTimeout, LinkCorrupt) as error:
                failed = self._unsettled = True
                if not left:
                    raise
                log.warning("%s; asking again", error)
        raise ValueError(f"attempts is {attempts}; it must be at least 1")

    def verify(self) -> bool:
        """Give the password that the sensor took before; whether it takes it now."""
        if self.password is None:
            return False
        log.info("%s: verify the password", DEVICE)
        return self.exchange(protocol.verify_password(self.password), self.answer_s).code == Confirmation.DONE

    def exchange(self, command: Command, wait_s: float) -> Acknowledge:
        """Ask once. Raises LinkTimeout when nothing comes, LinkCorrupt when what comes is no answer."""
        self._link.discard()
        self._decoder = Decoder()
        self._link.write(command.encode())
        deadline = self._clock() + wait_s + self._seconds(len(command.encode()) + _ENVELOPE_BYTES + command.answer_size)
        heard = 0
        while True:
            data = self._link.read(self._decoder.missing, deadline)
            heard += len(data)
            packets = self._decoder.feed(data)
            late = self._clock() >= deadline
            if late:
                packets += self._decoder.finish()
            for position, packet in enumerate(packets):
                if _answers(packet, command):
                    self._pending = packets[position + 1 :]
                    return Acknowledge(packet.content[0], packet.content[1:])
            if late and heard:
                raise LinkCorrupt(DEVICE, f"{command.name}: {heard} bytes came, but no answer; check the cable")
            if late:
                raise LinkTimeout(DEVICE, f"{command.name}: no answer; check the cable and the sensor's supply")

    def receive(self) -> list[Packet]:
        """The next packets, at least one. Raises LinkTimeout or LinkCorrupt when none comes."""
        packets, self._pending = self._pending, []
        deadline = self._clock() + self.answer_s + self._seconds(_ENVELOPE_BYTES + protocol.PACKET_SIZES[-1])
        while not packets:
            data = self._link.read(self._decoder.missing, deadline)
            packets = self._decoder.feed(data)
            if not packets and self._clock() >= deadline:
                packets = self._decoder.finish()
                if not packets:
                    raise LinkTimeout(DEVICE, "it stopped in the middle of its data; check the cable")
        return packets

    def pause(self, seconds: float) -> None:
        """Let the sensor be for a while; what it says by itself is thrown away."""
        self._link.read(1 << 16, self._clock() + seconds)

    def leave(self) -> None:
        """Go without what still comes: the next command waits it out first."""
        self._unsettled = True

    def settle(self) -> None:
        """Wait out whatever the sensor still has to send: late answers, an image at the most."""
        self._link.drain(self._quiet_s, self.answer_s + self._seconds(_LONGEST_UPLOAD_BYTES))
        self._unsettled = False

    @property
    def _quiet_s(self) -> float:
        """After so long a silence nothing more is expected."""
        return max(_QUIET_S, self.answer_s)

    def _last_answer(self, command: Command, answer: Acknowledge) -> Acknowledge:
        """That answer, or the last of those that still come: the first may be to the question that seemed lost."""
        data = self._link.read(1 << 16, self._clock() + self._quiet_s)
        for packet in self._pending + self._decoder.feed(data):
            if _answers(packet, command):
                answer = Acknowledge(packet.content[0], packet.content[1:])
        self._pending = []
        return answer

    def _seconds(self, count: int) -> float:
        return count * _BITS_A_BYTE / self._link.baud_rate


def refusal(command: Command, answer: Acknowledge, advice: str) -> DeviceError:
    """The error for an answer that is neither done nor worth another try."""
    return DeviceRefused(DEVICE, f"{command.name}: {protocol.meaning(answer.code)}; {advice}")


def _answers(packet: Packet, command: Command) -> bool:
    """Whether a packet can be the answer: a good one of another size or code belongs to an earlier command."""
    if packet.identifier != Identifier.ACKNOWLEDGE:
        return False
    code = packet.content[0]
    if code == Confirmation.DONE:
        return len(packet.content) == 1 + command.answer_size
    return command.name in _ANSWERS_ONLY.get(code, (command.name,))
