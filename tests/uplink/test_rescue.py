"""A damaged page costs the packets on it, named, and no others; `python -m tests.rescue` spoils every page in turn."""

import errno
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firmware import cli
from firmware.datatypes import SealedPacket
from firmware.errors import InputError, SpoolDamaged, SpoolError
from firmware.spool import Spool
from firmware.uplink import rescue as rescuing
from firmware.uplink.rescue import Lost, Reason
from tests import rescue as campaign
from tests.rescue import FLIPS, FRAME, HEADER, PACKETS, PAGE, contents, pages_of, rescue, spoil
from tests.test_spool import WRITER, packet, receipt
from tests.transactions import AT


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return campaign.build(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def sound_logged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return campaign.build(tmp_path_factory.mktemp("logged"), logged=12)


@pytest.fixture
def card(sound: Path, tmp_path: Path) -> Path:
    """A card whose packets all lie in the spool's file."""
    return copy_of(sound, tmp_path)


@pytest.fixture
def logged(sound_logged: Path, tmp_path: Path) -> Path:
    """A card twelve of whose packets lie in the log alone."""
    return copy_of(sound_logged, tmp_path)


def copy_of(path: Path, folder: Path) -> Path:
    shutil.copytree(path.parent, folder / "card")
    return folder / "card" / path.name


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}


def sample(count: int, seed: int) -> Callable[[int], list[int]]:
    return lambda total: sorted(random.Random(seed).sample(range(1, total + 1), count))


def rekam(*words: object, status: int = 0) -> str:
    done = CliRunner().invoke(cli.app, ["export", *map(str, words)], env={"REKAM_CONFIG": ""})
    assert done.exit_code == status, (done.output, done.exception)
    return done.output


@pytest.mark.parametrize("damage", campaign.DAMAGES)
def test_a_spoiled_page_costs_exactly_the_packets_on_it(card: Path, damage: str) -> None:
    for page, one in campaign.spoiled_pages(card, damage, sample(20, 3)):
        assert one.is_right_of_flips if damage == FLIPS else one.is_right, (page, one.found)


@pytest.mark.parametrize("damage", campaign.DAMAGES)
def test_a_spoiled_frame_of_the_log_costs_what_lies_there_alone(logged: Path, damage: str) -> None:
    for frame, one in campaign.spoiled_frames(logged, damage, sample(12, 4)):
        assert one.is_right_of_flips if damage == FLIPS else one.is_right, (frame, one.found)


def test_a_sound_spool_gives_all_with_and_without_a_log(card: Path, sound_logged: Path) -> None:
    for path in (card, sound_logged):
        saved, found = rescue(path)
        assert saved == contents()
        assert found.is_complete


