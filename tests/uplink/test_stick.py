"""Packets on a stick: whole, read back, never overwritten, and still in the spool."""

import random
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.datatypes import SealedPacket
from firmware.errors import DeliveryError, SpoolDamaged
from firmware.identity import Identity
from firmware.records import sealing, stick_lists
from firmware.records.receipts import Verdict
from firmware.records.stick_lists import Listed, StickList
from firmware.spool import Spool
from firmware.uplink import stick
from firmware.uplink.outbox import describe
from firmware.uplink.stick import Exporter
from tests.offices import settings
from tests.test_spool import AFTER, packet, receipt
from tests.transactions import AT


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with Spool(tmp_path / "spool.sqlite") as opened:
        for number in ("K1-1", "K1-2", "K1-3"):
            opened.put(packet(number), AT)
        yield opened


def test_every_packet_is_copied_whole_under_its_name(spool: Spool, tmp_path: Path) -> None:
    steps: list[int] = []
    written = stick.export(spool, tmp_path / "stick", lambda: steps.append(1))
    assert [path.name for path in written] == ["K1-1.v2.rekam", "K1-2.v2.rekam", "K1-3.v2.rekam"]
    assert [path.read_bytes() for path in written] == [packet(f"K1-{n}").ciphertext for n in (1, 2, 3)]
    assert sorted(path.name for path in (tmp_path / "stick").iterdir()) == [path.name for path in written]
    assert len(steps) == 3


def test_the_spool_keeps_what_was_exported(spool: Spool, tmp_path: Path) -> None:
    stick.export(spool, tmp_path / "stick")
    assert spool.counts() == (3, 3)
    assert all(entry.exported_utc is not None for entry in spool.entries())
    assert spool.packet("K1-2") == packet("K1-2")


def test_a_second_export_writes_only_what_is_not_there(spool: Spool, tmp_path: Path) -> None:
    first = stick.export(spool, tmp_path / "stick")
    first[1].unlink()
    before = first[0].stat().st_mtime_ns
    assert stick.export(spool, tmp_path / "stick") == []
    assert stick.export(spool, tmp_path / "stick", everything=True) == [first[1]]
    assert first[0].stat().st_mtime_ns == before


def test_a_different_file_of_that_name_is_refused_and_left_alone(spool: Spool, tmp_path: Path) -> None:
    there = tmp_path / "stick" / "K1-2.v2.rekam"
    there.parent.mkdir()
    there.write_bytes(b"someone else's")
    with pytest.raises(DeliveryError, match=r"K1-2\.v2\.rekam: a different file"):
        stick.export(spool, tmp_path / "stick")
    assert there.read_bytes() == b"someone else's"
    assert [entry.exported_utc is None for entry in spool.entries()] == [False, True, True]


def test_a_stick_that_is_not_there_is_named(spool: Spool, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="check that the stick is in"):
        stick.export(spool, tmp_path / "media" / "not" / "mounted")


LIMITED = textwrap.dedent("""
    import resource
    import signal
    import sys
    from pathlib import Path
    from firmware.errors import DeliveryError
    from firmware.spool import Spool
    from firmware.uplink import stick

    with Spool(Path(sys.argv[1])) as spool:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        try:
            stick.export(spool, Path(sys.argv[2]))
        except DeliveryError as error:
            print(error)
""")


def test_a_full_stick_leaves_no_half_written_packet(spool: Spool, tmp_path: Path) -> None:
    """A limit on the size of files stands in for a full stick: the write fails in the same way."""
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "spool.sqlite"), str(tmp_path / "stick")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "File too large" in said
    assert "has room" in said
    assert list((tmp_path / "stick").iterdir()) == []
    assert spool.counts() == (3, 3)


