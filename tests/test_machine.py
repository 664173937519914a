"""What the machine shows, from trees of files as Linux keeps them; what no board here can be made to show for real."""

import os
from pathlib import Path

import pytest

from firmware import machine
from firmware.machine import Supply, User

WELL = Supply()


def hwmon(root: Path, alarm: str, name: str = "rpi_volt") -> None:
    folder = root / "sys" / "class" / "hwmon" / "hwmon1"
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{name}\n")
    (folder / "in0_lcrit_alarm").write_text(f"{alarm}\n")


def throttled(root: Path, bits: str) -> None:
    folder = root / "sys" / "devices" / "platform" / "soc" / "soc:firmware"
    folder.mkdir(parents=True)
    (folder / "get_throttled").write_text(f"{bits}\n")


def vcgencmd(root: Path, script: str) -> None:
    program = root / "usr" / "bin" / "vcgencmd"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("bits", "supply"),
    [
        ("0", WELL),
        ("50005", Supply(is_low=True, was_low=True)),
        ("50000", Supply(was_low=True)),
        ("80008", Supply(is_hot=True)),
        ("80000", WELL),
        ("6", WELL),
        ("rubbish", WELL),
    ],
)
def test_the_bits_of_the_firmware(tmp_path: Path, bits: str, supply: Supply) -> None:
    throttled(tmp_path / "file", bits)
    vcgencmd(tmp_path / "program", f'test "$1" = get_throttled && echo throttled=0x{bits}')
    assert machine.supply(tmp_path / "file") == machine.supply(tmp_path / "program") == supply


@pytest.mark.parametrize(("alarm", "is_low"), [("0", False), ("1", True), ("", False)])
def test_the_kernel_s_alarm(tmp_path: Path, alarm: str, is_low: bool) -> None:
    hwmon(tmp_path, alarm)
    assert machine.supply(tmp_path) == Supply(is_low=is_low)


def test_another_chip_s_alarm_is_not_the_board_s(tmp_path: Path) -> None:
    hwmon(tmp_path, "1", name="nct6775")
    assert machine.supply(tmp_path) == WELL


@pytest.mark.parametrize("script", ["exit 1", "echo VCHI initialization failed; exit 255", "echo throttled=many"])
def test_a_program_that_may_not_ask_tells_nothing(tmp_path: Path, script: str) -> None:
    vcgencmd(tmp_path, script)
    assert machine.supply(tmp_path) == WELL


@pytest.mark.parametrize(
    ("mode", "owner", "group", "is_open"),
    [
        (0o660, True, False, True),
        (0o660, False, True, True),
        (0o660, False, False, False),
        (0o640, False, True, False),
        (0o060, True, True, False),
        (0o666, False, False, True),
    ],
)
def test_who_may_open_a_file(tmp_path: Path, mode: int, owner: bool, group: bool, is_open: bool) -> None:
    path = tmp_path / "device"
    path.touch()
    path.chmod(mode)
    seen = path.stat()
    groups = frozenset([seen.st_gid] if group else [4242])
    user = User("kit", seen.st_uid if owner else 4242, 4242, groups, frozenset([seen.st_gid]))
    told = machine.access(path, user)
    # Root is asked by nobody
    assert told and told.is_open == (is_open or user.number == 0)
    assert machine.access(tmp_path / "none", user) is None


def test_the_user_is_whose_the_data_are(tmp_path: Path) -> None:
    user = machine.user_of(tmp_path / "not" / "there")
    assert user.number == tmp_path.stat().st_uid == os.geteuid()
    assert set(os.getgroups()) <= user.groups


def test_a_number_without_a_name_is_a_user_too(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives a folder away")
    os.chown(tmp_path, 54321, 54322)
    assert machine.user_of(tmp_path) == User("54321", 54321, 54322, frozenset([54322]), frozenset([54322]))


def test_a_url_is_no_port_of_the_machine(tmp_path: Path) -> None:
    assert machine.port("socket://localhost:1", machine.user_of(tmp_path), frozenset()) is None
