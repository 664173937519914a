"""The office's steps on a tree with the real Rekam: broken on purpose, told in words, mended, taken back."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from firmware import identity
from firmware.office import admission, broker, keys
from provisioning import engine, mosquitto, questions
from provisioning.engine import State, Step
from provisioning.machine import Machine
from provisioning.roles import OFFICE
from provisioning.steps_broker import Broker, BrokerCertificates
from provisioning.steps_environment import PROGRAM, Launcher
from provisioning.steps_office import OfficeKeys, OfficePackages
from provisioning.steps_serving import OfficeService
from provisioning.steps_user import DataFolder, ServiceUser
from tests.conftest import ROOT
from tests.provisioning.trees import seen, setup, tree

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes users and owners in a tree: run as root")

STEPS: tuple[Step, ...] = (
    ServiceUser(),
    DataFolder(),
    Launcher(),
    OfficeKeys(),
    BrokerCertificates(),
    Broker(),
    OfficeService(),
)
UNIT = "/etc/systemd/system/rekam-office.service"
KEYS = "/var/lib/rekam-office/office"


def desk(folder: Path, **answers: object) -> Machine:
    """A Debian PC's tree in which Rekam is installed."""
    top = tree(folder / "tree")
    reachable(folder)
    program = top / PROGRAM.lstrip("/")
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {shlex.quote(sys.executable)} -Bm firmware "$@"\n')
    program.chmod(0o755)
    return machine_of(top, **answers)


def reachable(folder: Path) -> None:
    """Let the office's user come to it."""
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(parent.stat().st_mode | 0o011)