def test_a_packet_that_changed_in_the_spool_is_not_exported(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    with Spool(path) as spool:
        spool.put(packet(), AT)
    path.write_bytes(path.read_bytes().replace(packet().ciphertext[2000:2100], bytes(100)))
    with Spool(path) as spool, pytest.raises(SpoolDamaged):
        stick.export(spool, tmp_path / "stick")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_damaged_packet_costs_no_other(spool: Spool, tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    spool.close()
    path.write_bytes(path.read_bytes().replace(packet("K1-2").ciphertext[2000:2100], bytes(100)))
    with Spool(path) as damaged, pytest.raises(SpoolDamaged, match=r"K1-2 has changed(.|\n)*2 other packet"):
        stick.export(damaged, tmp_path / "stick")
    assert sorted(file.name for file in (tmp_path / "stick").iterdir()) == ["K1-1.v2.rekam", "K1-3.v2.rekam"]


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Exporter:
    return Exporter(settings("K1"), Identity.load_or_create(tmp_path_factory.mktemp("kit")).signer, AT)


def listed(*numbers: str) -> tuple[Listed, ...]:
    return tuple(Listed(number, packet(number).sha256, 5000) for number in numbers)


def on(folder: Path) -> StickList:
    return stick_lists.parse((folder / "K1.list.json").read_bytes())[0]


def test_the_list_tells_what_is_on_the_stick_and_is_signed(spool: Spool, tmp_path: Path, exporter: Exporter) -> None:
    stick.export(spool, tmp_path / "stick", exporter=exporter)
    told, signed = stick_lists.parse((tmp_path / "stick" / "K1.list.json").read_bytes())
    at, outbox = AT.utc.replace(microsecond=0), describe(spool, exporter.config)
    assert told == StickList("K1", told.stick, 1, at, AT.trust, listed(*NUMBERS), {}, 3, outbox)
    assert signed == exporter.signer.certificate
    assert [entry.stick for entry in spool.entries()] == [told.stick] * 3


NUMBERS = ("K1-1", "K1-2", "K1-3")


def test_a_second_stick_has_what_the_first_has_not_and_tells_of_it(
    spool: Spool, tmp_path: Path, exporter: Exporter
) -> None:
    stick.export(spool, tmp_path / "one", exporter=exporter)
    spool.put(packet("K1-4"), AT)
    assert [path.name for path in stick.export(spool, tmp_path / "two", exporter=exporter)] == ["K1-4.v2.rekam"]
    one, two = on(tmp_path / "one"), on(tmp_path / "two")
    assert (two.packets, two.others, two.sequence, two.waiting) == (listed("K1-4"), {one.stick: 3}, 2, 4)
    assert stick.elsewhere(spool, tmp_path / "two") == 3
    spool.put(packet("K1-5"), AT)
    stick.export(spool, tmp_path / "one", exporter=exporter)
    again = on(tmp_path / "one")
    assert (again.stick, again.sequence, again.others) == (one.stick, 3, {two.stick: 1})
    assert again.packets == listed(*NUMBERS, "K1-5")
    stick.export(spool, tmp_path / "two", exporter=exporter, everything=True)
    assert on(tmp_path / "two").packets == listed(*NUMBERS, "K1-4", "K1-5")


def test_what_the_office_has_or_refused_goes_out_no_more(spool: Spool, tmp_path: Path, exporter: Exporter) -> None:
    spool.acknowledge(receipt("K1-1"), AFTER)
    spool.acknowledge(receipt("K1-2", Verdict.REFUSED), AFTER)
    stick.export(spool, tmp_path / "one", exporter=exporter)
    assert on(tmp_path / "one").packets == listed("K1-3")
    stick.export(spool, tmp_path / "two", exporter=exporter, everything=True)
    assert on(tmp_path / "two").packets == listed("K1-2", "K1-3")


def test_another_kits_list_names_no_stick_of_this_one(
    spool: Spool, tmp_path: Path, exporter: Exporter, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Exporter(settings("K1"), Identity.load_or_create(tmp_path_factory.mktemp("other")).signer, AT)
    stick.export(spool, tmp_path / "stick", exporter=other)
    before = on(tmp_path / "stick").stick
    stick.export(spool, tmp_path / "stick", exporter=exporter)
    assert on(tmp_path / "stick").stick != before


def test_a_list_is_written_only_once_all_packets_are_there(
    spool: Spool, tmp_path: Path, exporter: Exporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stick is pulled out before the third packet."""
    copied = stick._copy

    def pulled(packet: SealedPacket, path: Path) -> bool:
        if packet.control_number == "K1-3":
            path.with_name(f".{path.name}.77.part").write_bytes(packet.ciphertext[:100])
            raise OSError("no such device")
        return copied(packet, path)

    monkeypatch.setattr(stick, "_copy", pulled)
    with pytest.raises(DeliveryError, match=r"no such device; 2 packet\(s\) were written"):
        stick.export(spool, tmp_path / "stick", exporter=exporter)
    assert [entry.exported_utc is None for entry in spool.entries()] == [False, False, True]
    assert not (tmp_path / "stick" / "K1.list.json").exists()
    monkeypatch.undo()
    assert [path.name for path in stick.export(spool, tmp_path / "stick", exporter=exporter)] == ["K1-3.v2.rekam"]
    names = sorted(path.name for path in (tmp_path / "stick").iterdir())
    assert names == [*(f"{number}.v2.rekam" for number in NUMBERS), "K1.list.json"]
    assert on(tmp_path / "stick").packets == listed(*NUMBERS)


EXPORTER = textwrap.dedent("""
    import sys
    from pathlib import Path
    from firmware.identity import Identity
    from firmware.spool import Spool
    from firmware.uplink import stick
    from tests.offices import settings
    from tests.transactions import AT

    with Spool(Path(sys.argv[1])) as spool:
        exporter = stick.Exporter(settings("K1"), Identity.load_or_create(Path(sys.argv[3])).signer, AT)
        stick.export(spool, Path(sys.argv[2]), lambda: print("packet", flush=True), exporter=exporter)
""")


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_leaves_whole_packets_alone_and_the_next_export_goes_on(tmp_path: Path, seed: int) -> None:
    sealed = [packet(f"K1-{number}", 20_000) for number in range(40)]
    with Spool(tmp_path / "spool.sqlite") as spool:
        for one in sealed:
            spool.put(one, AT)
    places = [str(tmp_path / name) for name in ("spool.sqlite", "stick", "kit")]
    running = subprocess.Popen([sys.executable, "-c", EXPORTER, *places], stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    with running.stdout:
        for _ in range(random.Random(seed).randint(1, 38)):
            running.stdout.readline()
        running.kill()
    running.wait()
    whole = {sealing.file_name(one.control_number): one.ciphertext for one in sealed}
    for path in (tmp_path / "stick").glob("[!.]*"):
        assert path.read_bytes() == whole[path.name]
    subprocess.run([sys.executable, "-c", EXPORTER, *places], check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "stick").glob("*.rekam")} == whole
    assert len(on(tmp_path / "stick").packets) == 40
    assert not list((tmp_path / "stick").glob(".*"))
