"""One resident end to end: a real wire, a real broker, a real spool, and the office that opens the packet."""

import json
import os
import pty
import re
import signal
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import jsonschema
import pytest
from PIL import Image
from typer.testing import CliRunner

from firmware import resident
from firmware.cli import app
from firmware.config import KitConfig, OfficeConfig, load
from firmware.datatypes import Outcome, Timestamp
from firmware.device_settings import FingerprintConfig
from firmware.errors import IdentityError, KitError, SealingError
from firmware.office import opening
from firmware.ownership import owned
from firmware.recording import control_number
from firmware.records import sealing
from firmware.records.contents import Transaction
from firmware.reporting import SPOOL
from firmware.spool import Spool
from firmware.telemetry import summary
from firmware.vocabulary import ClockTrust, ConsentGiver, FingerPosition, MissingFinger, Purpose
from firmware.workplace import workplace
from sim.fingers import GrownFingers
from tests.brokers import Listener, free_port, mosquitto
from tests.worlds import World, rekam, world

NIK, NAME = "1903015204100007", "Zubaidah Penanda"
PERSON = {"nik": NIK, "name": NAME, "date_of_birth": "2010-04-12", "sex": "P", "excused": {"left_little": "sawmill"}}
ALL_BUT_THE_THUMB = [f"--excuse={position.name.lower()}=bandaged" for position in list(FingerPosition)[1:]]
PLUG_COMES_BACK = """
[[fault]]
kind = "unplug"
command = "UpImage"
offset = 5000
seconds = 1
[[fault]]
kind = "poor_prints"
impressions = 1
"""
NO_FEATURES = """
[[fault]]
kind = "sensor_fault"
command = "Img2Tz"
code = 0x07
times = 1
"""
PLUG_STAYS_OUT = PLUG_COMES_BACK.replace("seconds = 1", "seconds = 3600")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with mosquitto(tmp_path_factory.mktemp("broker"), port):
        yield port


@pytest.fixture(scope="module")
def person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("person") / "person.json"
    path.write_text(json.dumps(PERSON))
    return path


@pytest.fixture(scope="module")
def empty_glass(tmp_path_factory: pytest.TempPathFactory, broker: int) -> Iterator[World]:
    """A world whose resident never puts a finger on the glass."""
    folder = tmp_path_factory.mktemp("empty") / "world"
    with world(folder, "--broker", f"127.0.0.1:{broker}", faults='[[fault]]\nkind = "no_finger"\n') as found:
        yield found


def run(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False, stdin=subprocess.DEVNULL)
    assert "Traceback" not in done.stderr
    return done


def opened(found: World, number: str, folder: Path) -> Transaction:
    with Spool(load(found.settings).data / SPOOL) as spool:
        packet = spool.packet(number)
    path = folder / sealing.file_name(packet.control_number)
    path.write_bytes(packet.ciphertext)
    return opening.open_file(path, found.office).transaction


def test_a_resident_becomes_a_packet_that_the_office_opens(broker: int, person: Path, tmp_path: Path) -> None:
    with world(tmp_path / "world", "--broker", f"127.0.0.1:{broker}") as found:
        with Listener(broker) as eavesdropper:
            done = run(rekam("record", "--config", found.settings, "--resident", person, "--json"))
            assert done.returncode == 0, done.stderr
            eavesdropper.wait_for(state="idle", recorded=1)
        told = json.loads(done.stdout)
        assert found.packets == [told["control_number"]] and told["waiting"] == 1
        assert all((finger["score_s"] is None) == (finger["score"] is None) for finger in told["fingers"])
        submission = opened(found, told["control_number"], tmp_path)
        assert submission.resident == resident.load(person, today=date(2026, 12, 1)).resident
        assert [(finger.position.name.lower(), finger.outcome.value) for finger in submission.fingers] == [
            (finger["position"], finger["outcome"]) for finger in told["fingers"]
        ]
        assert [finger.position for finger in submission.fingers] == list(FingerPosition)
        assert submission.fingers[-1].missing is MissingFinger.UNABLE_TO_PRINT
        check_nothing_personal(found, eavesdropper, done.stdout)


def test_practice_at_a_kit_that_counts_is_told_from_the_rest(tmp_path: Path, person: Path) -> None:
    with world(tmp_path / "world") as found:
        settings = found.settings.read_text()
        assert 'purpose = "training"' in settings
        found.settings.write_text(settings.replace('purpose = "training"', 'purpose = "live"'))
        command = rekam("record", "-c", found.settings, "--resident", person, "--json", *ALL_BUT_THE_THUMB[2:])
        done = run([*command, "--training"])
        assert done.returncode == 0, done.stderr
        number = json.loads(done.stdout)["control_number"]
        assert json.loads(done.stdout)["purpose"] == "training"
        assert opened(found, number, tmp_path).header.purpose is Purpose.TRAINING


