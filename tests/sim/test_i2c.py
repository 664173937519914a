"""The bench's I2C bus is held to smbus2's signatures, and answers as a kernel does."""

import errno
import inspect
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import smbus2

from sim.battery import Battery
from sim.fuel_gauge import ADDRESS, FuelGauge
from sim.i2c import SMBus
from sim.i2c_line import I2cLine


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    battery = Battery()
    with I2cLine(tmp_path / "i2c.sock", {ADDRESS: FuelGauge(battery)}, battery) as line:
        assert line.is_alive
        yield tmp_path / "i2c.sock"
    assert not (tmp_path / "i2c.sock").exists()
    assert not line.is_alive


def shape(function: object) -> list[tuple[str, object, object]]:
    assert callable(function)
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", ["__init__", "open", "close", "read_i2c_block_data"])
def test_what_is_there_is_called_as_in_smbus2(name: str) -> None:
    assert shape(getattr(SMBus, name)) == shape(getattr(smbus2.SMBus, name))


def test_a_chip_answers_several_masters(path: Path) -> None:
    first, second = SMBus(str(path)), SMBus(str(path))
    for _ in range(3):
        assert first.read_i2c_block_data(ADDRESS, 0x08, 2) == [0, 0x12]
        assert second.read_i2c_block_data(ADDRESS, 0x1A, 2, force=True) == [1, 0]
    first.close()
    first.close()
    assert second.read_i2c_block_data(ADDRESS, 0x08, 1) == [0]
    second.close()


def test_no_chip_is_there(path: Path) -> None:
    bus = SMBus(str(path))
    with pytest.raises(OSError) as told:
        bus.read_i2c_block_data(0x37, 0x08, 2)
    assert told.value.errno == errno.EREMOTEIO
    assert bus.read_i2c_block_data(ADDRESS, 0x08, 2) == [0, 0x12]
    bus.close()


def test_a_bus_that_is_closed_or_gone(tmp_path: Path) -> None:
    with pytest.raises(OSError) as told:
        SMBus().read_i2c_block_data(ADDRESS, 0x08, 2)
    assert told.value.errno == errno.EBADF
    with pytest.raises(FileNotFoundError):
        SMBus(str(tmp_path / "i2c.sock"))
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(tmp_path / "left"))
    left.close()
    with pytest.raises(ConnectionRefusedError):
        SMBus(str(tmp_path / "left"))


@pytest.mark.parametrize("nonsense", [b"what\n", b"[]\n", b'"battery"\n', b'{"address": 54}\n', b'{"battery": 3}\n'])
def test_a_master_that_speaks_nonsense_harms_nobody(path: Path, nonsense: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.settimeout(5)
        other.connect(str(path))
        other.sendall(nonsense)
        other.recv(100)
    bus = SMBus(str(path))
    assert bus.read_i2c_block_data(ADDRESS, 0x08, 2) == [0, 0x12]
    bus.close()


def test_only_its_owner_may_use_the_bus(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
