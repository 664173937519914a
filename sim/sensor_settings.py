"""The sensor's settings, notes and what it says of itself."""

import secrets
import struct

from sim.command import OK, Answer, Command, Commands, number
from sim.flash import NOTE_BYTES, NOTE_PAGES, Flash
from sim.instructions import Confirmation, Instruction
from sim.profiles import Profile

_BAUD, _SECURITY, _PACKET_SIZE = 4, 5, 6
_INFORMATION_PAGE = 512


class Settings:
    """Reads and changes what stands in flash; a change of speed holds from the next packet on."""

    def __init__(self, profile: Profile, flash: Flash) -> None:
        self._profile = profile
        self._flash = flash

    @property
    def commands(self) -> Commands:
        """The instructions that read or change settings, notes and versions."""
        return {
            Instruction.SetSysPara: Command(2, self._set_parameter),
            Instruction.SetPwd: Command(4, self._set_password),
            Instruction.SetAddr: Command(4, self._set_address),
            Instruction.ReadInfPage: Command(0, self._read_information),
            Instruction.WriteNotepad: Command(1 + NOTE_BYTES, self._write_note),
            Instruction.ReadNotepad: Command(1, self._read_note),
            Instruction.GetRandomCode: Command(0, lambda _: Answer(parameters=secrets.token_bytes(4))),
            Instruction.GetAlgVer: Command(0, lambda _: Answer(parameters=b"SIMULATED 1.0".ljust(32, b"\0"))),
            Instruction.GetFwVer: Command(0, lambda _: Answer(parameters=self._profile.name.encode().ljust(32, b"\0"))),
            Instruction.ReadProdInfo: Command(0, self._read_product),
        }

    def parameters(self, status: int) -> bytes:
        """The sixteen bytes of ReadSysPara (R503 user manual 1.2.2 p. 13)."""
        flash, profile = self._flash, self._profile
        words = (status, profile.system_id, profile.capacity, flash.security)
        return struct.pack(">4HI2H", *words, flash.address, flash.packet_code, flash.baud_number)

    def _set_parameter(self, parameters: bytes) -> Answer:
        register, value = parameters
        allowed = {_BAUD: self._profile.baud_numbers, _SECURITY: range(1, 6), _PACKET_SIZE: range(4)}
        if register not in allowed:
            return Answer(Confirmation.BAD_REGISTER)
        if value not in allowed[register]:
            return Answer(Confirmation.BAD_VALUE)
        setattr(
            self._flash, {_BAUD: "baud_number", _SECURITY: "security", _PACKET_SIZE: "packet_code"}[register], value
        )
        return OK

    def _set_password(self, parameters: bytes) -> Answer:
        self._flash.password = number(parameters)
        return OK

    def _set_address(self, parameters: bytes) -> Answer:
        self._flash.address = number(parameters)
        return OK

    def _read_information(self, _: bytes) -> Answer:
        return Answer(upload=self.parameters(0).ljust(_INFORMATION_PAGE, b"\xff"))

    def _write_note(self, parameters: bytes) -> Answer:
        if parameters[0] >= NOTE_PAGES:
            return Answer(Confirmation.PAGE_OUT_OF_RANGE)
        self._flash.notes[parameters[0]] = parameters[1:]
        return OK

    def _read_note(self, parameters: bytes) -> Answer:
        if parameters[0] >= NOTE_PAGES:
            return Answer(Confirmation.PAGE_OUT_OF_RANGE, bytes(NOTE_BYTES))
        return Answer(parameters=self._flash.notes.get(parameters[0], bytes(NOTE_BYTES)))

    def _read_product(self, _: bytes) -> Answer:
        profile = self._profile
        names = profile.name.encode().ljust(16, b"\0") + profile.batch.ljust(4, b"\0") + profile.serial.ljust(8, b"\0")
        sizes = struct.pack(">4H", profile.width, profile.height, profile.template_size, profile.capacity)
        return Answer(parameters=names + bytes((1, 3)) + profile.sensor.ljust(8, b"\0") + sizes)
