"""A fingerprint sensor of the ZFM-20 / R30x / R503 family: a packet comes in, packets go out.

Sources: ZFM-70 user manual chapter 5, R503 user manual 1.2.2 chapters 4 and 5. It knows nothing of wires, time or
faults. Its features are a stand-in (see features.py); everything else answers as the data sheets say.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sim import features, framing
from sim.command import OK, Answer, Command, Commands, number
from sim.flash import Flash
from sim.framing import Packet
from sim.glass import Glass, Pixels, expose, pack, unpack
from sim.instructions import Confirmation, Instruction
from sim.profiles import Profile
from sim.sensor_library import Library
from sim.sensor_settings import Settings

_BEFORE_PASSWORD = {Instruction.VfyPwd, Instruction.HandShake, Instruction.GetEcho, Instruction.PortControl}
_PASSWORD_VERIFIED, _HAS_IMAGE = 4, 8
# A print fainter than this, in greys of sixteen, is poor for GetImageEx
_FAINT = 2.5


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sensor sends: the acknowledgement first, then data packets; `then` follows when it starts anew."""

    frames: tuple[bytes, ...]
    then: bytes = b""


class FingerprintSensor:
    """The module behind the wire; `flash` is what it keeps without power."""

    def __init__(self, profile: Profile, flash: Flash, glass: Glass) -> None:
        self.profile = profile
        self.flash = flash
        self._glass = glass
        self._settings = Settings(profile, flash)
        self._library = Library(profile, flash)
        self._image: Pixels | None = None
        self._is_verified = False
        self._must_verify = False
        self._receiving = bytearray()
        self._receiver: Callable[[bytes], None] | None = None
        commands = {**self._own_commands(), **self._settings.commands, **self._library.commands}
        self._commands: Commands = {code: run for code, run in commands.items() if code not in profile.unknown}

    def power_on(self) -> bytes:
        """Start anew: what was not in flash is gone; returns what a sensor of this model sends when it is ready."""
        self._image = None
        self._is_verified = self._must_verify = False
        self._receiver = None
        self._library.buffers.clear()
        return self.profile.at_power_on

    def fall_asleep(self) -> None:
        """Want the password verified again before anything else, as some modules do after a rest."""
        self._must_verify = True

    def handle(self, packet: Packet) -> Reply | None:
        """Answer one packet; None for what gets no answer (data, a stranger's acknowledgement)."""
        if packet.identifier in (framing.DATA, framing.END_OF_DATA):
            self._receive(packet)
            return None
        if packet.identifier != framing.COMMAND:
            return None
        # The acknowledgement of a new address comes from the old one: it is taken before the command runs
        address = self.flash.address
        self._receiver = None
        answer = self._answer(packet)
        frames = self._frames(address, answer)
        if answer.code == Confirmation.OK and packet.content[:1] == bytes([Instruction.SoftRst]):
            return Reply(frames, self.power_on())
        return Reply(frames)

    def refuse(self, code: int) -> Reply:
        """The answer of a sensor that fails with this code."""
        return Reply(self._frames(self.flash.address, Answer(code)))

    def _answer(self, packet: Packet) -> Answer:
        if not packet.is_intact or not packet.content:
            return Answer(Confirmation.PACKET_NOT_RECEIVED)
        if packet.address != self.flash.address:
            return Answer(Confirmation.WRONG_ADDRESS)
        try:
            command = self._commands[Instruction(packet.content[0])]
        except (ValueError, KeyError):
            # An R308 answers so to ReadSysPara, which it does not know (pyfingerprint issue 44)
            return Answer(Confirmation.PACKET_NOT_RECEIVED)
        if packet.content[0] not in _BEFORE_PASSWORD and self._is_locked:
            return Answer(Confirmation.VERIFY_PASSWORD_FIRST)
        parameters = packet.content[1:]
        if len(parameters) != command.length:
            return Answer(Confirmation.PACKET_NOT_RECEIVED)
        return command.run(parameters)

    @property
    def _is_locked(self) -> bool:
        return self._must_verify or (self.flash.password != 0 and not self._is_verified)

    def _frames(self, address: int, answer: Answer) -> tuple[bytes, ...]:
        acknowledgement = framing.frame(address, framing.ACKNOWLEDGE, bytes([answer.code]) + answer.parameters)
        size = self.flash.packet_size
        pieces = [answer.upload[start : start + size] for start in range(0, len(answer.upload), size)]
        kinds = [framing.DATA] * (len(pieces) - 1) + [framing.END_OF_DATA]
        data = [framing.frame(address, kind, piece) for kind, piece in zip(kinds, pieces, strict=False)]
        return (acknowledgement, *data)

    def _own_commands(self) -> Commands:
        done = Command(0, lambda _: OK)
        return {
            Instruction.GenImg: Command(0, lambda _: self._take_image(Confirmation.OK)),
            Instruction.GetEnrollImage: Command(0, lambda _: self._take_image(Confirmation.OK)),
            Instruction.GetImageEx: Command(0, lambda _: self._take_image(Confirmation.TOO_FEW_POINTS)),
            Instruction.Img2Tz: Command(1, self._extract),
            Instruction.UpImage: Command(0, self._upload_image),
            Instruction.DownImage: Command(0, lambda _: self._expect(self._take_download)),
            Instruction.DownChar: Command(1, lambda p: self._expect(lambda data: self._library.put(p[0], data))),
            Instruction.ReadSysPara: Command(0, lambda _: Answer(parameters=self._settings.parameters(self._status))),
            Instruction.VfyPwd: Command(4, self._verify),
            Instruction.GetEcho: Command(0, lambda _: Answer(Confirmation.ECHO)),
            Instruction.PortControl: Command(1, lambda p: OK if p[0] in (0, 1) else Answer(Confirmation.PORT_FAILED)),
            Instruction.AuraLed: Command(4, lambda p: OK if 1 <= p[0] <= 6 else Answer(Confirmation.BAD_VALUE)),
            Instruction.HandShake: done,
            Instruction.CheckSensor: done,
            Instruction.Cancel: done,
            Instruction.SoftRst: done,
            Instruction.LedOn: done,
            Instruction.LedOff: done,
        }

    @property
    def _status(self) -> int:
        return _PASSWORD_VERIFIED * self._is_verified | _HAS_IMAGE * (self._image is not None)

    def _take_image(self, if_poor: Confirmation) -> Answer:
        finger = self._glass.look()
        if finger is None:
            return Answer(Confirmation.NO_FINGER)
        self._image = expose(finger, self.profile.height, self.profile.width)
        return Answer(if_poor if self._image.std() < _FAINT else Confirmation.OK)

    def _extract(self, parameters: bytes) -> Answer:
        if self._image is None:
            return Answer(Confirmation.NO_IMAGE)
        if (complaint := features.complaint(self._image)) is not None:
            return Answer(complaint)
        self._library.put(parameters[0], features.extract(self._image))
        return OK

    def _upload_image(self, _: bytes) -> Answer:
        if self._image is None:
            return Answer(Confirmation.CANNOT_UPLOAD_IMAGE)
        return Answer(upload=pack(self._image))

    def _verify(self, parameters: bytes) -> Answer:
        self._is_verified = number(parameters) == self.flash.password
        if not self._is_verified:
            return Answer(Confirmation.WRONG_PASSWORD)
        self._must_verify = False
        return OK

    def _expect(self, receiver: Callable[[bytes], None]) -> Answer:
        self._receiving.clear()
        self._receiver = receiver
        return OK

    def _take_download(self, data: bytes) -> None:
        self._image = unpack(data, self.profile.height, self.profile.width)

    def _receive(self, packet: Packet) -> None:
        if self._receiver is None or not packet.is_intact:
            return
        self._receiving += packet.content
        if packet.identifier == framing.END_OF_DATA:
            self._receiver(bytes(self._receiving))
            self._receiver = None
