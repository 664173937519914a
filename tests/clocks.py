"""A world of clocks that a test moves: wall, monotonic and battery clock, boots, time servers, satellites."""

from datetime import UTC, datetime, timedelta

from firmware.clock import Sources
from firmware.time_sources import Network

MORNING = datetime(2027, 3, 9, 1, 30, tzinfo=UTC)
"""Half past eight in Jakarta."""


class Clocks:
    """All that a kit's clock reads. `pass_time` moves every clock, `set_wall` the wall clock alone."""

    def __init__(self, wall: datetime = MORNING) -> None:
        self.wall = wall
        self.monotonic_s = 40.0
        self.boot = "boot-1"
        self.network = Network(now=False, once=False)
        self.battery: datetime | None = None
        self.fix: datetime | None = None

    def pass_time(self, span: timedelta) -> None:
        self.wall += span
        self.monotonic_s += span.total_seconds()
        if self.battery:
            self.battery += span

    def set_wall(self, wall: datetime) -> None:
        self.wall = wall

    def boot_again(self, wall: datetime) -> None:
        self.wall, self.monotonic_s, self.boot = wall, 12.0, self.boot + "+"
        self.network = Network(now=False, once=False)

    def serve(self, *, now: bool = True) -> None:
        """A time server takes hold of the wall clock, or lets it go."""
        self.network = Network(now, once=True)

    def sources(self) -> Sources:
        return Sources(
            wall=lambda: self.wall,
            monotonic=lambda: self.monotonic_s,
            boot_id=lambda: self.boot,
            gnss=lambda: self.fix,
            network=lambda: self.network,
            battery=lambda: self.battery,
        )


class Ticks:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s
