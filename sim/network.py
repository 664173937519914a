"""A thin link to the office: a TCP proxy that is slow, drops, hangs half open and misbehaves on demand.

Sizes and rates are bytes and bytes a second of the link's own time; `time_scale` link seconds pass in one of ours, so
that a night of a satellite link takes a test some seconds.
"""

import contextlib
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

_HOST = "127.0.0.1"
# What the kernel buffers has not crossed the link yet, and is to be as little as a modem holds
_BUFFER = 4096
_PIECE = 1024
_RESET = struct.pack("ii", 1, 0)
_PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<h1>Please log in</h1>\n"


class Mischief(Enum):
    """What the proxy does on demand, until it is told otherwise."""

    NONE = "none"
    REFUSE = "refuse"  # hangs up on whoever calls
    SWALLOW = "swallow"  # takes everything, says nothing: half open from the first byte
    DEAFEN = "deafen"  # what is sent arrives, no answer comes back
    GARBLE = "garble"  # turns one bit of each piece on its way to the office
    PORTAL = "portal"  # answers by itself, as a hotel's network does


@dataclass(frozen=True, slots=True)
class Link:
    """How thin a link is.

    rate: bytes a second each way, 0 for no limit. drop_every: bytes, both ways together, after which every connection
    is cut; with a seed each run is drawn between half and one and a half of it. half_open: of so many drops one in how
    many is silent: neither end is told. outage_s: how long nobody gets through after a drop. delay_s: each way.
    """

    rate: float = 0.0
    drop_every: int = 0
    seed: int | None = None
    half_open: int = 0
    outage_s: float = 0.0
    delay_s: float = 0.0
    time_scale: float = 1.0


@dataclass(slots=True)
class Traffic:
    """What the link carried, bytes; connections are those that were passed on."""

    up: int = 0
    down: int = 0
    connections: int = 0
    drops: int = 0
    silent_drops: int = 0


@dataclass(eq=False, slots=True)
class _Pair:
    """The two ends of one connection."""

    kit: socket.socket
    office: socket.socket
    is_silent: bool = False

    def cut(self) -> None:
        """Reset both ends, as a link that goes down and comes back does."""
        for end in (self.kit, self.office):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Network:
    """A proxy before `host`:`port`; a context manager within which it listens on `address`."""

    host: str
    port: int
    link: Link = field(default_factory=Link)
    listen: int = 0
    mischief: Mischief = Mischief.NONE
    traffic: Traffic = field(default_factory=Traffic)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _pairs: set[_Pair] = field(default_factory=set)
    _listener: socket.socket | None = None
    _since_drop: int = 0
    _until_drop: float = 0.0
    _up_again_s: float = 0.0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.link.seed)
        self._draw()

    def __enter__(self) -> Self:
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Set before `listen`: each accepted connection inherits it
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        self._listener.bind((_HOST, self.listen))
        self._listener.listen()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listener:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        with self._lock:
            self._cut_all()

    @property
    def address(self) -> tuple[str, int]:
        """Where the kit calls."""
        if self._listener is None:
            raise RuntimeError("the network is not up")
        return _HOST, int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Drop every connection now."""
        with self._lock:
            self._drop()

    def _accept(self, listener: socket.socket) -> None:
        for kit in _callers(listener):
            if self.mischief is Mischief.REFUSE or time.monotonic() < self._up_again_s:
                kit.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                kit.close()
            elif self.mischief is Mischief.PORTAL:
                threading.Thread(target=_answer, args=(kit,), daemon=True).start()
            else:
                self._connect(kit)

    def _connect(self, kit: socket.socket) -> None:
        office = socket.socket()
        office.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        try:
            office.connect((self.host, self.port))
        except OSError:
            kit.close()
            office.close()
            return
        pair = _Pair(kit, office, self.mischief is Mischief.SWALLOW)
        with self._lock:
            self._pairs.add(pair)
            self.traffic.connections += 1
        for is_up in (True, False):
            threading.Thread(target=self._pump, args=(pair, is_up), daemon=True).start()

    def _pump(self, pair: _Pair, is_up: bool) -> None:
        """Carry one direction, piece by piece, at the link's pace, until either end or the link goes."""
        source, sink = (pair.kit, pair.office) if is_up else (pair.office, pair.kit)
        due_s = 0.0
        with contextlib.suppress(OSError):
            while piece := source.recv(_PIECE):
                due_s = max(due_s, time.monotonic()) + self._lasts_s(len(piece))
                time.sleep(max(0.0, due_s - time.monotonic()) + self.link.delay_s / self.link.time_scale)
                if not self._carries(pair, piece, is_up):
                    # A silent end is neither read nor closed: its sender learns nothing
                    return
                sink.sendall(self._spoilt(piece, is_up))
            sink.shutdown(socket.SHUT_WR)
            if is_up:
                return
        with self._lock:
            self._pairs.discard(pair)
        pair.cut()

    def _lasts_s(self, size: int) -> float:
        return size / self.link.rate / self.link.time_scale if self.link.rate else 0.0

    def _carries(self, pair: _Pair, piece: bytes, is_up: bool) -> bool:
        """Count a piece that crosses; False where it, and all after it, do not."""
        with self._lock:
            if pair.is_silent or (self.mischief is Mischief.DEAFEN and not is_up):
                return False
            self._since_drop += len(piece)
            if self.link.drop_every and self._since_drop >= self._until_drop:
                self._drop()
                return False
            if is_up:
                self.traffic.up += len(piece)
            else:
                self.traffic.down += len(piece)
            return True

    def _spoilt(self, piece: bytes, is_up: bool) -> bytes:
        if self.mischief is Mischief.GARBLE and is_up:
            return bytes([piece[0] ^ 1]) + piece[1:]
        return piece

    def _drop(self) -> None:
        self.traffic.drops += 1
        self._draw()
        self._up_again_s = time.monotonic() + self.link.outage_s / self.link.time_scale
        if self.link.half_open and self.traffic.drops % self.link.half_open == 0:
            self.traffic.silent_drops += 1
            for pair in self._pairs:
                pair.is_silent = True
        else:
            self._cut_all()

    def _cut_all(self) -> None:
        for pair in self._pairs:
            pair.cut()
        self._pairs.clear()

    def _draw(self) -> None:
        self._since_drop = 0
        spread = self._chance.uniform(0.5, 1.5) if self.link.seed is not None else 1.0
        self._until_drop = self.link.drop_every * spread


def _callers(listener: socket.socket) -> Iterator[socket.socket]:
    while True:
        try:
            yield listener.accept()[0]
        except OSError:
            return


def _answer(kit: socket.socket) -> None:
    with contextlib.suppress(OSError), kit:
        kit.settimeout(5)
        kit.recv(_PIECE)
        kit.sendall(_PORTAL)
