"""An update in a tree: real bundles, signatures, environments and kills; systemd and the station are small scripts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from provisioning import bundles, files, guard, steps_environment, update
from provisioning.steps_environment import Environment, folder_of, in_use
from provisioning.steps_kit import CACHE
from provisioning.steps_update import SIGNER, Signer, UpdateGuard
from provisioning.update import Update
from provisioning.words import SetupFailed
from tests.conftest import ROOT
from tests.provisioning import small_bundle
from tests.provisioning.test_bundles import packed, seal, sign
from tests.provisioning.trees import machine, seen, tree

# What `systemctl` of a machine with systemd does, as far as an update needs it: the guard is started for real
SYSTEMCTL = """#!/bin/sh
echo "$*" >>"{folder}/asked"
case "$*" in
  "start rekam-update-guard.service")
    for verb in boot watch; do PYTHONPATH={top} {python} -BPm provisioning.guard $verb --root {tree}; done ;;
  *"-P ActiveState rekam.service") echo active ;;
  *"-P ActiveState"*) echo inactive ;;
  show*) cat {folder}/state ;;
esac
"""


@dataclass
class Kit:
    """A tree with version 1.2.3 in use, and the office's key."""

    root: Path
    office: Path

    def bundle(self, version: str, **options: str) -> Path:
        """A bundle of the office."""
        (folder := self.office / version).mkdir()
        return signed(small_bundle.make(folder, version, **options), self.office)

    def update(self, *words: str | Path, language: str = "en") -> "subprocess.CompletedProcess[str]":
        """Run `setup.sh update` of the checkout on the tree."""
        return subprocess.run(self.command(*words, language=language), capture_output=True, text=True, check=False)

    def command(self, *words: str | Path, language: str = "en") -> list[str]:
        """The command line, with the tests' own interpreter."""
        path = f"PATH={Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        line = ["env", path, "bash", ROOT / "provisioning/setup.sh", "update", "--root", self.root, "--lang", language]
        return list(map(str, (*line, *words)))

    @property
    def version(self) -> str:
        """What is in use."""
        return in_use(machine(self.root))

    @property
    def versions(self) -> list[str]:
        """All that lie there."""
        return sorted(path.name for path in (self.root / "opt/rekam/versions").iterdir())


