"""Spoiled files, as Hypothesis draws them: from the bytes of whole ones, and from the members of those in JSON."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

TOKENS = (b"\x00", b"\xff", b"-1", b"9" * 20, b"null", b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x00" * 8, b"\xff" * 8)
"""What readers like least: separators, endless numbers, lengths of nothing and of everything."""

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def spoiled(seeds: Sequence[bytes]) -> SearchStrategy[bytes]:
    """One of the seeds with some of it changed, taken out, doubled or put in; or noise."""
    ways = [_bytes_of(seed) for seed in seeds]
    ways += [_members_of(body) for seed in seeds if isinstance(body := _json(seed), dict)]
    return st.one_of(*ways, st.binary(max_size=200))


@st.composite
def _bytes_of(draw: st.DrawFn, seed: bytes) -> bytes:
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.one_of(st.integers(0, 4), st.integers(0, 40), st.just(len(seed)))))
        data[at:end] = draw(st.one_of(st.binary(max_size=6), st.sampled_from(TOKENS), st.just(data[at:end] * 2)))
    return bytes(data)


@st.composite
def _members_of(draw: st.DrawFn, body: dict[str, object]) -> bytes:
    again = json.loads(json.dumps(body))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(again))))
        if draw(st.booleans()):
            holder[key] = draw(_VALUES)
        else:
            del holder[key]
        if not again:
            break
    return json.dumps(again).encode()


def _places(body: object) -> Iterator[tuple[Any, Any]]:
    """Every object or list within, with each of its keys."""
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inner:
        yield body, key
        yield from _places(value)


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