@pytest.mark.parametrize("freed", [False, True])
@pytest.mark.parametrize("checkpointed", [False, True])
def test_what_the_office_has_is_neither_given_nor_lost(tmp_path: Path, freed: bool, checkpointed: bool) -> None:
    working = tmp_path / "working" / "spool.sqlite"
    with Spool(working) as spool:
        for one in campaign.sealed():
            spool.put(one, AT)
        for one in campaign.sealed()[::2]:
            spool.acknowledge(receipt(one.control_number, sha256=one.sha256), AT.utc)
        if freed:
            spool.free()
        if checkpointed:
            spool._opened().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copytree(working.parent, tmp_path / "card")
    saved, found = rescue(tmp_path / "card" / "spool.sqlite")
    assert saved == {one.control_number: one.ciphertext for one in campaign.sealed()[1::2]}
    assert (found.is_complete, found.acknowledged) == (True, PACKETS // 2)
    assert "30 other packet(s) were accepted by the office before" in rekam(
        "--from", tmp_path / "card", tmp_path / "usb"
    )


def test_the_log_is_needed_to_give_all(logged: Path) -> None:
    logged.with_name("spool.sqlite-wal").unlink()
    assert rescue(logged)[0].keys() == set(list(contents())[: PACKETS - 12])


@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_neither_header_nor_the_trees_own_pages_cost_a_packet(card: Path, damage: str) -> None:
    connection = sqlite3.connect(card)
    query = "SELECT pageno FROM dbstat WHERE pagetype = 'internal' OR name <> 'packet'"
    pages = {row[0] for row in connection.execute(query)}
    connection.close()
    assert 1 in pages
    for page in pages:
        spoil(card, (page - 1) * PAGE, PAGE, damage, random.Random(page))
    with pytest.raises(SpoolDamaged), Spool(card):
        pass
    saved, found = rescue(card)
    assert saved == contents()
    assert found.is_complete


@pytest.mark.parametrize("size", [HEADER, PAGE, HEADER + FRAME])
@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_a_spoiled_head_of_the_log_costs_no_packet_that_the_file_has(logged: Path, size: int, damage: str) -> None:
    spoil(logged.with_name("spool.sqlite-wal"), 0, size, damage, random.Random(5))
    saved, found = rescue(logged)
    assert set(list(contents())[: PACKETS - 12]) <= saved.keys()
    assert saved.keys() | {one.control_number for one in found.lost} == contents().keys()
    assert len(found.lost) <= (0 if size == HEADER else 1)


@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_a_packet_whose_commit_is_spoiled_is_named(logged: Path, damage: str) -> None:
    """It cannot be told from one that was never confirmed, unless its whole frame is there, spoiled."""
    log = logged.with_name("spool.sqlite-wal")
    spoil(log, log.stat().st_size - FRAME, FRAME, damage, random.Random(5))
    saved, found = rescue(logged)
    assert saved.keys() == set(list(contents())[:-1])
    assert [one.control_number for one in found.lost] == [f"K1-{PACKETS - 1:04d}"]


@pytest.mark.parametrize("bit", range(64))
@pytest.mark.parametrize("frame", ["third", "last"])
def test_a_flipped_bit_in_a_frames_salts_costs_no_packet_of_another(logged: Path, frame: str, bit: int) -> None:
    log = logged.with_name("spool.sqlite-wal")
    content = bytearray(log.read_bytes())
    at = HEADER + 2 * FRAME if frame == "third" else len(content) - FRAME
    content[at + 8 + bit // 8] ^= 1 << bit % 8
    log.write_bytes(content)
    saved, found = rescue(logged)
    assert len(saved) >= PACKETS - 1
    assert saved.keys() | {one.control_number for one in found.lost} == contents().keys()


def test_where_the_number_is_lost_too_the_row_is_named(card: Path) -> None:
    connection = sqlite3.connect(card)
    indexes = [row[0] for row in connection.execute("SELECT pageno FROM dbstat WHERE name LIKE 'sqlite_auto%'")]
    connection.close()
    leaf = pages_of(card)["K1-0044"][0]
    gone = sorted(number for number, pages in pages_of(card).items() if leaf in pages)
    for page in (*indexes, leaf):
        spoil(card, (page - 1) * PAGE, PAGE, "zeros", random.Random())
    saved, found = rescue(card)
    assert saved.keys() == contents().keys() - set(gone)
    rows = [int(number[3:]) + 1 for number in gone]
    assert found.lost == tuple(Lost("", row, Reason.BEGINNING) for row in rows)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.97])
