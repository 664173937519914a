"""The whole command on a tree: looked at, made, cut short anywhere, made again, taken back to the last bit."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.spool import SPOOL, Spool
from tests import offices, transactions
from tests.conftest import ROOT
from tests.provisioning import small_bundle
from tests.provisioning.test_bundles import seal, sign
from tests.provisioning.trees import seen, setup, tree

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="makes users and owners in a tree: run as root")

ANSWERS = """kit_id = "KTP-1"
language = "en"
fingerprint = "/dev/ttyAMA0"
gauge = true
rtc = "ds3231"
"""
NEVER = 10_000
# Everything but the virtual environment, which takes seconds each time; dies before or after its Nth change of a file
CUT_SHORT = """
import os, signal, sys
from pathlib import Path
from provisioning import kit
left = int(sys.argv.pop(1))
def dying(change, before):
    def changed(*words):
        global left
        left -= 1
        if left == 0 and before: os.kill(os.getpid(), signal.SIGKILL)
        change(*words)
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    return changed
# Every file and link is written beside its place first, and then put there
Path.replace = dying(Path.replace, sys.argv.pop(1) == "before")
kit.STEPS = tuple(step for step in kit.STEPS if step.key != "environment")
status = kit.main(sys.argv[1:])
print(left)
sys.exit(status)
"""


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    (tmp_path / "answers.toml").write_text(ANSWERS)
    return tmp_path / "answers.toml"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle.make(tmp_path_factory.mktemp("bundle"))


def test_a_tree_becomes_a_kit_and_a_tree_again(tmp_path: Path, answers: Path, bundle: Path) -> None:
    top = tree(tmp_path / "tree", pi=True)
    before = seen(top)
    offline = ("--offline", bundle)
    assert setup(top, "--check", *offline).returncode == 1
    assert seen(top) == before

    done = setup(top, "--unattended", answers, *offline, "--report", tmp_path / "report")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (top / "opt/rekam/current").readlink() == Path("versions/1.2.3")
    program = [top / "opt/rekam/current/venv/bin/rekam"]
    assert subprocess.run(program, env={}, capture_output=True, text=True, check=True).stdout == "rekam\n"
    made = seen(top)

    look = setup(top, "--check", *offline)
    assert look.returncode == 0, look.stdout
    again = setup(top, "--unattended", answers, *offline)
    assert again.returncode == 0
    assert ": done" not in again.stdout
    assert seen(top) == made

    told = json.loads((tmp_path / "report.json").read_text())
    assert (told["kit_id"], told["devices"]["rekam"]) == ("KTP-1", "1.2.3")
    assert {"key": "user", "name": "service user and groups", "state": "changed", "words": []} in told["steps"]
    page = (tmp_path / "report.html").read_text()
    assert "Acceptance report of a Rekam kit KTP-1" in page
    assert "Technician&#x27;s name" in page

    gone = setup(top, "--uninstall")
    assert gone.returncode == 0, gone.stdout + gone.stderr
    assert seen(top) == before


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], int]:
    """What a setup makes that nothing cuts short, and how often it changes a file."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "answers.toml").write_text(ANSWERS)
    top = tree(folder / "tree", pi=True)
    done = cut_short(top, folder / "answers.toml", NEVER)
    assert done.returncode == 0, done.stdout + done.stderr
    return lasting(top), NEVER - int(done.stdout.splitlines()[-1])


