"""The packets of the ZFM-20 / R30x / R503 family of fingerprint sensors: bytes to values and back, without I/O.

A packet is header EF01, module address (4), identifier (1), length of content and sum (2), content, sum (2), all
big-endian; the sum runs over identifier, length and content. Sources: ZFM-70 user manual V1.0 pages 15 to 41, R503 user
manual 1.2.2 pages 3 and 11 to 34.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from firmware.errors import LinkCorrupt

DEVICE: Final = "fingerprint sensor"
BAUD_UNIT: Final = 9600
PACKET_SIZES: Final = (32, 64, 128, 256)

_PREFIX: Final = struct.Struct(">HI")
_PREFIX_BYTES: Final = _PREFIX.pack(0xEF01, 0xFFFFFFFF)
_FRAME: Final = struct.Struct(">BH")
_SUM: Final = struct.Struct(">H")
_OVERHEAD: Final = _PREFIX.size + _FRAME.size
_LENGTHS: Final = range(_SUM.size + 1, _SUM.size + PACKET_SIZES[-1] + 1)


class Identifier(IntEnum):
    """What a packet is (ZFM-70 user manual, pages 19 and 33)."""

    COMMAND = 0x01
    DATA = 0x02
    ACKNOWLEDGE = 0x07
    END_OF_DATA = 0x08


_IDENTIFIERS: Final = frozenset(Identifier)


class Confirmation(IntEnum):
    """The confirmation codes that this driver can meet, with their words (each command's note in either manual)."""

    words: str

    def __new__(cls, code: int, words: str) -> "Confirmation":
        """A code that carries its words."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    DONE = 0x00, "done"
    NOT_RECEIVED = 0x01, "it did not receive the command whole"
    NO_FINGER = 0x02, "no finger is on the glass"
    IMAGING_FAILED = 0x03, "it could not take an image"
    DISORDERLY = 0x06, "the ridges in its image are disorderly"
    TOO_FEW = 0x07, "its image is small, or shows too few minutiae"
    CANNOT_SEND_DATA = 0x0F, "it cannot send the data that should follow"
    WRONG_PASSWORD = 0x13, "the password is wrong"
    NO_IMAGE = 0x15, "its buffer holds no image"
    FLASH_FAILED = 0x18, "it could not write its flash memory"
    UNKNOWN_ERROR = 0x19, "an error that it does not name"
    WRONG_REGISTER = 0x1A, "it has no such setting"
    WRONG_SETTING = 0x1B, "it does not take that value"
    WRONG_ADDRESS = 0x20, "its module address is another one"
    PASSWORD_NEEDED = 0x21, "it wants its password first"
    HARDWARE_FAILED = 0x29, "its optics or its chip failed their own check"


TRANSIENT: Final = frozenset({Confirmation.NOT_RECEIVED, Confirmation.IMAGING_FAILED, Confirmation.CANNOT_SEND_DATA})
"""The codes after which the same command may succeed."""


def meaning(code: int) -> str:
    """The words of a confirmation code; one of no data sheet is named by its number alone."""
    try:
        return f"{Confirmation(code).words} (code 0x{code:02X})"  # type: ignore[call-arg]
    except ValueError:
        return f"a confirmation code of no data sheet, 0x{code:02X}"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of either direction; `content` is 1 to 256 bytes."""

    identifier: Identifier
    content: bytes

    def encode(self) -> bytes:
        """The bytes on the wire."""
        body = _FRAME.pack(self.identifier, len(self.content) + _SUM.size) + self.content
        return _PREFIX_BYTES + body + _SUM.pack(sum(body) & 0xFFFF)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its name in the data sheet, its content, and how many bytes follow the code of a good answer."""

    name: str
    content: bytes
    answer_size: int = 0

    def encode(self) -> bytes:
        """The bytes on the wire."""
        return Packet(Identifier.COMMAND, self.content).encode()


GENERATE_IMAGE: Final = Command("GenImg", b"\x01")
GENERATE_FEATURES: Final = Command("Img2Tz", b"\x02\x01")
UPLOAD_IMAGE: Final = Command("UpImage", b"\x0a")
READ_SYSTEM_PARAMETERS: Final = Command("ReadSysPara", b"\x0f", answer_size=16)
READ_PRODUCT_INFO: Final = Command("ReadProdInfo", b"\x3c", answer_size=46)


def verify_password(password: int) -> Command:
    """VfyPwd (R503 user manual, page 11)."""
    return Command("VfyPwd", struct.pack(">BI", 0x13, password))


def set_baud_rate(baud_rate: int) -> Command:
    """SetSysPara of register 4, a multiple of 9600; the answer comes at the old speed (R503 user manual, page 12)."""
    return Command("SetSysPara", struct.pack(">BBB", 0x0E, 4, baud_rate // BAUD_UNIT))


def set_packet_size(size: int) -> Command:
    """SetSysPara of register 6: the bytes in a data packet, one of PACKET_SIZES (R503 user manual, page 12)."""
    return Command("SetSysPara", struct.pack(">BBB", 0x0E, 6, PACKET_SIZES.index(size)))


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The answer to a command: its confirmation code, known or not, and what follows it."""

    code: int
    parameters: bytes = b""


@dataclass(frozen=True, slots=True)
class SystemParameters:
    """The answer to ReadSysPara (R503 user manual, page 13); sizes in bytes, speed in baud."""

    status: int
    system_id: int
    capacity: int
    security_level: int
    address: int
    packet_size: int
    baud_rate: int

    @classmethod
    def parse(cls, parameters: bytes) -> "SystemParameters":
        """From the 16 bytes after the code. Raises LinkCorrupt for values of no data sheet."""
        status, system_id, capacity, level, address, size_code, multiple = struct.unpack(">HHHHIHH", parameters)
        if size_code >= len(PACKET_SIZES) or not 1 <= multiple <= 12:
            raise LinkCorrupt(DEVICE, f"ReadSysPara gave packet size code {size_code} and speed {multiple} x 9600 baud")
        size, baud_rate = PACKET_SIZES[size_code], multiple * BAUD_UNIT
        return cls(status, system_id, capacity, level, address, size, baud_rate)


@dataclass(frozen=True, slots=True)
class ProductInfo:
    """The answer to ReadProdInfo (R503 user manual, page 26), as the sensor says it; texts without their padding."""

    model: str
    batch: str
    serial: str
    hardware: str
    sensor: str
    width: int
    height: int
    template_size: int
    capacity: int

    @classmethod
    def parse(cls, parameters: bytes) -> "ProductInfo":
        """From the 46 bytes after the confirmation code."""
        model, batch, serial, major, minor, sensor, *numbers = struct.unpack(">16s4s8sBB8sHHHH", parameters)
        return cls(_text(model), _text(batch), _text(serial), f"{major}.{minor}", _text(sensor), *numbers)


def _text(padded: bytes) -> str:
    """What is printable before the padding: such a text goes into logs and records."""
    return "".join(chr(byte) for byte in padded.split(b"\0")[0] if 32 <= byte < 127).strip()


class Decoder:
    """Bytes in any portions become packets; rubbish between and inside them is stepped over."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.corrupt = 0
        """Frames that began well and then did not hold."""

    @property
    def missing(self) -> int:
        """How many bytes must come, at the least, before there can be another packet."""
        size = _OVERHEAD + _LENGTHS.start
        if len(self._buffer) >= _OVERHEAD:
            size = _OVERHEAD + int(_FRAME.unpack_from(self._buffer, _PREFIX.size)[1])
        return size - len(self._buffer)

    def feed(self, data: bytes) -> list[Packet]:
        """Take what arrived and return the packets that it completes."""
        self._buffer += data
        packets: list[Packet] = []
        start = self._seek(0)
        while len(self._buffer) >= start + _OVERHEAD:
            identifier, length = _FRAME.unpack_from(self._buffer, start + _PREFIX.size)
            end = start + _OVERHEAD + length
            plausible = identifier in _IDENTIFIERS and length in _LENGTHS
            if plausible and len(self._buffer) < end:
                break
            if plausible and self._sum_holds(start, end):
                content = bytes(self._buffer[start + _OVERHEAD : end - _SUM.size])
                packets.append(Packet(Identifier(identifier), content))
                start = self._seek(end)
            else:
                self.corrupt += 1
                start = self._seek(start + 1)
        del self._buffer[:start]
        return packets

    def finish(self) -> list[Packet]:
        """The wire fell silent: give up the frame that was begun and return the packets that stood behind it."""
        packets: list[Packet] = []
        while len(self._buffer) >= _PREFIX.size:
            self.corrupt += 1
            del self._buffer[:1]
            packets += self.feed(b"")
        self._buffer.clear()
        return packets

    def _seek(self, start: int) -> int:
        """Where the next header stands, or the place from which one may still come to be."""
        found = self._buffer.find(_PREFIX_BYTES, start)
        return found if found >= 0 else max(start, len(self._buffer) - _PREFIX.size + 1)

    def _sum_holds(self, start: int, end: int) -> bool:
        (expected,) = _SUM.unpack_from(self._buffer, end - _SUM.size)
        return bool(sum(self._buffer[start + _PREFIX.size : end - _SUM.size]) & 0xFFFF == expected)