def test_a_finger_that_is_taken_twice_is_told(tmp_path: Path, person: Path) -> None:
    grown, folder = GrownFingers(3), tmp_path / "fingers"
    folder.mkdir()
    for finger in range(1, 11):
        # The index finger is put there for the middle one too; the rest are excused
        pixels = None
        while pixels is None:
            pixels = grown.impression(min(finger, 2), 2 if finger == 3 else 1)
        Image.fromarray(pixels).save(folder / f"{finger}_1.png")
    with world(tmp_path / "world", "--fingers", str(folder)) as found:
        done = run(rekam("record", "-c", found.settings, "--resident", person, *ALL_BUT_THE_THUMB[2:]))
        assert done.returncode == 0, done.stderr
        told = [line for line in done.stdout.splitlines() if "right index finger" in line and "right middle" in line]
        assert len(told) == 1 and "thumb" not in told[0]


def check_nothing_personal(found: World, eavesdropper: Listener, told: str) -> None:
    data, announced = load(found.settings).data, (found.settings.parent / "announcements.jsonl").read_text()
    lines = [json.loads(line) for line in announced.splitlines()]
    assert lines[-1] == {"done": True} and sum("ask" in line for line in lines) >= 9
    published = "".join(message.topic + message.payload.decode() for message in eavesdropper.messages)
    on_disk = [file.read_bytes().decode("latin-1") for file in data.rglob("*") if file.is_file()]
    for text in (published, announced, told, *on_disk):
        assert not any(marker in text for marker in (NIK, "Zubaidah", "2010-04-12", "sawmill"))
    for document in eavesdropper.documents():
        jsonschema.validate(document, summary.schema())


def test_a_plug_that_comes_back_and_a_poor_print(person: Path, tmp_path: Path) -> None:
    with world(tmp_path / "world", faults=PLUG_COMES_BACK) as found:
        done = run(rekam("record", "-c", found.settings, "--resident", person, *ALL_BUT_THE_THUMB))
        assert done.returncode == 0, done.stderr
        assert "The connection failed" in done.stdout and "once more" in done.stdout
        thumb = opened(found, found.packets[0], tmp_path).fingers[0]
        assert thumb.outcome is not Outcome.EXCUSED and thumb.attempts >= 2


def test_a_print_without_features_is_asked_for_again(person: Path, tmp_path: Path) -> None:
    with world(tmp_path / "world", faults=NO_FEATURES) as found:
        done = run(rekam("record", "-c", found.settings, "--resident", person, *ALL_BUT_THE_THUMB))
        assert done.returncode == 0, done.stderr
        assert "the sensor finds no clear print, once more" in done.stdout and "Too little detail" in done.stdout
        assert opened(found, found.packets[0], tmp_path).fingers[0].attempts == 2


def test_a_plug_that_stays_out_ends_with_one_message(person: Path, tmp_path: Path) -> None:
    with world(tmp_path / "world", faults=PLUG_STAYS_OUT) as found:
        done = run(rekam("record", "-c", found.settings, "--resident", person, *ALL_BUT_THE_THUMB))
        assert done.returncode == 1 and found.packets == []
        told = [line for line in done.stderr.splitlines() if line.startswith("rekam: ")]
        assert len(told) == 1 and done.stderr.endswith(f"{told[0]}\n")
        assert re.fullmatch(r"rekam: fingerprint sensor: .*nothing was kept: mend the connection.*", told[0])


@pytest.mark.parametrize(("by", "state"), [(signal.SIGTERM, "idle"), (signal.SIGINT, "idle"), (signal.SIGKILL, "lost")])
def test_an_end_in_the_middle_keeps_nothing(
    empty_glass: World, broker: int, person: Path, by: signal.Signals, state: str
) -> None:
    command = rekam("record", "-c", empty_glass.settings, "--resident", person)
    before = empty_glass.packets
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as recording:
        assert recording.stdout and recording.stderr
        assert any("right thumb" in line for line in recording.stdout)
        with Listener(broker) as office:
            office.wait_for(state="recording")
            recording.send_signal(by)
            office.wait_for(state=state)
        assert recording.wait(20) != 0
        assert "Traceback" not in recording.stderr.read()
        assert by is signal.SIGKILL or "nothing was kept" in recording.stdout.read()
    assert empty_glass.packets == before


