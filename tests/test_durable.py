"""A file is there whole or not at all."""

from pathlib import Path

import pytest

from firmware.durable import replacing, write_file
from firmware.errors import InputError


def test_a_file_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    write_file(path, b"old")
    write_file(path, b"new", mode=0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["file"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    (path / "inside").write_bytes(b"kept")
    with pytest.raises(InputError, match="cannot be written"):
        write_file(path, b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]
    assert (path / "inside").read_bytes() == b"kept"


def test_a_file_in_pieces_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    with replacing(path) as write:
        write(b"ne")
        assert path.read_bytes() == b"old"
        write(b"w")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_block_that_fails_leaves_the_old_file_and_its_own_error(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_file(path, b"old")
    with pytest.raises(BrokenPipeError), replacing(path) as write:
        write(b"new")
        raise BrokenPipeError
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
