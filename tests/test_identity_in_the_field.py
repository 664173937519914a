"""What an identity means for recording, by the real programs: no answer yet, an ended certificate, a copied card."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from firmware import board, identity
from firmware.config import load
from firmware.journal import JOURNAL
from firmware.office import admission, opening
from firmware.office.opening import OpenedFile
from firmware.records import sealing
from firmware.reporting import SPOOL
from firmware.spool import Spool
from tests import boards
from tests.programs import Program, running
from tests.test_recording import ALL_BUT_THE_THUMB, PERSON
from tests.worlds import World, rekam, without_camera, world


@pytest.fixture
def found(tmp_path: Path) -> Iterator[World]:
    """A world whose kit was provisioned with the office's recipients, and has asked nobody yet."""
    with world(tmp_path / "world") as made:
        recipients = json.dumps(list(made.office.recipients))
        text = without_camera(made.settings.read_text()) + f"\n[office]\nrecipients = {recipients}\n"
        made.settings.write_text(text)
        shutil.rmtree(load(made.settings).data)
        (made.office.folder / "kits" / "BENCH-1.json").unlink()
        (tmp_path / "person.json").write_text(json.dumps(PERSON))
        yield made


def run(found: World, *words: str | Path, status: int = 0) -> str:
    """What a verb of the kit said on both its outputs."""
    command = rekam(*words, "-c", found.settings)
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, stdin=subprocess.DEVNULL)
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def record(found: World, status: int = 0) -> str:
    person = found.settings.parents[1] / "person.json"
    return run(found, "record", "--resident", person, *ALL_BUT_THE_THUMB, status=status)


def opened(found: World, place: int) -> OpenedFile:
    """A packet of the kit's spool by its place in it, at the office."""
    with Spool(load(found.settings).data / SPOOL) as spool:
        packet = spool.packet(spool.entries()[place].control_number)
    path = found.settings.with_name(sealing.file_name(packet.control_number))
    path.write_bytes(packet.ciphertext)
    return opening.open_file(path, found.office)


def admitted(found: World, valid: timedelta = admission.VALID) -> None:
    """From the kit to the office on a stick, and back."""
    stick = found.settings.with_name("stick")
    run(found, "identity", "request", stick)
    admission.admit(stick / "BENCH-1.request.pem", found.office, valid=valid)
    run(found, "identity", "accept", stick)


def standing(found: World) -> str:
    """The state of the identity in the kit's status document."""
    document = next(line for line in run(found, "status", "--json").splitlines() if line.startswith("{"))
    return str(json.loads(document)["identity"]["state"])


def told(found: World) -> list[tuple[str, object]]:
    """The kinds of the journal's lines, with their outcomes."""
    lines = (load(found.settings).data / JOURNAL).read_text().splitlines()
    return [(line["kind"], line["facts"].get("outcome")) for line in map(json.loads, lines)]


def test_a_kit_records_before_the_office_has_answered(found: World) -> None:
    """And the running station takes the answer as it comes: no second start is asked of anybody."""
    with running(found.settings) as station:
        assert "not admitted by the office yet; recording goes on" in station.words()
        record(found)
        admitted(found)
        record(found)
        assert standing(found) == "admitted"
    before, after = opened(found, 0), opened(found, 1)
    assert (before.certified, after.certified) == (False, True)
    assert "before kit BENCH-1 had its certificate" in before.notices[0]
    assert after.notices == ()


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [(20, "expiring", "the kit's certificate is valid only until"), (-1, "expired", "the kit's certificate ended on")],
)
def test_a_certificate_that_ends_is_told_and_stops_nothing(found: World, days: int, state: str, words: str) -> None:
    admitted(found, timedelta(days=days))
    with running(found.settings) as station:
        assert words in station.words()
        assert words in record(found)
        assert words in run(found, "status")
        looked = run(found, "selftest")
    assert f"identity: look at it: {words}" in looked
    assert [line for line in told(found) if line[0] == "identity"] == [("identity", "accepted"), ("identity", state)]
    assert opened(found, 0).certified
    assert "whole" in run(found, "journal", "verify")
    admitted(found)
    assert standing(found) == "admitted"


def test_a_card_from_another_board_records_again_once_it_is_renewed(found: World, tmp_path: Path) -> None:
    """The folder was another board's: this one refuses, tells it in its status, and keeps what waits."""
    if not board.read():
        pytest.skip("this machine tells nothing by which it could be known")
    settings = load(found.settings)
    record(found)
    shutil.rmtree(settings.data / "identity")
    elsewhere = boards.board(tmp_path / "elsewhere", uuid="4c4c4544-0042", machine_id="0b501e7e" * 4)
    identity.write_request(settings.data, settings.kit_id, tmp_path, elsewhere)
    for refused in (record(found, status=1), run(found, "selftest", status=1), run(found, "run", status=1)):
        assert "made on another board" in refused and "rekam identity renew FOLDER" in refused
    assert standing(found) == "other_board"
    assert "1 packet(s) written" in run(found, "export", tmp_path / "stick")
    run(found, "identity", "renew", tmp_path / "stick")
    record(found)
    assert len(found.packets) == 2
    assert "whole" in run(found, "journal", "verify")


def test_a_station_that_stands_goes_on_while_its_identity_is_renewed(found: World, tmp_path: Path) -> None:
    with running(found.settings):
        record(found)
        status, _ = Program(tmp_path / "renew", "identity", "renew", tmp_path / "stick", "-c", found.settings).outcome()
        assert status == 0
        record(found)
    admission.admit(tmp_path / "stick" / "BENCH-1.request.pem", found.office)
    assert "was replaced on" in opened(found, 0).notices[0]
    assert [opened(found, place).certified for place in (0, 1)] == [False, False]
