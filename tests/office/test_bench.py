"""The office's bench, with a few packets."""

import pytest

from firmware.errors import StoreError
from firmware.office import bench


def test_packets_of_two_kits_are_taken_and_counted(postgres_url: str) -> None:
    measured = list(bench.run(["", postgres_url], kits=2, packets=4))
    assert [(one.store, one.kits, one.packets) for one in measured] == [("sqlite", 2, 4), ("postgresql", 2, 4)]
    assert all(one.seconds > 0 and one.size > 4 * 100_000 for one in measured)
    line = bench.as_line(measured[0])
    assert line.startswith("sqlite: 4 packets of") and f"{measured[0].rate:.1f} a second" in line


def test_a_database_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreError, match="does not serve"):
        list(bench.run(["sqlite:////nowhere/at/all.sqlite"], kits=1, packets=1))