def signed(top: Path, office: Path) -> Path:
    """Sign a bundle with the office's one key."""
    key = office / "signer.key"
    if not key.exists():
        sign(top, office)
    words = ["openssl", "dgst", "-sha256", "-sign", key, "-out", top / "MANIFEST.sig", top / "MANIFEST.sha256"]
    subprocess.run(list(map(str, words)), check=True)
    (top / "signer.pem").write_bytes((office / "signer.pem").read_bytes())
    return top


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Its old version is a name alone, as nothing runs it; that a setup makes such a tree is tested elsewhere."""
    (tmp_path / "office").mkdir()
    made = Kit(tree(tmp_path / "tree"), tmp_path / "office")
    fresh = machine(made.root)
    with bundles.opened(made.bundle("1.2.3"), tmp_path / "scratch", None) as bundle:
        fresh.bundle = bundle
        fresh.backups.link("environment", "/opt/rekam/current", "versions/1.2.3")
        files.write(folder_of(fresh, "1.2.3") / "complete", f"{bundle.digest}\n".encode(), 0o644)
        for step in (Signer(), UpdateGuard()):
            assert step.is_wanted(fresh)
            step.apply(fresh)
            assert step.check(fresh) == []
    return made


def test_a_new_version_comes_beside_the_old_one_and_is_judged_at_the_next_start(kit: Kit, tmp_path: Path) -> None:
    done = kit.update(packed(kit.bundle("1.3.0")))
    assert done.returncode == 0
    assert "Rekam 1.3.0 is in use from this machine's next start on" in done.stdout
    assert (kit.version, kit.versions) == ("1.3.0", ["1.2.3", "1.3.0"])
    assert guard.trial_in(kit.root) == guard.Trial("1.3.0", "1.2.3")
    # The installed copy of the setup is that of the version, and can make the next update
    assert (kit.root / "opt/rekam/current/provisioning/setup.sh").exists()
    assert not (kit.root / "var/lib/rekam-setup/bundle").exists()


def test_a_look_changes_nothing(kit: Kit) -> None:
    newer, before = packed(kit.bundle("1.3.0")), seen(kit.root)
    look = kit.update(newer, "--check")
    assert (look.returncode, look.stdout) == (1, "Rekam 1.3.0 would take the place of 1.2.3.\n")
    same = kit.update(kit.office / "1.2.3/rekam-1.2.3", "--check")
    assert (same.returncode, same.stdout) == (0, "Rekam 1.2.3 is in use already.\n")
    assert seen(kit.root) == before


REFUSALS: Mapping[str, Mapping[str, str]] = {
    "unsigned": {"id": "tidak ditandatangani (MANIFEST.sig tidak ada)", "en": "is not signed (no MANIFEST.sig)"},
    "foreign": {"id": "jangan dipasang, tanyakan ke kantor", "en": "do not install it, ask the office"},
    "damaged": {"id": "Yang salah: VERSION (berubah)", "en": "Wrong are: VERSION (changed)"},
    "unknown": {"id": "kit ini tidak tahu tanda tangan siapa yang sah", "en": "does not know whose signature counts"},
}


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("fault", REFUSALS)
def test_a_bundle_that_is_not_the_offices_is_refused(kit: Kit, tmp_path: Path, fault: str, language: str) -> None:
    newer = kit.bundle("1.3.0")
    if fault == "unsigned":
        (newer / "MANIFEST.sig").unlink()
    elif fault == "foreign":
        # It brings its own key along, which does not count any more
        (newer / "signer.pem").write_bytes(sign(newer, tmp_path, "foreign").read_bytes())
    elif fault == "damaged":
        (newer / "VERSION").write_text("9\n")
    else:
        kit.root.joinpath(SIGNER[1:]).unlink()
    before = seen(kit.root / "opt")
    done = kit.update(newer, language=language)
    assert done.returncode == 2
    assert REFUSALS[fault][language] in done.stderr
    assert seen(kit.root / "opt") == before


def test_a_first_bundle_whose_own_key_does_not_fit_installs_no_key(kit: Kit, tmp_path: Path) -> None:
    newer = kit.bundle("1.3.0")
    sign(newer, tmp_path, "foreign")
    fresh = machine(tree(tmp_path / "fresh"))
    with bundles.opened(newer, tmp_path / "scratch", None) as bundle:
        fresh.bundle = bundle
        with pytest.raises(SetupFailed, match="its signature is not by the key"):
            Signer().apply(fresh)
    assert not fresh.at(SIGNER).exists()


def test_a_version_that_fails_its_own_test_is_never_in_use(kit: Kit) -> None:
    done = kit.update(kit.bundle("1.3.0", program="1 / 0\n"))
    assert done.returncode == 2
    assert "did not pass its own test; the old one stays in use" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert (kit.version, kit.versions, guard.trial_in(kit.root)) == ("1.2.3", ["1.2.3"], None)


@pytest.mark.parametrize("sight", ["venv/pyvenv.cfg", "provisioning", "complete"])
def test_a_cut_leaves_the_old_version_and_the_next_run_goes_on(kit: Kit, sight: str) -> None:
    newer = kit.bundle("1.3.0")
    process = subprocess.Popen(kit.command(newer), stdout=subprocess.DEVNULL, start_new_session=True)
    while not (kit.root / "opt/rekam/versions/1.3.0" / sight).exists():
        assert process.poll() is None
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    # Where it came as far as the switch, the guard decides at the next start
    assert kit.version == ("1.3.0" if guard.trial_in(kit.root) and kit.version == "1.3.0" else "1.2.3")
    assert kit.update(newer).returncode == 0
    assert kit.version == "1.3.0"
    program = kit.root / "opt/rekam/current/venv/bin/rekam"
    assert subprocess.run([program], env={}, capture_output=True, text=True, check=True).stdout == "rekam\n"


def test_no_room_is_told_before_anything_is_made(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(steps_environment, "_FREE", 10**18)
    words = [str(kit.bundle("1.3.0")), "--root", str(kit.root), "--lang"]
    for language, told in (("en", "Use a larger card"), ("id", "Pakai kartu yang lebih besar")):
        assert update.main([*words, language]) == update.ERROR
        assert told in capsys.readouterr().err
    assert (kit.version, kit.versions) == ("1.2.3", ["1.2.3"])


def test_another_bundle_of_the_same_number_is_refused(kit: Kit) -> None:
    (kit.office / "other").mkdir()
    other = small_bundle.make(kit.office / "other", "1.2.3")
    (other / "more").write_text("x")
    seal(other)
    done = kit.update(signed(other, kit.office))
    assert done.returncode == 2
    assert "this bundle is a 1.2.3 too, yet another one" in done.stderr


class Booted(type(machine(Path("/nonexistent")))):  # type: ignore[misc]
    """A tree that systemd seems to run."""

    is_booted = True


@pytest.fixture
def booted(kit: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The kit's machine, whose service is well and idle."""
    text = SYSTEMCTL.format(folder=tmp_path, top=ROOT, python=sys.executable, tree=kit.root)
    for path, content in (
        (tmp_path / "bin/systemctl", text),
        (kit.root / "usr/local/bin/rekam", f"#!/bin/sh\ncat {tmp_path}/status\n"),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o755)
    (tmp_path / "status").write_text('{"kit": "KTP-1", "state": "idle"}\n')
    (tmp_path / "state").write_text("ActiveState=active\nNRestarts=0\n")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    answers = machine(kit.root, recipients=["age1"]).answers
    return Booted(kit.root, answers, ROOT)


