"""The registers of the fuel gauge against golden bytes, and what a reading cannot be."""

import pytest

from firmware.drivers import fuel_gauge_protocol as protocol
from firmware.power import BatteryReading
from tests.drivers import golden_registers
from tests.drivers.golden_registers import Word

GOLDEN = golden_registers.load()


@pytest.mark.parametrize("word", GOLDEN, ids=lambda word: f"{word.register:#04x}-{word.data.hex()}")
def test_a_register_is_what_the_data_sheet_says(word: Word) -> None:
    told = protocol.reading(*(word.data if word.register == at else bytes(2) for at in (0x02, 0x04, 0x16)))
    values = {0x02: told.voltage_v, 0x04: told.charge_percent, 0x16: told.rate_percent_per_h}
    assert values.pop(word.register) == pytest.approx(word.value, rel=1e-9)
    assert list(values.values()) == [0, 0]


def test_every_register_has_golden_bytes() -> None:
    assert {word.register for word in GOLDEN} == {protocol.VCELL, protocol.SOC, protocol.CRATE}


def test_a_chip_without_a_rate_has_none() -> None:
    assert protocol.reading(bytes(2), bytes(2), None).rate_percent_per_h is None


@pytest.mark.parametrize(
    ("version", "has_rate"), [("0012", True), ("0010", True), ("0003", False), ("0000", False), ("0112", False)]
)
def test_the_version_tells_whether_there_is_a_rate(version: str, has_rate: bool) -> None:
    assert protocol.has_rate(bytes.fromhex(version)) is has_rate


@pytest.mark.parametrize(
    ("volts", "percent", "rate", "doubt"),
    [
        (3.8, 50, -10, ""),
        (4.16, 100.5, 0, ""),
        (4.35, 110, 0, ""),
        (2.5, 0, -10, ""),
        (3.9, 0, 40, ""),
        (4.0, 5, 40, ""),
        (3.3, 60, -40, ""),
        (3.7, 50, None, ""),
        (3.3, 0, -10, ""),
        (3.64, 0.004, -10, ""),
        (4.1, 0, 0, "0 % at 4.10 V"),
        (3.64, 0, 0, "0 % at 3.64 V"),
        (3.64, 0, None, "0 % at 3.64 V"),
        (3.25, 80, 0, "80 % at 3.25 V"),
        (5.12, 255.99, -0.2, "5.12 V is not the voltage"),
        (0.0, 0, 0, "0.00 V is not the voltage"),
        (4.0, 111, 0, "a charge of 111 %"),
        (3.8, 50, -401, "a rate of -401 % an hour"),
    ],
)
def test_what_cannot_be_is_doubted(volts: float, percent: float, rate: float | None, doubt: str) -> None:
    told = protocol.doubt(BatteryReading(volts, percent, rate))
    assert told.startswith(doubt) if doubt else told == ""


@pytest.mark.parametrize(
    ("second", "agrees"),
    [
        (BatteryReading(3.84, 50.4, -12), True),
        (BatteryReading(3.8, 50, None), False),
        (BatteryReading(3.86, 50, -10), False),
        (BatteryReading(3.8, 50.6, -10), False),
        (BatteryReading(3.8, 50, -4), False),
    ],
)
def test_two_readings_agree_when_they_are_near(second: BatteryReading, agrees: bool) -> None:
    assert protocol.agree(BatteryReading(3.8, 50, -10), second) is agrees
