"""The simulated battery empties and fills by its rate, and its volts follow its charge."""

import pytest

from sim.battery import Battery
from tests.clocks import Ticks


def test_a_battery_empties_at_its_rate_and_then_stays() -> None:
    ticks = Ticks()
    battery = Battery(20.0, -10.0, ticks)
    ticks.now_s = 3600
    assert (battery.look().charge, battery.look().rate) == (10, -10)
    ticks.now_s = 9000
    assert (battery.look().charge, battery.look().voltage, battery.look().rate) == (0, 3.0, 0)


def test_a_battery_fills_and_then_stays() -> None:
    ticks = Ticks()
    battery = Battery(90.0, 60.0, ticks)
    ticks.now_s = 300
    assert (battery.look().charge, battery.look().rate) == (95, 60)
    ticks.now_s = 900
    assert (battery.look().charge, battery.look().rate) == (100, 0)


def test_a_level_can_be_set_at_any_time() -> None:
    ticks = Ticks()
    battery = Battery(90.0, -60.0, ticks)
    ticks.now_s = 60
    battery.set(12.0, 0.0)
    ticks.now_s = 6000
    assert battery.look().charge == 12


def test_volts_rise_with_the_charge_and_sag_under_load() -> None:
    volts = [Battery(float(charge)).look().voltage for charge in range(0, 101, 5)]
    assert volts == sorted(set(volts))
    assert volts[0] == 3.0
    assert volts[-1] == pytest.approx(4.18)
    assert Battery(50.0, -10.0).look().voltage < Battery(50.0).look().voltage < Battery(50.0, 10.0).look().voltage
