"""One packet over the tus protocol 1.0.0 (tus.io), to the office's server or any other: only new bytes after a drop."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from firmware.datatypes import SealedPacket
from firmware.errors import DeliveryInterrupted, DeliveryRefused
from firmware.records import sealing
from firmware.uplink.line import Answer, Line

_VERSION = {"Tus-Resumable": "1.0.0"}
_BODY = {**_VERSION, "Content-Type": "application/offset+octet-stream"}
_TYPE = "application/octet-stream"
_GONE = (403, 404, 410)
_ROUNDS = 20
_PATH = "/packets"


@dataclass
class TusClient:
    """Uploads over a line; it remembers where each packet's upload is, so that it goes on there.

    on_offset: called with how far a packet is, and whether that is the server's word or only went into the line.
    """

    line: Line
    on_offset: Callable[[int, bool], None] = lambda offset, is_confirmed: None
    _places: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The path where uploads are created."""
        path = urlsplit(self.line.url).path
        return _PATH if path in ("", "/") else path

    def beside(self, path: str) -> str:
        """A path beside that of the uploads."""
        return urljoin(self.root, path)

    def upload(self, packet: SealedPacket) -> None:
        """Return once the server has all of a packet. Raises DeliveryInterrupted, DeliveryRefused.

        Again after an interruption it goes on with what is missing.
        """
        size = len(packet.ciphertext)
        offset = self._offset(packet)
        for _ in range(_ROUNDS):
            self.on_offset(offset, True)
            if offset == size:
                return
            offset = self._send(packet, offset)
        raise DeliveryInterrupted(f"{self.line.url}: the server does not keep what it takes of {packet.control_number}")

    def nudge(self, packet: SealedPacket) -> None:
        """Have a server look once more at a packet that is whole there. Raises as `upload`."""
        self._send(packet, len(packet.ciphertext))

    def _offset(self, packet: SealedPacket) -> int:
        """How much the server has; the upload is begun where it knows none."""
        place = self._places.get(packet.control_number)
        if place is not None:
            told = self.line.ask("HEAD", place, _VERSION)
            if told.status < 300:
                return _whole_number(told, len(packet.ciphertext))
            if told.status not in _GONE:
                raise _unexpected(told)
        return self._create(packet)

    def _create(self, packet: SealedPacket) -> int:
        # Some servers ask for the type, as the best known client sends it
        told = {"filename": sealing.file_name(packet.control_number), "filetype": _TYPE, "sha256": packet.sha256}
        pairs = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = {**_VERSION, "Upload-Length": str(len(packet.ciphertext)), "Upload-Metadata": pairs}
        answer = self.line.ask("POST", self.root, headers)
        if answer.status != 201 or "location" not in answer.headers:
            raise _unexpected(answer)
        where = urlsplit(urljoin(self.root, answer.headers["location"]))
        # Only the path: a server behind another one may not know its own name
        self._places[packet.control_number] = f"{where.path}?{where.query}" if where.query else where.path
        if "upload-offset" in answer.headers:
            return _whole_number(answer, len(packet.ciphertext))
        # A stock server makes a new upload each time: it is empty
        return 0

    def _send(self, packet: SealedPacket, offset: int) -> int:
        """Send all from an offset on; gives how much the server has then."""
        place, body = self._places[packet.control_number], packet.ciphertext[offset:]

        def note(size: int) -> None:
            self.on_offset(offset + size, False)

        told = self.line.ask("PATCH", place, {**_BODY, "Upload-Offset": str(offset)}, body, note)
        if told.status == 204:
            return _whole_number(told, len(packet.ciphertext))
        if told.status in (409, 460):
            # Another connection of ours was quicker, or the bytes were spoilt
            return self._offset(packet)
        if told.status in _GONE and told.refusal()[0] == "no_upload":
            return self._create(packet)
        raise _unexpected(told)


def _whole_number(told: Answer, size: int) -> int:
    value = told.headers.get("upload-offset", "")
    if not (value.isascii() and value.isdecimal()) or int(value) > size:
        raise DeliveryInterrupted(f"the server tells Upload-Offset {value!r} of {size} bytes; it is no tus server")
    return int(value)


def _unexpected(told: Answer) -> Exception:
    code, words = told.refusal()
    if told.status >= 500 or told.status in (408, 423, 429, 460):
        return DeliveryInterrupted(f"the office answers: {words} ({code})")
    return DeliveryRefused(code, f"the office answers: {words} ({code})")
