"""A few records through the thin link; `python -m tests.thin_link` takes a day's."""

from pathlib import Path

from sim.network import Link
from tests.thin_link import DROP_EVERY, MOST_OVER, RATE, as_lines, campaign


def test_records_come_through_a_link_that_drops_every_64_kib(tmp_path: Path) -> None:
    found = campaign(tmp_path, 3, 96, Link(RATE, DROP_EVERY, seed=5, time_scale=200))
    told = "\n".join(as_lines(found))
    assert (found.kept, found.acknowledged, found.waiting, found.ended) == (3, 3, 0, ""), told
    assert found.drops >= 3 and found.connections > found.drops, told
    assert found.size <= found.bodies <= found.size * MOST_OVER, told
    assert 1 < found.over <= MOST_OVER, told
