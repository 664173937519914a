"""A little of `python -m tests.fuzz`: every reader is fed its own files, spoiled; it answers or names what is wrong."""

import random

import pytest

from tests.fuzz_readers import READERS

SPOILED = 60
TOKENS = (b"\x00", b"\xff", b"-1", b"9" * 20, b"null", b"\x1c", b"\x1d", b"\x1e", b"\x1f", b"\x00" * 8, b"\xff" * 8)


def spoiled(seed: bytes, source: random.Random) -> bytes:
    """The bytes with some of them changed, taken out, doubled or replaced by what readers like least."""
    data = bytearray(seed)
    for _ in range(source.choice((1, 1, 2, 5))):
        at = source.randrange(len(data) + 1)
        end = min(len(data), at + source.choice((1, 1, 4, 30)))
        change = source.randrange(5)
        if change == 0 and at < len(data):
            data[at] ^= 1 << source.randrange(8)
        elif change == 1:
            del data[at:end]
        elif change == 2:
            data[at:at] = data[at:end]
        elif change == 3:
            data[at:end] = source.choice(TOKENS)
        else:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("name", list(READERS))
def test_a_reader_answers_or_names_what_is_wrong(name: str) -> None:
    reader, source = READERS[name], random.Random(name)
    seeds = reader.seeds()
    for seed in seeds:
        reader.survives(seed)
    for _ in range(SPOILED):
        reader.survives(spoiled(source.choice(seeds), source))