def machine_of(top: Path, **answers: object) -> Machine:
    told = {"broker_host": "office.example.org", "sheet": "/media/stick/sheet.html", **answers}
    return Machine(top, {**questions.defaults(OFFICE.questions), **told}, ROOT, role=OFFICE)


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of an office that is set up, to be copied."""
    machine = desk(tmp_path_factory.mktemp("office"))
    assert failed(machine) == []
    return machine.root


@pytest.fixture
def made(made_once: Path, tmp_path: Path) -> Machine:
    """An office that is set up."""
    subprocess.run(["cp", "-a", made_once, tmp_path / "tree"], check=True)
    reachable(tmp_path)
    return machine_of(tmp_path / "tree")


def failed(machine: Machine, steps: Sequence[Step] = STEPS) -> list[str]:
    """Do what is needed; what went wrong, in English."""
    results = engine.apply_all(machine, steps, lambda step: None, lambda result: None)
    return [words.en for result in results for words in result.words if result.state is State.FAILED]


def looks(machine: Machine, step: Step) -> tuple[State, list[str]]:
    result = engine.look(machine, step)
    assert result is not None
    return result.state, [words.en for words in result.words]


def test_a_tree_becomes_an_office_and_a_tree_again(tmp_path: Path) -> None:
    machine = desk(tmp_path)
    machine.at("/media/stick").mkdir(parents=True)
    before = seen(machine.root)
    assert failed(machine) == []
    owner = machine.user("rekam-office")
    for name in ("authority.key", "identity.txt", "broker/server.pem"):
        status = machine.at(f"{KEYS}/{name}").stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (*(owner or ()), 0o600)
    assert machine.text(mosquitto.SERVER) == machine.text(f"{KEYS}/broker/server.pem")
    assert machine.at(mosquitto.SERVER).stat().st_mode & 0o777 == 0o640
    sheet = machine.at("/media/stick/sheet.html")
    assert "AGE-SECRET-KEY-1" in sheet.read_text()
    assert "setpriv --reuid=rekam-office" in machine.text(Launcher.path)
    assert "REKAM_OFFICE:=/var/lib/rekam-office/office" in machine.text(Launcher.path)

    there = seen(machine.root)
    results = engine.apply_all(machine, STEPS, lambda step: None, lambda result: None)
    assert {result.state for result in results} == {State.RIGHT}
    assert seen(machine.root) == there

    left = [words.en for result in engine.undo_all(machine, STEPS, lambda result: None) for words in result.words]
    assert [words[:50] for words in left] == ["The recovery sheet is at /media/stick/sheet.html. "]
    sheet.unlink()
    after = {name: what for name, what in seen(machine.root).items() if not name.startswith("var/lib/rekam-setup")}
    assert after == before


def test_the_sheet_is_told_until_it_is_deleted(made: Machine) -> None:
    state, words = looks(made, OfficeKeys())
    assert state is State.RIGHT
    assert words == [
        "The recovery sheet is at /media/stick/sheet.html. Print it twice, check it with `rekam office recover "
        "--check`, then delete the file: the backup key is kept nowhere else."
    ]
    made.at("/media/stick/sheet.html").unlink()
    assert looks(made, OfficeKeys()) == (State.RIGHT, [])


def test_a_power_cut_between_sheet_and_keys_leaves_no_wrong_sheet(tmp_path: Path) -> None:
    machine = desk(tmp_path)
    assert failed(machine, STEPS[:3]) == []
    machine.at("/media/stick").mkdir(parents=True)
    machine.at("/media/stick/sheet.html").write_text("of keys that never came to be")
    assert "sheet.html: is there already; a sheet is never overwritten" in failed(machine, [OfficeKeys()])[0]
    machine.ledger.note("sheet_begun", "/media/stick/sheet.html")
    assert failed(machine, [OfficeKeys()]) == []
    assert "AGE-SECRET-KEY-1" in machine.text("/media/stick/sheet.html")


def test_damaged_keys_are_named_and_never_made_anew(made: Machine) -> None:
    made.at(f"{KEYS}/authority.key").write_text("")
    assert "a key is damaged" in failed(made)[0]
    made.at(f"{KEYS}/authority.key").unlink()
    assert "authority.key: is missing" in failed(made)[0]
    assert not made.at(f"{KEYS}/authority.key").exists()


def test_a_kit_whose_certificate_ends_is_told(made: Machine, tmp_path: Path) -> None:
    request = identity.write_request(tmp_path / "data", "K1", tmp_path / "stick")
    end = admission.admit(request, keys.load(made.at(KEYS)), valid=timedelta(days=5)).certificate.not_valid_after_utc
    state, words = looks(made, OfficeKeys())
    assert state is State.RIGHT
    assert f"the certificate of K1 ends on {end:%Y-%m-%d}; `rekam office status` tells what to do" in words


def test_the_brokers_certificate_is_renewed_a_month_ahead_and_for_another_host(made: Machine) -> None:
    needed = (
        State.NEEDED,
        ["the broker's certificate is missing, ends within a month, or is not for office.example.org"],
    )
    broker.certify(keys.load(made.at(KEYS)), ["office.example.org"], timedelta(days=30))
    assert looks(made, BrokerCertificates()) == needed
    assert failed(made) == []
    assert looks(made, BrokerCertificates()) == (State.RIGHT, [])
    assert made.text(mosquitto.SERVER) == made.text(f"{KEYS}/broker/server.pem")
    made.at(f"{KEYS}/broker/reader.pem").unlink()
    assert looks(made, BrokerCertificates()) == needed
    assert failed(made) == []
    made.answers = {**made.answers, "broker_host": "192.0.2.9"}
    assert looks(made, BrokerCertificates())[0] is State.NEEDED
    assert failed(made) == []
    assert looks(made, BrokerCertificates()) == (State.RIGHT, [])


def test_a_certificate_of_another_authority_is_replaced(made: Machine, tmp_path: Path) -> None:
    other, _ = broker.certify(keys.init(tmp_path / "other"), ["office.example.org"])
    made.at(f"{KEYS}/broker/server.pem").write_bytes(other.read_bytes())
    assert looks(made, BrokerCertificates())[0] is State.NEEDED


def test_settings_and_key_of_the_broker_are_watched(made: Machine) -> None:
    made.at(mosquitto.SETTINGS).write_text("allow_anonymous true\n")
    assert looks(made, Broker()) == (State.NEEDED, [f"{mosquitto.SETTINGS} is not as it should be"])
    assert failed(made) == []
    made.at(mosquitto.SERVER).chmod(0o644)
    assert looks(made, Broker())[1] == [f"{mosquitto.SERVER} must be root:mosquitto's with mode 0640"]
    assert failed(made) == []
    assert looks(made, Broker()) == (State.RIGHT, [])


def test_a_rented_broker_needs_no_mosquitto(tmp_path: Path) -> None:
    machine = desk(tmp_path, broker="elsewhere", broker_host="mqtt.example.org")
    assert failed(machine) == []
    assert not machine.at("/etc/mosquitto").exists()
    assert not machine.at(f"{KEYS}/broker").exists()
    assert OfficePackages().wanted(machine) == ["python3-venv", "libstdc++6", "age", "openssl"]
    own = desk(tmp_path / "own")
    assert "mosquitto" in OfficePackages().wanted(own)
    own.answers = {**own.answers, "broker": "elsewhere"}
    assert failed(own) == []


def test_an_office_that_rents_a_broker_later_loses_its_own(made: Machine) -> None:
    made.answers = {**made.answers, "broker": "elsewhere"}
    assert looks(made, Broker()) == (State.NEEDED, ["no longer wanted by the answers"])
    assert failed(made) == []
    assert not made.at("/etc/mosquitto").exists()
    assert engine.look(made, Broker()) is None


def test_the_service_of_the_broker_is_hardened(tmp_path: Path) -> None:
    unit = tmp_path / "mosquitto.service"
    unit.write_text(f"[Service]\nExecStart=/bin/true\n{mosquitto.HARDENING_TEXT}")
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", unit], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout


def test_the_service_that_takes_packets_is_watched(made: Machine) -> None:
    made.at(UNIT).write_text(made.text(UNIT).replace("ProtectSystem=strict\n", ""))
    assert looks(made, OfficeService()) == (State.NEEDED, [f"{UNIT} is not as it should be"])
    made.at("/etc/systemd/system/multi-user.target.wants/rekam-office.service").unlink()
    assert looks(made, OfficeService())[1][1] == "rekam-office.service is not enabled"
    assert failed(made) == []
    assert looks(made, OfficeService()) == (State.RIGHT, [])
    made.answers = {**made.answers, "office_name": "Dukcapil Kota", "delivery_port": 9443}
    assert failed(made) == []
    assert 'Environment="REKAM_OFFICE_NAME=Dukcapil Kota"' in made.text(UNIT)
    assert "office serve --port 9443\n" in made.text(UNIT)
    made.answers = {**made.answers, "delivery_host": "none"}
    assert looks(made, OfficeService()) == (State.NEEDED, ["no longer wanted by the answers"])
    assert failed(made) == []
    assert not made.at(UNIT).exists()


def test_an_office_with_a_rented_broker_takes_packets_under_its_own_name(tmp_path: Path) -> None:
    machine = desk(tmp_path, broker="elsewhere", broker_host="mqtt.example.org", delivery_host="office.example.org")
    assert failed(machine) == []
    assert machine.at(UNIT).exists()
    assert looks(machine, BrokerCertificates()) == (State.RIGHT, [])
    machine.answers = {**machine.answers, "delivery_host": "192.0.2.9"}
    assert looks(machine, BrokerCertificates())[0] is State.NEEDED
    assert not machine.at("/etc/mosquitto").exists()


def test_the_service_that_takes_packets_is_hardened(made: Machine, tmp_path: Path) -> None:
    unit = tmp_path / "rekam-office.service"
    unit.write_text(made.text(UNIT).replace("/opt/rekam/current/venv/bin/python", sys.executable))
    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=30", unit], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout
    words = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True).stderr
    assert "rekam-office" not in words, words


def test_the_service_tells_systemd_when_it_listens(made: Machine, tmp_path: Path) -> None:
    told, command = tmp_path / "notify", re.search("^ExecStart=[^ ]*(.*)$", made.text(UNIT), re.MULTILINE)
    assert command
    words = [*command.group(1).split()[:-1], "0", "--office", str(made.at(KEYS)), "--host", "127.0.0.1"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(told))
        heard.settimeout(60)
        environment = {**os.environ, "NOTIFY_SOCKET": str(told), "PYTHONPATH": str(ROOT)}
        server = subprocess.Popen([sys.executable, *words], env=environment, stdout=subprocess.DEVNULL)
        try:
            assert heard.recv(64) == b"READY=1"
        finally:
            server.terminate()
            assert server.wait(30) in (0, -signal.SIGTERM)


def test_the_command_talks_of_the_office(tmp_path: Path) -> None:
    top = tree(tmp_path / "tree")
    before = seen(top)
    look = setup(top, "--check", verb="office")
    assert look.returncode == 1, look.stdout + look.stderr
    assert "system packages: only on a machine that runs" in look.stdout
    assert "office's keys: changes needed" in look.stdout
    assert seen(top) == before
    answers = tmp_path / "answers.toml"
    answers.write_text('kit_id = "KTP-1"\nbroker = "rented"\nbroker_port = 80\nsheet = "sheet"\n')
    wrong = setup(top, "--unattended", answers, verb="office")
    assert wrong.returncode == 2
    for told in ("kit_id: there is no such", "broker: one of: own, elsewhere", "broker_port: a number, 1024 to 65535"):
        assert told in wrong.stderr
    assert "broker_host: must be answered" in wrong.stderr


def test_keys_are_not_thrown_away_unasked_and_a_kit_is_no_office(made: Machine) -> None:
    made.ledger.note("role", "office")
    made.ledger.note("answers", dict(made.answers))
    refused = setup(made.root, "--uninstall", verb="office")
    assert refused.returncode == 2
    assert f"the office's keys are in {KEYS}: without them no packet can be opened" in refused.stderr
    other = setup(made.root, "--check", verb="kit")
    assert other.returncode == 2
    assert "this machine is set up as office already" in other.stderr
    assert setup(made.root, "--uninstall", "--keep-data", verb="office").returncode == 0
    assert made.at(f"{KEYS}/identity.txt").exists()
    assert not made.at("/etc/mosquitto").exists()
