"""The guard of an update: real links and files in a tree; systemctl and the station are small scripts."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning import guard
from provisioning.guard import Trial
from tests.conftest import ROOT

SYSTEMCTL = """#!/bin/sh
echo "$*" >>"{tree}/asked"
[ "$1" = show ] || exit 0
# A line of the story a question; the last one stays
head -n 1 "{tree}/story" | tr ' ' '\\n'
[ "$(wc -l <"{tree}/story")" -lt 2 ] || sed -i 1d "{tree}/story"
"""
ACTIVE, WAITS = "ActiveState=active NRestarts=0", "ActiveState=activating NRestarts=0"
# The guard in a process of its own, which dies at its Nth change of a file
CUT_SHORT = """
import os, signal, sys
from pathlib import Path
from provisioning import files, guard
left, is_before = int(sys.argv[1]), sys.argv[2] == "before"
def dying(change):
    def changed(*words, **options):
        global left
        left -= 1
        if left == 0 and is_before: os.kill(os.getpid(), signal.SIGKILL)
        change(*words, **options)
        if left == 0: os.kill(os.getpid(), signal.SIGKILL)
    return changed
files.write, files.link, files.sync_folder = map(dying, (files.write, files.link, files.sync_folder))
Path.unlink = dying(Path.unlink)
root = Path(sys.argv[3])
if sys.argv[4] == "switch": guard.switch(root, guard.Trial("2", "1", 0.0))
else: guard.main([sys.argv[4], "--root", sys.argv[3]])
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kit with versions 1 and 2, of which 1 is in use, and whose service is active at once."""
    top = tmp_path / "tree"
    for version in ("1", "2"):
        (top / "opt/rekam/versions" / version).mkdir(parents=True)
    (top / "opt/rekam/current").symlink_to("versions/1")
    script(tmp_path / "bin/systemctl", SYSTEMCTL.format(tree=tmp_path))
    script(top / "usr/local/bin/rekam", """#!/bin/sh\necho '{"kit": "KTP-1", "state": "idle"}'\n""")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(guard, "_LOOK_S", 0.0)
    story(top, ACTIVE)
    return top


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def story(top: Path, *lines: str) -> None:
    """What systemd tells of the service, one answer after another."""
    (top.parent / "story").write_text("".join(f"{line}\n" for line in lines))


def asked(top: Path) -> str:
    return (top.parent / "asked").read_text()


def current(top: Path) -> str:
    return (top / "opt/rekam/current").readlink().name


def told(top: Path) -> str:
    """Why the guard went back, in English; empty where the version was confirmed."""
    assert guard.trial_in(top) is None
    verdict = guard.verdict_in(top)
    assert (verdict["version"], verdict["previous"]) == ("2", "1")
    assert verdict["is_healthy"] == (verdict["why"] is None)
    return verdict["why"]["en"] if verdict["why"] else ""


def run(top: Path, verb: str) -> None:
    assert guard.main([verb, "--root", str(top)]) == 0


def test_a_version_that_is_well_is_confirmed(tree: Path) -> None:
    story(tree, WAITS, WAITS, ACTIVE)
    guard.switch(tree, Trial("2", "1", 0.0))
    run(tree, "boot")
    run(tree, "watch")
    assert (told(tree), current(tree)) == ("", "2")
    assert "restart" not in asked(tree)


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ((WAITS, "ActiveState=activating NRestarts=1"), "its service ended by itself"),
        ((WAITS, ACTIVE, "ActiveState=active NRestarts=1"), "its service ended by itself"),
        ((WAITS, "ActiveState=failed NRestarts=0"), "its service ended by itself"),
        ((WAITS,), "its service was not ready in 0 s"),
    ],
)
def test_from_a_version_that_is_not_well_the_kit_goes_back(
    tree: Path, monkeypatch: pytest.MonkeyPatch, lines: tuple[str, ...], why: str
) -> None:
    monkeypatch.setattr(guard, "_START_S", 0.0 if len(lines) == 1 else 60.0)
    story(tree, *lines)
    guard.switch(tree, Trial("2", "1", 60.0))
    run(tree, "watch")
    assert (told(tree), current(tree)) == (why, "1")
    assert "--no-block restart rekam.service" in asked(tree)