def test_a_version_that_is_well_stays_and_the_last_two_are_kept(
    kit: Kit, booted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    for age, name in enumerate(("kernels-new", "kernels-before", "kernels-old")):
        folder = booted.at(CACHE) / name
        (folder / "ridges").mkdir(parents=True)
        os.utime(folder, (1e9 - age, 1e9 - age))
    for version in ("1.3.0", "1.4.0"):
        assert Update(booted, "en", 0.0).run(kit.bundle(version)) == update.RIGHT
        assert f"Rekam {version} is in use." in capsys.readouterr().out
    assert (kit.version, kit.versions) == ("1.4.0", ["1.3.0", "1.4.0"])
    assert sorted(path.name for path in booted.at(CACHE).iterdir()) == ["kernels-before", "kernels-new"]
    assert "--no-block restart rekam.service" in (kit.root.parent / "asked").read_text()
    # Back to the older one, which lies there ready
    assert Update(booted, "en", 0.0).run(kit.office / "1.3.0/rekam-1.3.0") == update.RIGHT
    assert "comes beside" not in capsys.readouterr().out
    assert (kit.version, kit.versions) == ("1.3.0", ["1.3.0", "1.4.0"])


def test_a_setup_from_newer_bundles_keeps_the_last_two_versions_and_what_a_trial_goes_back_to(
    kit: Kit, tmp_path: Path
) -> None:
    assert kit.update(kit.bundle("1.3.0")).returncode == 0
    fresh = machine(kit.root)
    for version, kept in (("1.4.0", ["1.2.3", "1.3.0", "1.4.0"]), ("1.5.0", ["1.4.0", "1.5.0"])):
        with bundles.opened(kit.bundle(version), tmp_path / "scratch", None) as bundle:
            fresh.bundle = bundle
            Environment().apply(fresh)
        assert (kit.version, kit.versions) == (version, kept)
        (kit.root / guard.TRIAL).unlink(missing_ok=True)


def test_an_office_is_told_how_it_comes_to_a_newer_version(tmp_path: Path) -> None:
    (tmp_path / "office").mkdir()
    office = Kit(tree(tmp_path / "tree"), tmp_path / "office")
    files.write(
        office.root / "var/lib/rekam-setup/provision.json", b'{"steps": {}, "notes": {"role": "office"}}', 0o600
    )
    done = office.update("/media/stick/rekam-1.3.0.tar")
    assert done.returncode == 2
    assert "setup.sh office --offline BUNDLE" in done.stderr


def test_from_a_version_that_is_not_well_it_goes_back_and_says_why(
    kit: Kit, booted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    (kit.root.parent / "state").write_text("ActiveState=failed\nNRestarts=0\n")
    assert Update(booted, "en", 0.0).run(kit.bundle("1.3.0")) == update.NEEDED
    told = "Rekam 1.3.0 was not well: its service ended by itself. This kit is back to Rekam 1.2.3."
    assert told in capsys.readouterr().out
    assert guard.verdict_in(kit.root)["why"]["id"] == "layanannya berhenti sendiri"
    assert (kit.version, kit.versions) == ("1.2.3", ["1.2.3"])


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ('{"state": "recording"}', "a resident is being recorded"),
        ("", "the station does not tell whether it is recording"),
    ],
)
def test_nobody_who_is_being_recorded_is_disturbed(kit: Kit, booted: Any, status: str, told: str) -> None:
    (kit.root.parent / "status").write_text(status)
    with pytest.raises(SetupFailed, match=told):
        Update(booted, "en", 0.0).run(kit.bundle("1.3.0"))
    assert (kit.version, kit.versions) == ("1.2.3", ["1.2.3"])
    assert "restart" not in (kit.root.parent / "asked").read_text()


def test_an_update_that_was_cut_off_in_its_watch_is_decided_first(
    kit: Kit, booted: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    newer = kit.bundle("1.3.0")
    assert Update(machine(kit.root), "en", 0.0).run(newer) == update.RIGHT
    assert guard.trial_in(kit.root)
    assert Update(booted, "en", 0.0).run(newer) == update.RIGHT
    assert "The update to 1.3.0 that was cut short comes to its end first" in capsys.readouterr().out
    # The old one may run to this moment
    assert "--no-block restart rekam.service" in (kit.root.parent / "asked").read_text()
    assert (guard.trial_in(kit.root), guard.verdict_in(kit.root)["is_healthy"]) == (None, True)
    assert kit.version == "1.3.0"


def test_the_uninstall_takes_the_guard_and_all_versions_with_it(kit: Kit) -> None:
    guard.switch(kit.root, guard.Trial("1.3.0", "1.2.3"))
    gone = machine(kit.root)
    for step in (UpdateGuard(), Signer(), Environment()):
        assert step.undo(gone) == []
    assert not (kit.root / "opt").exists()
    assert not (kit.root / "etc/rekam").exists()
    assert not (kit.root / "etc/systemd").exists()


def test_a_guard_that_does_not_run_is_told_and_nothing_is_removed(kit: Kit, booted: Any) -> None:
    systemctl = kit.root.parent / "bin/systemctl"
    systemctl.write_text('#!/bin/sh\ncase "$*" in *rekam.service) echo active ;; *) echo inactive ;; esac\n')
    with pytest.raises(SetupFailed, match="restart this machine, and it decides at the start"):
        Update(booted, "en", 0.0).run(kit.bundle("1.3.0"))
    assert guard.trial_in(kit.root)
    assert (kit.version, kit.versions) == ("1.3.0", ["1.2.3", "1.3.0"])