def test_a_file_that_is_cut_short_gives_what_is_left_and_tells_of_the_rest(card: Path, share: float) -> None:
    pages = round(card.stat().st_size // PAGE * share)
    owners = pages_of(card)
    total = card.stat().st_size // PAGE
    os.truncate(card, pages * PAGE + 100)
    saved, found = rescue(card)
    assert saved.keys() == {number for number, on in owners.items() if max(on) <= pages}
    assert {one.control_number for one in found.lost if one.control_number} <= contents().keys() - saved.keys()
    assert found.cut_off == total - pages - 1
    assert not found.is_complete


def test_a_packet_that_was_never_confirmed_is_neither_given_nor_missed(logged: Path) -> None:
    """The power went before the last commit was written: the log ends anywhere in it."""
    log = logged.with_name("spool.sqlite-wal")
    whole = log.read_bytes()
    heads = [whole[at : at + 8] for at in range(HEADER, len(whole), FRAME)]
    commits = [frame for frame, head in enumerate(heads, start=1) if any(head[4:])]
    cuts = [HEADER + frame * FRAME + part for frame in range(commits[-2], commits[-1]) for part in (0, 10, 24, 2000)]
    for cut in cuts:
        log.write_bytes(whole[:cut])
        saved, found = rescue(logged)
        assert saved.keys() == set(list(contents())[:-1])
        assert found.is_complete


def test_what_an_earlier_use_of_the_log_left_is_not_taken_for_this_one(tmp_path: Path) -> None:
    """The log is written over from its beginning; the power goes after each frame of the one new commit."""
    path, log = tmp_path / "card" / "spool.sqlite", tmp_path / "card" / "spool.sqlite-wal"
    (tmp_path / "card").mkdir()
    packets = {one.control_number: one.ciphertext for one in campaign.sealed()[:20]}
    with Spool(tmp_path / "spool.sqlite") as spool:
        for number in packets:
            spool.put(packet(number, len(packets[number])), AT)
        spool._opened().execute("PRAGMA wal_checkpoint(RESTART)")
        before = (tmp_path / log.name).read_bytes()
        spool.put(packet("K1-9999", 12_000), AT)
        after = (tmp_path / log.name).read_bytes()
        shutil.copy(tmp_path / path.name, path)
    heads = [after[at : at + 8] for at in range(HEADER, len(after), FRAME)]
    commit = next(frame for frame, head in enumerate(heads, start=1) if any(head[4:]))
    assert commit < len(heads)
    for frames in range(commit + 1):
        written = HEADER + frames * FRAME
        log.write_bytes(after[:written] + before[written:])
        saved, found = rescue(path)
        assert saved.keys() == {*packets, *(["K1-9999"] if frames == commit else [])}
        assert found.is_complete


@pytest.mark.parametrize("seed", range(20))
def test_any_damage_costs_no_packet_beside_it_and_never_gives_a_wrong_one(card: Path, seed: int) -> None:
    source = random.Random(seed)
    total = card.stat().st_size // PAGE
    pages = source.sample(range(1, total + 1), source.choice([2, 5, 20, total // 2]))
    whole = {number for number, on in pages_of(card).items() if not set(on) & set(pages)}
    for page in pages:
        spoil(card, (page - 1) * PAGE, PAGE, source.choice(["zeros", "noise"]), source)
    saved, found = rescue(card)
    assert saved == {number: contents()[number] for number in whole}
    assert {one.control_number for one in found.lost if one.control_number} <= contents().keys() - whole
    # The last packets of all may be gone without a trace, where table and index are
    assert len(saved) + len(found.lost) <= PACKETS


@pytest.mark.parametrize("seed", range(3))
def test_after_a_kill_the_rescue_gives_what_the_spool_would(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "data" / "spool.sqlite"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    with writer.stdout:
        for _ in range(random.Random(seed).randint(3, 40)):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        writer.stdout.read()
    writer.wait()
    saved, found = rescue(path)
    assert found.is_complete
    with Spool(path) as spool:
        assert saved == {e.control_number: spool.packet(e.control_number).ciphertext for e in spool.entries()}


def test_a_sector_that_the_card_no_longer_reads_costs_what_lies_there(
    card: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No card fails to order: the system's answer is given in its place."""
    page = pages_of(card)["K1-0044"][-1]
    lost = {number for number, pages in pages_of(card).items() if page in pages}
    real = os.pread

    def pread(file: int, size: int, offset: int) -> bytes:
        if offset <= (page - 1) * PAGE < offset + size:
            raise OSError(errno.EIO, "Input/output error")
        return real(file, size, offset)

    monkeypatch.setattr(os, "pread", pread)
    saved, found = rescue(card)
    assert {one.control_number for one in found.lost} == lost == contents().keys() - saved.keys()


@pytest.fixture
def read_only(logged: Path, tmp_path: Path) -> Iterator[Path]:
    """The card, mounted read-only where the tests may."""
    mount = tmp_path / "mount"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mount], capture_output=True).returncode:
        pytest.skip("no right to mount a disk here")
    shutil.copytree(logged.parent, mount / "srv" / "rekam" / "data")
    subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
    yield mount
    subprocess.run(["umount", mount], check=True)


def test_a_card_that_is_mounted_read_only_gives_all_by_the_verb(read_only: Path, tmp_path: Path) -> None:
    said = rekam("--from", read_only, tmp_path / "stick")
    assert f"srv/rekam/data/spool.sqlite: {PACKETS} packet(s) whole, {PACKETS} of them newly written" in said
    assert "Nothing is lost." in said
    written = {path.name.removesuffix(".v2.rekam"): path.read_bytes() for path in (tmp_path / "stick").iterdir()}
    assert written == contents()


def test_the_card_is_never_written(logged: Path, tmp_path: Path) -> None:
    for file in logged.parent.iterdir():
        file.chmod(0o400)
    logged.parent.chmod(0o500)
    before = digests(logged.parent)
    rekam("--from", logged.parent, tmp_path / "stick")
    assert digests(logged.parent) == before


def test_what_is_lost_is_named_by_the_verb_and_the_rest_is_written(card: Path, tmp_path: Path) -> None:
    page = pages_of(card)["K1-0044"][-1]
    spoil(card, (page - 1) * PAGE, PAGE, "zeros", random.Random())
    said = rekam("--from", card, tmp_path / "stick", status=1)
    assert f"{PACKETS - 1} packet(s) whole, {PACKETS - 1} of them newly written" in said
    assert "1 packet(s) are lost; record those residents again:" in said
    assert "  K1-0044: " in said
    said = rekam("--from", card, tmp_path / "stick", "--language", "id", status=1)
    assert f"{PACKETS - 1} paket utuh, 0 di antaranya baru ditulis" in said
    assert "1 paket hilang; rekam ulang penduduknya:" in said
    assert len(list((tmp_path / "stick").iterdir())) == PACKETS - 1


def test_every_loss_has_its_words(card: Path, tmp_path: Path) -> None:
    owners = pages_of(card)
    beginning, rest = owners["K1-0031"][0], owners["K1-0044"][-1]
    for page in (beginning, rest):
        spoil(card, (page - 1) * PAGE, PAGE, "noise", random.Random(1))
    os.truncate(card, (max(max(pages) for pages in owners.values()) - 1) * PAGE)
    said = rekam("--from", card, tmp_path / "stick", status=1)
    assert "the page of its beginning is damaged" in said
    assert "its bytes are not those that were sealed" in said
    assert "breaks off at page" in said
    assert "The end of the file is cut off: 1 page(s) are gone" in said


def test_all_spools_under_a_folder_are_brought_out(card: Path, tmp_path: Path) -> None:
    with Spool(tmp_path / "card" / "other" / "spool.sqlite") as spool:
        spool.put(packet("K2-1"), AT)
    assert rescuing.find(tmp_path / "card") == [tmp_path / "card" / "other" / "spool.sqlite", card]
    rekam("--from", tmp_path / "card", tmp_path / "stick")
    assert len(list((tmp_path / "stick").iterdir())) == PACKETS + 1


def test_a_place_without_a_spool_is_named(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match=r"no spool\.sqlite is here; name the mounted card"):
            rescuing.find(place)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500, bytes(3 * PAGE)])
def test_a_file_of_which_nothing_is_recognised_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "spool.sqlite").write_bytes(content)
    assert "nothing in this file is recognised" in rekam("--from", tmp_path, tmp_path / "stick", status=1)


def test_another_programs_database_is_no_spool(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "theirs.sqlite")
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    assert "it is no spool" in rekam("--from", tmp_path / "theirs.sqlite", tmp_path / "stick", status=1)


def test_an_empty_spool_has_lost_nothing(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool.sqlite"):
        pass
    assert "0 packet(s) whole" in rekam("--from", tmp_path, tmp_path / "stick")


def test_a_number_that_is_no_file_name_is_not_written(tmp_path: Path) -> None:
    with Spool(tmp_path / "spool.sqlite") as spool:
        good, bad = packet("K1-1"), packet("../K1-2")
        spool.put(SealedPacket(bad.control_number, bad.ciphertext, bad.sha256), AT)
        spool.put(good, AT)
    rekam("--from", tmp_path / "spool.sqlite", tmp_path / "stick", status=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["spool.reserve", "spool.sqlite", "stick"]
    assert [path.name for path in (tmp_path / "stick").iterdir()] == ["K1-1.v2.rekam"]


def test_a_card_that_is_not_readable_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="cannot be read"):
        list(rescuing.Rescue(tmp_path / "gone.sqlite").packets())


def test_neither_settings_nor_a_card_is_told() -> None:
    done = CliRunner().invoke(cli.app, ["export", "stick"], env={"REKAM_CONFIG": ""})
    assert isinstance(done.exception, InputError)
    assert "or a dead kit's card with --from" in str(done.exception)
