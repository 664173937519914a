"""Which board a kit runs on: the strongest anchor that two boards tell decides."""

from pathlib import Path

import pytest

from firmware import board
from firmware.board import Anchor
from tests import boards


def test_a_pi_tells_its_serial_number_and_the_machine_id_of_its_card(tmp_path: Path) -> None:
    told = board.read(boards.pi(tmp_path, "10000000a1b2c3d4"))
    assert set(told) == {Anchor.SERIAL_NUMBER, Anchor.MACHINE_ID}
    assert "10000000a1b2c3d4" not in str(told)


def test_one_card_in_two_boards_is_two_boards(tmp_path: Path) -> None:
    here, there = boards.pi(tmp_path / "1", "10000000a1b2c3d4"), boards.pi(tmp_path / "2", "10000000a1b2c3d5")
    assert board.differ(board.read(here), board.read(there))


def test_two_systems_on_one_board_are_one_board(tmp_path: Path) -> None:
    """A card that was made anew, or one that failed."""
    before = boards.pi(tmp_path / "1", "10000000a1b2c3d4", "5ca1ab1e" * 4)
    after = boards.pi(tmp_path / "2", "10000000a1b2c3d4", "0b501e7e" * 4)
    assert not board.differ(board.read(before), board.read(after))


def test_the_serial_number_is_found_where_a_hardened_service_sees_no_proc(tmp_path: Path) -> None:
    whole, hardened = boards.pi(tmp_path / "1", "10000000a1b2c3d4"), boards.pi(tmp_path / "2", "10000000a1b2c3d4")
    (hardened / boards.SERIAL).unlink()
    assert board.read(hardened) == board.read(whole)


def test_what_only_root_may_read_leaves_the_next_anchor_to_decide(tmp_path: Path) -> None:
    """The product's UUID of a PC: provisioning reads it as root, the service cannot."""
    uuid, same, another = "4c4c4544-0042-3510", "5ca1ab1e" * 4, "0b501e7e" * 4
    as_root = board.read(boards.board(tmp_path / "root", uuid=uuid, machine_id=same))
    assert not board.differ(as_root, board.read(boards.board(tmp_path / "service", machine_id=same)))
    assert board.differ(as_root, board.read(boards.board(tmp_path / "elsewhere", machine_id=another)))
    assert board.differ(as_root, board.read(boards.board(tmp_path / "clone", uuid="4c4c4544-0043", machine_id=same)))


def test_boards_with_nothing_in_common_are_not_told_apart(tmp_path: Path) -> None:
    """A kit that cannot know goes on recording."""
    a_pi, a_pc = boards.board(tmp_path / "1", serial="10000000a1b2c3d4"), boards.board(tmp_path / "2", uuid="4c4c4544")
    assert not board.differ(board.read(a_pi), board.read(a_pc))
    assert not board.differ(board.read(a_pi), board.read(tmp_path / "nothing"))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "\0",
        "\n",
        "0" * 16,
        "FFFFFFFF-FFFF-FFFF",
        "uninitialized\n",
        "\xff\xfe",
        "03000200-0400-0500-0006-000700080009",
    ],
)
def test_what_many_boards_say_alike_tells_nothing(tmp_path: Path, value: str) -> None:
    root = boards.board(tmp_path, serial=value, uuid=value, machine_id=value)
    assert board.read(root) == {}


def test_this_machine_is_always_the_same(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert board.read() == board.read(Path("/"))
    monkeypatch.setattr(board, "ROOT", tmp_path)
    assert board.read() == {}