@pytest.mark.parametrize("answer", ["exit 1", "echo nothing", "echo '[]'"])
def test_a_station_that_does_not_answer_is_not_well(tree: Path, answer: str) -> None:
    script(tree / "usr/local/bin/rekam", f"#!/bin/sh\n{answer}\n")
    guard.switch(tree, Trial("2", "1", 0.0))
    run(tree, "watch")
    assert (told(tree), current(tree)) == ("`rekam status` does not answer", "1")


def test_a_service_that_is_stopped_by_hand_is_waited_for(tree: Path) -> None:
    story(tree, ACTIVE, ACTIVE, "ActiveState=deactivating NRestarts=0", "ActiveState=inactive NRestarts=0", ACTIVE)
    guard.switch(tree, Trial("2", "1", 0.05))
    run(tree, "watch")
    assert (told(tree), current(tree)) == ("", "2")
    assert len(asked(tree).splitlines()) > 5


def test_a_version_that_never_comes_to_the_end_of_its_watch_is_given_up_by_itself(tree: Path) -> None:
    guard.switch(tree, Trial("2", "1"))
    for left in reversed(range(guard.TRIES)):
        run(tree, "boot")
        assert guard.trial_in(tree) == Trial("2", "1", tries_left=left)
        assert current(tree) == "2"
    run(tree, "boot")
    assert "the machine was started 5 times" in told(tree)
    assert current(tree) == "1"


def test_where_nothing_is_tried_nothing_is_done(tree: Path) -> None:
    for verb in ("boot", "watch"):
        run(tree, verb)
    assert (guard.verdict_in(tree), current(tree)) == ({}, "1")
    (tree / guard.TRIAL).write_text("not JSON")
    run(tree, "boot")
    assert current(tree) == "1"


def test_a_link_that_is_gone_is_made_again(tree: Path) -> None:
    guard.switch(tree, Trial("2", "1"))
    (tree / "opt/rekam/current").unlink()
    run(tree, "boot")
    assert current(tree) == "1"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("deed", ["switch", "boot", "confirm", "back"])
def test_the_power_may_go_at_any_change(tree: Path, deed: str, when: str) -> None:
    """Whatever is cut off where: the next start of the machine ends with a whole version and nothing left to try."""
    for at in range(1, 12):
        (tree / guard.VERDICT).unlink(missing_ok=True)
        Path.unlink(tree / "opt/rekam/current")
        (tree / "opt/rekam/current").symlink_to("versions/1")
        if deed != "switch":
            guard.switch(tree, Trial("2", "1", 0.0))
        script(tree / "usr/local/bin/rekam", "#!/bin/sh\n" + ("exit 1" if deed == "back" else "echo '{\"state\": 1}'"))
        verb = deed if deed in ("switch", "boot") else "watch"
        command = [sys.executable, "-c", CUT_SHORT, str(at), when, str(tree), verb]
        status = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False).returncode
        assert current(tree) in ("1", "2")
        run(tree, "boot")
        run(tree, "watch")
        assert guard.trial_in(tree) is None
        if deed == "back":
            assert current(tree) == "1"
        if status == 0:
            assert current(tree) == ("1" if deed == "back" else "2")
            return
        assert status == -signal.SIGKILL
    pytest.fail("it changes files without end")


def test_it_runs_by_another_python_without_anything_else(tmp_path: Path, tree: Path) -> None:
    """As the unit calls it: its own folder, no other module of the setup."""
    from provisioning.steps_update import _FOLDER, UpdateGuard
    from tests.provisioning.trees import machine

    kit = machine(tree)
    UpdateGuard().apply(kit)
    assert UpdateGuard().check(kit) == []
    guard.switch(tree, Trial("2", "1", 0.0))
    for verb in ("boot", "watch"):
        command = [sys.executable, "-BPm", "provisioning.guard", verb, "--root", tree]
        environment = {"PYTHONPATH": f"{tree}{_FOLDER}", "PATH": os.environ["PATH"]}
        subprocess.run(list(map(str, command)), env=environment, cwd="/", check=True)
    assert (told(tree), current(tree)) == ("", "2")
    UpdateGuard().undo(kit)
    assert sorted(path.name for path in (tree / "opt/rekam").iterdir()) == ["current", "versions"]
    assert not (tree / "etc").exists()