def test_a_second_recorder_and_a_look_find_the_kit_busy(empty_glass: World, person: Path) -> None:
    with owned(load(empty_glass.settings).data):
        second = run(rekam("record", "-c", empty_glass.settings, "--resident", person))
        look = run(rekam("status", "-c", empty_glass.settings, "--json"))
    assert second.returncode == 1 and f"process {os.getpid()} records" in second.stderr
    assert json.loads(look.stdout)["devices"][0]["state"] == "busy" and "publishes its own status" in look.stderr


def test_an_operator_at_a_terminal(empty_glass: World, tmp_path: Path) -> None:
    answers = {"NIK": NIK, "Full name": NAME, "Date of birth": "2010-04-12", "Sex": "P"}
    answers |= {"excuse it": "e", "Why this finger": "amputation", "keep this": "k"}
    answers |= {"Operator": "Budi-07", "Marital status": "", "Consent given by": "guardian", "today's date": ""}
    shown, status = at_terminal(rekam("record", "-c", empty_glass.hurried(), *ALL_BUT_THE_THUMB), answers)
    assert status == 0, shown
    assert "TRAINING" in shown and shown.count("Ctrl-C") == 1 and "no finger came in time" in shown
    submission = opened(empty_glass, empty_glass.packets[-1], tmp_path)
    assert submission.resident.name == NAME
    assert (submission.fingers[0].missing, submission.fingers[0].reason) == (
        MissingFinger.UNABLE_TO_PRINT,
        "amputation",
    )
    noted = submission.circumstances
    assert noted.operator == "Budi-07" and noted.card_from == date(2027, 4, 12)
    assert noted.consent and noted.consent.given_by is ConsentGiver.GUARDIAN


def at_terminal(command: list[str], answers: dict[str, str]) -> tuple[str, int]:
    """Run a command on a terminal and answer each question when it appears; what was shown, and the exit status.

    An answer of control characters is given at once, not where the question waits.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.execv(command[0], command)
    shown, waiting = "", dict(answers)
    try:
        while piece := os.read(terminal, 4096):
            shown += piece.decode(errors="replace")
            for question in [question for question in waiting if question in shown]:
                if waiting[question] < " " or shown.endswith(": "):
                    os.write(terminal, f"{waiting.pop(question)}\n".encode())
    except OSError:  # how Linux tells that the last program has left the terminal
        pass
    finally:
        os.close(terminal)
    return shown, os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def test_control_numbers_fit_their_field_and_differ() -> None:
    at = Timestamp(datetime(1970, 1, 1, tzinfo=UTC), ClockTrust.WRONG, "b", 0.0)
    numbers = {control_number("A-" * 16, at) for _ in range(100)}
    assert len(numbers) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9-]{10,40}", number) for number in numbers)
    assert control_number("BANGKA-03", at).startswith("BANGKA-03-19700101000000-")


class NoDesk:
    """Nobody: anything that is asked or told here came too late."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"{name} before the recipients were judged")


@pytest.mark.parametrize(
    ("recipients", "error", "words"),
    [
        ((), IdentityError, "no office could open"),
        (("age1nonsense",), SealingError, r"office\.recipients\.0: .*'age1nonsense' is no age key"),
    ],
)
def test_recipients_are_judged_before_anything_is_opened(
    tmp_path: Path, recipients: tuple[str, ...], error: type[Exception], words: str
) -> None:
    port = FingerprintConfig(port="/dev/there-is-none")
    config = KitConfig(kit_id="k", data=tmp_path, fingerprint=port, office=OfficeConfig(recipients=recipients))
    with pytest.raises(error, match=words), workplace(config):
        raise AssertionError("a workplace")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--config", "none.toml"), "none.toml: no such file"),
        (("--config", "kit.toml"), "name a file with --resident"),
        (("--config", "kit.toml", "--resident", "none.toml"), "none.toml: no such file"),
        (("--config", "kit.toml", "--resident", "short.toml"), "nik: must be 16 digits, not 15"),
        (("--config", "kit.toml", "--excuse", "thumb=cut"), "excused.thumb: no such finger"),
    ],
)
def test_bad_input_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kit.toml").write_text('kit_id = "k"\n[fingerprint]\nport = "/dev/there-is-none"\n')
    (tmp_path / "short.toml").write_text('nik = "190301520410007"\nname = "A"\ndate_of_birth = 2010-04-12\nsex = "P"\n')
    told = CliRunner().invoke(app, ["record", *options])
    assert isinstance(told.exception, KitError) and words in str(told.exception)
    assert {path.name for path in tmp_path.iterdir()} == {"kit.toml", "short.toml"}
