"""What a UART reads when the other end speaks at another speed: the line's levels, sampled at the wrong moments."""

_BITS = 10


def hear(data: bytes, spoken: int, heard: int) -> bytes:
    """The bytes that a receiver at `heard` baud makes of 8N1 bytes sent back to back at `spoken` baud."""
    if spoken == heard or not data:
        return data
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]
    ratio = spoken / heard
    received = bytearray()
    position = -1.0
    while (start := _falling_edge(levels, position)) is not None:
        samples = [_level(levels, start + (bit + 1.5) * ratio) for bit in range(8)]
        received.append(sum(level << bit for bit, level in enumerate(samples)))
        position = start + (_BITS - 0.5) * ratio
    return bytes(received)


def _falling_edge(levels: list[int], position: float) -> int | None:
    """The first moment after `position`, in bits as they were sent, at which the line falls."""
    was_high = _level(levels, position) == 1
    for index in range(max(0, int(position)), len(levels)):
        if was_high and levels[index] == 0:
            return index
        was_high = levels[index] == 1
    return None


def _level(levels: list[int], position: float) -> int:
    # An idle line is high
    return levels[int(position)] if 0 <= position < len(levels) else 1
