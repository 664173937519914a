"""A little of `python -m tests.fuzz`: every reader is fed its own files, spoiled; it answers or names what is wrong."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz_readers import READERS
from tests.spoiling import spoiled

SPOILED = 60


@pytest.mark.parametrize("name", list(READERS))
def test_a_reader_answers_or_names_what_is_wrong(name: str) -> None:
    reader = READERS[name]
    seeds = reader.seeds()
    for seed in seeds:
        reader.survives(seed)

    @settings(max_examples=SPOILED, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(spoiled(seeds))
    def survives(data: bytes) -> None:
        reader.survives(data)

    survives()
