"""The engine's steps, ledger and backups: done once, resumed, taken back to the last bit."""

import json
import os
from pathlib import Path
from typing import ClassVar

import pytest

from provisioning import engine
from provisioning.engine import FileStep, Result, State, Step
from provisioning.ledger import BEGUN, DONE, RESTART, Ledger
from provisioning.machine import STATE, Machine
from provisioning.words import SetupFailed, Words, same
from tests.provisioning.trees import machine, seen, tree


class Note(FileStep):
    """Writes two files, one of which may be there already."""

    key = "note"
    title = same("note")

    def contents(self, machine: Machine) -> dict[str, str]:
        return {"/etc/fstab": "changed\n", "/etc/rekam.d/deep/note": "new\n"}


class Restarting(Note):
    key = "restarting"
    changes_boot = True


class Later(Note):
    key = "later"
    after_boot = True

    def contents(self, machine: Machine) -> dict[str, str]:
        return {"/etc/later": "new\n"}


class Useless(Step):
    key = "useless"
    title = same("useless")
    is_vital: ClassVar[bool] = True

    def check(self, machine: Machine) -> list[Words]:
        return [Words("masih kurang", "still missing")]

    def apply(self, machine: Machine) -> None:
        pass


class Cable(Useless):
    key = "cable"
    is_vital = False

    def apply(self, machine: Machine) -> None:
        raise SetupFailed(Words("kabel {name} lepas", "cable {name} is loose"), name="A")


def run(machine: Machine, *steps: Step) -> list[Result]:
    return engine.apply_all(machine, steps, lambda step: None, lambda result: None)


def states(results: list[Result]) -> list[State]:
    return [result.state for result in results]


def test_a_step_is_done_once_and_then_right(tmp_path: Path) -> None:
    kit = machine(tree(tmp_path))
    assert states(run(kit, Note())) == [State.CHANGED]
    assert (tmp_path / "etc/rekam.d/deep/note").read_text() == "new\n"
    assert kit.ledger.state("note") == DONE
    assert states(run(machine(tmp_path), Note())) == [State.RIGHT]


def test_a_look_changes_nothing(tmp_path: Path) -> None:
    before = seen(tree(tmp_path))
    result = engine.look(machine(tmp_path), Note())
    assert result is not None
    assert result.state is State.NEEDED
    assert [words.en for words in result.words] == [
        "/etc/fstab is not as it should be",
        "/etc/rekam.d/deep/note is not as it should be",
    ]
    assert seen(tmp_path) == before


def test_all_is_taken_back_with_times_and_folders(tmp_path: Path) -> None:
    kit = machine(tree(tmp_path))
    (tmp_path / "etc/fstab").chmod(0o640)
    os.utime(tmp_path / "etc/fstab", (1_000_000, 1_000_000))
    before = seen(tmp_path)
    run(kit, Note())
    assert states(engine.undo_all(machine(tmp_path), [Note()], lambda result: None)) == [State.UNDONE]
    assert {name: what for name, what in seen(tmp_path).items() if not f"/{name}".startswith(STATE)} == before
    assert (tmp_path / "etc/fstab").stat().st_mtime == 1_000_000


def test_what_somebody_changed_meanwhile_is_not_lost(tmp_path: Path) -> None:
    kit = machine(tree(tmp_path))
    original = (tmp_path / "etc/fstab").read_text()
    run(kit, Note())
    (tmp_path / "etc/fstab").write_text("theirs\n")
    (result,) = engine.undo_all(machine(tmp_path), [Note()], lambda result: None)
    assert "/etc/fstab: changed by somebody" in result.words[0].en
    assert (tmp_path / "etc/fstab").read_text() == "theirs\n"
    assert (tmp_path / "etc/fstab.before-rekam").read_text() == original


def test_a_link_comes_back(tmp_path: Path) -> None:
    kit = machine(tree(tmp_path))
    (tmp_path / "etc/zone").symlink_to("here")
    kit.backups.link("note", "/etc/zone", "there")
    assert (tmp_path / "etc/zone").readlink() == Path("there")
    machine(tmp_path).backups.restore("note")
    assert (tmp_path / "etc/zone").readlink() == Path("here")


def test_a_step_that_does_not_help_is_told_and_ends_the_run(tmp_path: Path) -> None:
    results = run(machine(tree(tmp_path)), Useless(), Note())
    assert states(results) == [State.FAILED]
    assert results[0].words == [
        Words("sudah dikerjakan, tetapi masih: masih kurang", "was done, and still: still missing")
    ]


def test_a_loose_cable_keeps_nothing_else_from_its_setup(tmp_path: Path) -> None:
    results = run(machine(tree(tmp_path)), Cable(), Note())
    assert states(results) == [State.FAILED, State.CHANGED]
    assert results[0].words == [Words("kabel A lepas", "cable A is loose")]


def test_a_step_that_the_power_ended_goes_on(tmp_path: Path) -> None:
    kit = machine(tree(tmp_path))
    kit.ledger.mark("note", BEGUN)
    kit.backups.write("note", "/etc/fstab", b"changed\n")
    again = machine(tmp_path)
    assert states(run(again, Note())) == [State.CHANGED]
    engine.undo_all(again, [Note()], lambda result: None)
    assert (tmp_path / "etc/fstab").read_text().startswith("proc")


def test_what_needs_a_restart_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = machine(tree(tmp_path))
    monkeypatch.setattr(Machine, "is_live", True)
    monkeypatch.setattr(Machine, "boot", "first")
    assert states(run(kit, Restarting(), Later())) == [State.RESTART, State.RESTART]
    assert not (tmp_path / "etc/later").exists()
    assert kit.ledger.state("restarting") == RESTART
    assert states(run(machine(tmp_path), Restarting(), Later())) == [State.RESTART, State.RESTART]
    monkeypatch.setattr(Machine, "boot", "second")
    again = machine(tmp_path)
    assert states(run(again, Restarting(), Later())) == [State.RIGHT, State.CHANGED]
    assert (again.ledger.state("restarting"), again.ledger.state("later")) == (DONE, DONE)


def test_what_is_no_longer_wanted_is_taken_back(tmp_path: Path) -> None:
    class Optional(Note):
        def is_wanted(self, machine: Machine) -> bool:
            return bool(machine.answers.get("camera"))

    run(machine(tree(tmp_path), camera=True), Optional())
    assert states(run(machine(tmp_path, camera=False), Optional())) == [State.UNDONE]
    assert not (tmp_path / "etc/rekam.d").exists()
    assert states(run(machine(tmp_path, camera=False), Optional())) == []


def test_a_damaged_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "provision.json"
    path.write_text(json.dumps({"steps": {}})[:-1])
    with pytest.raises(SetupFailed, match=r"provision\.json: is damaged .* Move the file away"):
        Ledger(path)


def test_a_damaged_index_of_originals_is_named(tmp_path: Path) -> None:
    folder = tree(tmp_path) / STATE.lstrip("/") / "backups"
    folder.mkdir(parents=True)
    (folder / "index.json").write_text("[")
    with pytest.raises(SetupFailed, match="bring them back by hand"):
        machine(tmp_path)


def test_a_program_that_fails_is_quoted(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"(?s)`sh -c .*` failed \(status 3\).*    its own words"):
        machine(tree(tmp_path)).run("sh", "-c", "echo its own words; exit 3")
    with pytest.raises(SetupFailed, match="no program rekam-nowhere"):
        machine(tmp_path).run("rekam-nowhere")
