"""The packets of the sensor's side of the wire: EF01, address, identifier, length, content, sum; all big-endian.

Written from the data sheets (ZFM-70 user manual p. 20, R503 user manual 1.2.2 p. 9); the firmware has its own.
"""

import struct
from dataclasses import dataclass

COMMAND, DATA, ACKNOWLEDGE, END_OF_DATA = 0x01, 0x02, 0x07, 0x08
_HEADER = struct.Struct(">HIBH")
_START = b"\xef\x01"
_LONGEST = 256 + 2


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet as it arrived; `is_intact` says whether its sum was right."""

    address: int
    identifier: int
    content: bytes
    is_intact: bool = True


def frame(address: int, identifier: int, content: bytes) -> bytes:
    """The bytes of one packet."""
    header = _HEADER.pack(0xEF01, address, identifier, len(content) + 2)
    return header + content + struct.pack(">H", _checksum(identifier, content))


def _checksum(identifier: int, content: bytes) -> int:
    length = len(content) + 2
    return (identifier + (length >> 8) + (length & 0xFF) + sum(content)) & 0xFFFF


class Reader:
    """Finds packets in a stream; what cannot be the start of one is skipped, as a sensor waits for EF01."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """Take what came in; return the packets that are whole now."""
        self._buffer += data
        packets = []
        while (packet := self._next()) is not None:
            packets.append(packet)
        return packets

    def reset(self) -> None:
        """Forget a packet that never became whole."""
        self._buffer.clear()

    def _next(self) -> Packet | None:
        while True:
            start = self._buffer.find(_START)
            if start < 0:
                del self._buffer[: -1 if self._buffer.endswith(_START[:1]) else len(self._buffer)]
                return None
            del self._buffer[:start]
            if len(self._buffer) < _HEADER.size:
                return None
            _, address, identifier, length = _HEADER.unpack_from(self._buffer)
            if not 3 <= length <= _LONGEST or identifier not in (COMMAND, DATA, ACKNOWLEDGE, END_OF_DATA):
                del self._buffer[:1]
                continue
            end = _HEADER.size + length
            if len(self._buffer) < end:
                return None
            content = bytes(self._buffer[_HEADER.size : end - 2])
            stated = int.from_bytes(self._buffer[end - 2 : end], "big")
            del self._buffer[:end]
            return Packet(address, identifier, content, stated == _checksum(identifier, content))
