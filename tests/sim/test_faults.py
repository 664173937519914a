"""Faults are read from a file that a person writes, and every complaint names its key."""

from pathlib import Path
from typing import get_args

import pytest

from sim import faults, gauge_faults
from sim.errors import SimulationError
from sim.faults import AnyFault, Drop, SensorFault, Silence, Stray, Unplug, load
from sim.instructions import Instruction

KINDS = {kind.__dataclass_fields__["kind"].default: kind for kind in get_args(AnyFault)}


def written(folder: Path, text: str) -> Path:
    path = folder / "faults.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_documented(tmp_path: Path, kind: str) -> None:
    assert load(written(tmp_path, f'[[fault]]\nkind = "{kind}"\n')) == (KINDS[kind](),)
    assert f"\n{kind} " in f"{faults.__doc__}{gauge_faults.__doc__}"


def test_fields_are_read(tmp_path: Path) -> None:
    text = """
        [[fault]]
        kind = "drop"
        command = "UpImage"
        offset = 5000
        count = 7
        times = 0

        [[fault]]
        kind = "stray"
        line = "0055"

        [[fault]]
        kind = "unplug"
        seconds = 0.5
    """
    assert load(written(tmp_path, text)) == (
        Drop(command=Instruction.UpImage, offset=5000, count=7, times=0),
        Stray(line=b"\x00\x55"),
        Unplug(seconds=0.5),
    )


def test_a_file_without_faults_is_no_fault(tmp_path: Path) -> None:
    assert load(written(tmp_path, "")) == ()


def test_some_faults_happen_once_and_some_always() -> None:
    assert Silence().times == 1
    assert SensorFault().times == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[fault]]\nkind = "earthquake"', r"fault\.0.*earthquake"),
        ("[[fault]]\noffset = 1", r"fault\.0.*kind"),
        (
            '[[fault]]\nkind = "drop"\ncommand = "UpImge"',
            r"fault\.0\.drop\.command.*no such command; use one of GenImg",
        ),
        ('[[fault]]\nkind = "drop"\noffset = -1', r"fault\.0\.drop\.offset"),
        ('[[fault]]\nkind = "drop"\nofset = 1', r"fault\.0\.drop\.ofset"),
        ('[[fault]]\nkind = "stray"\nline = "5"', r"fault\.0\.stray\.line"),
        ('[[fault]]\nkind = "wrong_baud"\nbaud = 12345', r"fault\.0\.wrong_baud\.baud"),
        ('[[fault]]\nkind = "wrong_baud"\ntimes = 1', r"fault\.0\.wrong_baud\.times"),
        ("[[faults]]\nkind = 'drop'", r"faults: no such key"),
        ("fault = 3", r"fault"),
        ("[[fault", r"cannot be read as TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_key(tmp_path: Path, text: str, complaint: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(SimulationError, match=rf"(?s){path}.*{complaint}"):
        load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"none\.toml: no such file"):
        load(tmp_path / "none.toml")
