"""Whether the office's host is there, by what it says on its own topic (Sparkplug B 3.0, section 6.4.30)."""

import json
from dataclasses import dataclass

from firmware.errors import MessageError


@dataclass(frozen=True, slots=True)
class HostState:
    """A host's word: whether it is there, and since when (milliseconds since 1970, UTC)."""

    is_online: bool
    at_ms: int


def encode(state: HostState) -> bytes:
    """The bytes of a host's word."""
    return json.dumps({"online": state.is_online, "timestamp": state.at_ms}).encode()


def decode(content: bytes) -> HostState:
    """Read a host's word. Raises MessageError."""
    try:
        told = json.loads(content)
        online, at_ms = told["online"], told["timestamp"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise MessageError(f"a host's state is JSON with online and timestamp ({error})") from error
    if not isinstance(online, bool) or isinstance(at_ms, bool) or not isinstance(at_ms, int) or at_ms < 0:
        raise MessageError("a host's state: online is true or false, timestamp a number of milliseconds")
    return HostState(online, at_ms)


class Watcher:
    """Follows one host through one connection; a word older than the one before counts for nothing."""

    def __init__(self) -> None:
        self._last: HostState | None = None

    @property
    def is_online(self) -> bool:
        """Whether the host is there, as far as it said."""
        return self._last is not None and self._last.is_online

    def hear(self, state: HostState) -> bool:
        """Take a word; False where an earlier one is younger."""
        if self._last is not None and state.at_ms < self._last.at_ms:
            return False
        self._last = state
        return True
