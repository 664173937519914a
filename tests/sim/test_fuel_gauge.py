"""The simulated gauge's registers against the golden bytes, and its faults."""

import errno

import pytest

from sim.battery import Battery
from sim.errors import NeverAnswers
from sim.fuel_gauge import FuelGauge
from sim.gauge_faults import GaugeAbsent, GaugeFault, GaugeFrozen, GaugeHang, GaugeNack, GaugeWrongByte
from tests.clocks import Ticks
from tests.drivers import golden_registers

GOLDEN = golden_registers.load()


class Fixed(Battery):
    """A cell as a golden word wants it."""

    def __init__(self, charge: float, voltage: float, rate: float) -> None:
        super().__init__()
        self._cell = type(self.look())(charge, voltage, rate)
        self.look = lambda: self._cell  # type: ignore[method-assign]


def switched_on(battery: Battery, *faults: GaugeFault) -> tuple[FuelGauge, Ticks]:
    ticks = Ticks()
    gauge = FuelGauge(battery, faults, ticks)
    ticks.now_s = 2.0
    return gauge, ticks


@pytest.mark.parametrize("word", GOLDEN, ids=lambda word: f"{word.register:#04x}-{word.data.hex()}")
def test_a_register_is_what_the_data_sheet_says(word: golden_registers.Word) -> None:
    values = {0x04: 0.0, 0x02: 0.0, 0x16: 0.0} | {word.register: word.value}
    gauge, _ = switched_on(Fixed(*values.values()))
    assert gauge.read(word.register, 2) == word.data


@pytest.mark.parametrize(
    ("register", "word"),
    [(0x08, "0012"), (0x0A, "8030"), (0x0C, "971C"), (0x14, "00FF"), (0x1A, "0100"), (0x30, "0000")],
)
def test_what_stands_in_the_other_registers(register: int, word: str) -> None:
    assert switched_on(Battery())[0].read(register, 2) == bytes.fromhex(word)


def test_a_read_goes_on_into_the_next_registers() -> None:
    gauge, _ = switched_on(Fixed(12.0, 3.2, 0.0))
    assert gauge.read(0x02, 4) == bytes.fromhex("A000 0C00")
    assert gauge.read(0x03, 2) == bytes.fromhex("00 0C")
    assert gauge.read(0x02, 1) == b"\xa0"


def test_the_charge_is_not_there_at_once() -> None:
    ticks = Ticks()
    gauge = FuelGauge(Battery(80.0, 0.0, ticks), (), ticks)
    ticks.now_s = 0.9
    assert gauge.read(0x04, 2) == bytes(2)
    ticks.now_s = 1.0
    assert gauge.read(0x04, 2) == b"\x50\x00"


def answers(gauge: FuelGauge, count: int) -> list[bytes | int | None]:
    found: list[bytes | int | None] = []
    for _ in range(count):
        try:
            found.append(gauge.read(0x08, 2))
        except OSError as error:
            found.append(error.errno)
    return found


def test_faults_begin_and_end() -> None:
    sound, silent = b"\x00\x12", errno.EREMOTEIO
    assert answers(switched_on(Battery(), GaugeAbsent())[0], 2) == [silent, silent]
    assert answers(switched_on(Battery(), GaugeAbsent(after=1, times=2))[0], 4) == [sound, silent, silent, sound]
    assert answers(switched_on(Battery(), GaugeNack(every=3))[0], 6) == [sound, sound, silent, sound, sound, silent]
    assert answers(switched_on(Battery(), GaugeWrongByte(offset=1, mask=1))[0], 2) == [b"\x00\x13", sound]
    assert answers(switched_on(Battery(), GaugeWrongByte(offset=9))[0], 1) == [sound]


def test_a_frozen_gauge_stays_where_it_was() -> None:
    ticks = Ticks()
    gauge = FuelGauge(Battery(50.0, -60.0, ticks), [GaugeFrozen(after=1, times=2)], ticks)
    found = []
    for minute in (1, 2, 3, 4):
        ticks.now_s = minute * 60.0
        found.append(gauge.read(0x04, 1)[0])
    assert found == [49, 49, 49, 46]


def test_a_transaction_that_hangs_is_never_answered() -> None:
    gauge, _ = switched_on(Battery(), GaugeHang(after=1, times=1))
    assert gauge.read(0x08, 2) == b"\x00\x12"
    with pytest.raises(NeverAnswers):
        gauge.read(0x08, 2)
    assert gauge.read(0x08, 2) == b"\x00\x12"
