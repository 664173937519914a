"""A station that is told to end at the worst moment: whoever was not told of a record that is kept is named later."""

import io
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from firmware import stationwork
from firmware.config import load
from firmware.datatypes import SealedPacket, Timestamp
from firmware.journal_lines import Kind
from firmware.reporting import SPOOL
from firmware.seams import Shown
from firmware.spool import Spool
from firmware.terminal import Terminal
from firmware.vocabulary import Language
from firmware.workplace import workplace
from tests.test_field_faults import MESSAGE, journal, kit_of, spooled
from tests.worlds import World, world


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("bench") / "world") as found:
        yield found


@pytest.fixture(autouse=True)
def ended_by_sigterm() -> Iterator[None]:
    """As a station ends that is at work: see `service`."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    yield
    signal.signal(signal.SIGTERM, before)


def tell_to_end() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


class EndedBefore(Spool):
    """A spool before which the station is told to end."""

    def put(self, packet: SealedPacket, recorded_at: Timestamp) -> None:
        tell_to_end()
        super().put(packet, recorded_at)


class EndedAfter(Spool):
    """The same once it keeps the packet."""

    def put(self, packet: SealedPacket, recorded_at: Timestamp) -> None:
        super().put(packet, recorded_at)
        tell_to_end()


class EndedInSight(Terminal):
    """An operator's terminal at which the station is told to end when it would show the control number."""

    def show_recorded(self, recorded: Shown) -> None:
        tell_to_end()
        super().show_recorded(recorded)


@pytest.mark.parametrize(
    ("spool", "terminal", "is_kept"),
    [(EndedBefore, Terminal, False), (EndedAfter, Terminal, True), (Spool, EndedInSight, True)],
)
def test_a_record_that_is_kept_and_not_told_is_named_at_the_next_start(
    bench: World, tmp_path: Path, spool: type[Spool], terminal: type[Terminal], is_kept: bool
) -> None:
    kit, text = kit_of(bench, tmp_path, Language.ENGLISH), io.StringIO()
    config = load(kit)
    with workplace(config) as place, spool(config.data / SPOOL) as ended, pytest.raises(SystemExit):
        desk = terminal(Console(file=text, soft_wrap=True), Language.ENGLISH)
        stationwork.record(replace(place, spool=ended), desk, MESSAGE, lambda part: None)
    assert "Control number" not in text.getvalue()
    kept = [number for number, _ in spooled(kit)]
    assert len(kept) == is_kept
    with workplace(config) as place:
        assert [(one.control_number, one.is_kept) for one in place.cut_off] == [(number, True) for number in kept]
    assert journal(kit)[-1].kind is (Kind.SEALED if is_kept else Kind.CANCELLED)