def cut_short(top: Path, answers: Path | None, at: int, when: str = "after") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", CUT_SHORT, str(at), when, "--root", str(top), "--lang", "en"]
    return subprocess.run(
        [*command, "--unattended", str(answers)] if answers else command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def lasting(top: Path) -> dict[str, object]:
    """What is in a tree, without the ledger's times."""
    return {name: what for name, what in seen(top).items() if not name.startswith("var/lib/rekam-setup")}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("when", ["before", "after"])
def test_the_power_may_go_at_any_change(
    tmp_path: Path, answers: Path, whole: tuple[dict[str, object], int], when: str
) -> None:
    made, changes = whole
    assert changes > 40
    for at in range(1, changes + 1, 13):
        top = tree(tmp_path / str(at), pi=True)
        before = seen(top)
        assert cut_short(top, answers, at, when).returncode == -signal.SIGKILL
        # Half the kits go on, the other half are taken back from where they stand
        if at % 26 == 1:
            assert cut_short(top, answers, NEVER).returncode == 0, at
            assert lasting(top) == made, at
        gone = setup(top, "--uninstall")
        assert gone.returncode == 0, gone.stdout + gone.stderr
        assert seen(top) == before, at


def test_steps_have_their_english_names_in_any_language(tmp_path: Path) -> None:
    told = setup(tree(tmp_path), "--check", "--lang", "id").stdout
    assert "service user and groups: perlu dikerjakan\n    pengguna rekam belum ada\n" in told


def test_a_bundle_that_is_damaged_touches_nothing(tmp_path: Path, answers: Path) -> None:
    top, bundle = tree(tmp_path / "tree"), small_bundle.make(tmp_path)
    (bundle / "VERSION").write_text("9\n")
    before = seen(top)
    for words in ([], ["--check"]):
        done = setup(top, *words, "--unattended", answers, "--offline", bundle)
        assert done.returncode == 2
        assert "Wrong are: VERSION (changed)" in done.stderr
    assert {name for name in seen(top) if name not in before} <= {"var/lib/rekam-setup", "var/lib/rekam-setup/lock"}


def test_the_installed_key_is_asked_for(tmp_path: Path, answers: Path) -> None:
    top, bundle = tree(tmp_path / "tree"), small_bundle.make(tmp_path)
    (top / "etc/rekam").mkdir()
    sign(bundle, tmp_path).rename(top / "etc/rekam/signer.pem")
    (bundle / "VERSION").write_text("9\n")
    seal(bundle)
    done = setup(top, "--unattended", answers, "--offline", bundle)
    assert done.returncode == 2
    assert "its signature is not by the key" in done.stderr


def test_a_bundle_for_another_machine_is_told(tmp_path: Path, answers: Path) -> None:
    top, bundle = tree(tmp_path / "tree"), small_bundle.make(tmp_path)
    (bundle / "wheels" / f"requirements-{small_bundle.TAG}.txt").unlink()
    seal(bundle)
    done = setup(top, "--unattended", answers, "--offline", bundle)
    assert done.returncode == 1
    assert f"this bundle has no requirements-{small_bundle.TAG}.txt" in done.stdout


def test_a_wheel_that_is_not_the_listed_one_is_not_installed(tmp_path: Path, answers: Path) -> None:
    top, bundle = tree(tmp_path / "tree"), small_bundle.make(tmp_path)
    (bundle / "wheels" / f"requirements-{small_bundle.TAG}.txt").write_text(f"rekam==1.2.3 --hash=sha256:{'0' * 64}\n")
    seal(bundle)
    done = setup(top, "--unattended", answers, "--offline", bundle)
    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stdout
    assert not (top / "opt/rekam/current").exists()


def test_an_environment_that_was_cut_short_is_made_anew(tmp_path: Path, answers: Path, bundle: Path) -> None:
    top = tree(tmp_path / "tree")
    assert setup(top, "--unattended", answers, "--offline", bundle).returncode == 0
    version = top / "opt/rekam/versions/1.2.3"
    (version / "complete").unlink()
    (version / "venv/bin/rekam").unlink()
    look = setup(top, "--check", "--offline", bundle)
    assert look.returncode == 1
    assert "the installation of Rekam 1.2.3 was cut short" in look.stdout
    assert setup(top, "--unattended", answers, "--offline", bundle).returncode == 0
    assert (version / "venv/bin/rekam").exists()
    next(version.glob("venv/lib/*/site-packages/firmware/__init__.py")).write_text("1 / 0\n")
    assert "the Rekam that is installed does not run" in setup(top, "--check", "--offline", bundle).stdout


def test_another_version_lies_beside_the_old_one(tmp_path: Path, answers: Path, bundle: Path) -> None:
    top, newer = tree(tmp_path / "tree"), small_bundle.make(tmp_path, "1.3.0")
    assert setup(top, "--unattended", answers, "--offline", bundle).returncode == 0
    assert "Rekam 1.3.0 is not installed" in setup(top, "--check", "--offline", newer).stdout
    assert setup(top, "--unattended", answers, "--offline", newer).returncode == 0
    assert (top / "opt/rekam/current").readlink() == Path("versions/1.3.0")
    assert (top / "opt/rekam/versions/1.2.3/venv/bin/rekam").exists()
    assert setup(top, "--uninstall").returncode == 0
    assert not (top / "opt").exists()


def test_records_that_are_nowhere_else_are_not_thrown_away(tmp_path: Path, answers: Path) -> None:
    top = tree(tmp_path / "tree")
    assert cut_short(top, answers, NEVER).returncode == 0
    kit = offices.admitted(tmp_path / "office").kit
    with Spool(top / "var/lib/rekam" / SPOOL) as spool:
        spool.put(offices.packet(kit), transactions.AT)
    refused = setup(top, "--uninstall")
    assert refused.returncode == 2
    assert "1 sealed records are still in /var/lib/rekam" in refused.stderr
    assert (top / "usr/local/bin/rekam").exists()
    assert setup(top, "--uninstall", "--keep-data").returncode == 0
    assert (top / "var/lib/rekam" / SPOOL).exists()
    assert not (top / "usr/local").exists()
    assert cut_short(top, answers, NEVER).returncode == 0
    assert setup(top, "--uninstall", "--discard-data").returncode == 0
    assert not (top / "var/lib/rekam").exists()


def test_the_same_line_needs_no_answers_again(tmp_path: Path, answers: Path) -> None:
    top = tree(tmp_path / "tree")
    assert cut_short(top, answers, 30).returncode == -signal.SIGKILL
    done = cut_short(top, None, NEVER)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'kit_id = "KTP-1"' in (top / "etc/rekam/kit.toml").read_text()


def test_a_second_setup_at_the_same_time_is_refused(tmp_path: Path, answers: Path) -> None:
    top = tree(tmp_path / "tree")
    (top / "var/lib/rekam-setup").mkdir()
    with subprocess.Popen(["flock", top / "var/lib/rekam-setup/lock", "cat"], stdin=subprocess.PIPE) as other:
        while subprocess.run(["flock", "-n", top / "var/lib/rekam-setup/lock", "true"], check=False).returncode == 0:
            pass
        done = setup(top, "--unattended", answers)
        other.communicate()
    assert done.returncode == 2
    assert "another setup is at work" in done.stderr


def test_without_a_terminal_it_says_what_to_give(tmp_path: Path) -> None:
    done = setup(tree(tmp_path))
    assert done.returncode == 2
    assert "give --unattended answers.toml" in done.stderr
