"""Work is handed out a little ahead, and its rows come back in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.archive import spreading
from firmware.assessment import ImageFile
from firmware.rows import Row

FILES = [ImageFile(Path(f"{number}.png"), f"{number}.png") for number in range(23)]


class Given:
    """A batch that is given out; it tells how many are out at once."""

    out, most, cancelled = 0, 0, 0

    def __init__(self, batch: spreading.Batch) -> None:
        self.batch = batch
        Given.out += 1
        Given.most = max(Given.most, Given.out)

    def cancel(self) -> bool:
        Given.cancelled += 1
        return True

    def collect(self) -> list[Row]:
        Given.out -= 1
        return [{"file": file.name} for file in self.batch]


@pytest.fixture
def rows() -> Iterator[Row]:
    Given.out = Given.most = Given.cancelled = 0
    return spreading.in_order(spreading.batches(FILES, 4), Given, lambda _, given: given.collect(), 3)


def test_rows_come_in_order_and_few_batches_are_out(rows: Iterator[Row]) -> None:
    assert [row["file"] for row in rows] == [file.name for file in FILES]
    assert (Given.out, Given.most, Given.cancelled) == (0, 3, 0)


def test_whoever_stops_early_leaves_nothing_out(rows: Iterator[Row]) -> None:
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert (Given.out, Given.cancelled) == (2, 2)


def test_no_file_is_no_batch() -> None:
    assert list(spreading.batches([], 4)) == []
