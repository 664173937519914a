"""What the battery lets a kit do: its states, their words, and a gauge that fails."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.drivers.fuel_gauge import FuelGauge
from firmware.errors import DeviceAbsent, LinkCorrupt
from firmware.power import (
    AGAIN_S,
    FIRST_AGAIN_S,
    FIRST_TRIES,
    FROZEN_S,
    HOLD_S,
    LOOK_S,
    BatteryReading,
    Limits,
    Power,
    PowerMonitor,
    PowerState,
    judge,
    minutes_left,
)
from firmware.power_words import PowerPhrase
from firmware.vocabulary import Language
from sim import fuel_gauge
from sim.battery import Battery
from sim.gauge_faults import GaugeNack, GaugeWrongByte
from sim.i2c_line import I2cLine
from tests.clocks import Ticks

LIMITS = Limits()
UNKNOWN, MAINS, FINE = PowerState.UNKNOWN, PowerState.MAINS, PowerState.FINE
LOW, CRITICAL = PowerState.LOW, PowerState.CRITICAL


def at(percent: float, rate: float | None = -10.0, volts: float = 3.7) -> BatteryReading:
    return BatteryReading(volts, percent, rate)


@pytest.mark.parametrize(
    ("before", "reading", "state"),
    [
        (UNKNOWN, at(80), FINE),
        (UNKNOWN, at(80, None), FINE),
        (UNKNOWN, at(20.1), FINE),
        (UNKNOWN, at(20.0), LOW),
        (UNKNOWN, at(10.1), LOW),
        (UNKNOWN, at(10.0), CRITICAL),
        (UNKNOWN, at(10.0, None), CRITICAL),
        (LOW, at(23.0), LOW),
        (LOW, at(23.1), FINE),
        (FINE, at(23.0), FINE),
        (CRITICAL, at(13.0), CRITICAL),
        (CRITICAL, at(13.1), LOW),
        (CRITICAL, at(23.0), LOW),
        (FINE, at(80, 0.5), MAINS),
        (FINE, at(80, 0.4), FINE),
        (CRITICAL, at(5, 20.0), MAINS),
        (FINE, at(95, 0.0), MAINS),
        (FINE, at(95, -0.5), FINE),
        (FINE, at(94.9, 0.0), FINE),
        (MAINS, at(60, 0.0), FINE),
        (FINE, at(60, -10, 3.2), CRITICAL),
        (FINE, at(60, 10, 3.2), CRITICAL),
        (FINE, at(60, -10, 3.21), FINE),
        (CRITICAL, at(60, -10, 3.3), CRITICAL),
        (CRITICAL, at(60, 10, 3.31), MAINS),
    ],
)
def test_what_a_reading_means(before: PowerState, reading: BatteryReading, state: PowerState) -> None:
    assert judge(before, reading, LIMITS) is state


@pytest.mark.parametrize(
    ("state", "may_start", "must_end"),
    [(UNKNOWN, True, False), (MAINS, True, False), (FINE, True, False), (LOW, False, False), (CRITICAL, False, True)],
)
def test_what_a_state_allows(state: PowerState, may_start: bool, must_end: bool) -> None:
    assert (Power(state).may_start, Power(state).must_end) == (may_start, must_end)


@pytest.mark.parametrize(
    ("reading", "minutes"),
    [
        (at(40, -10), 180),
        (at(11, -60), 1),
        (at(5, -10), 0),
        (at(40, -0.4), None),
        (at(40, 8), None),
        (at(9, None), None),
    ],
)
def test_minutes_left(reading: BatteryReading, minutes: int | None) -> None:
    assert minutes_left(reading, LIMITS) == minutes


class Gauge:
    """A gauge that a test moves; an error is raised in place of a reading."""

    def __init__(self, told: BatteryReading | DeviceAbsent | LinkCorrupt) -> None:
        self.told = told
        self.reads = 0

    def __call__(self) -> BatteryReading:
        self.reads += 1
        if isinstance(self.told, BatteryReading):
            return self.told
        raise self.told


@pytest.fixture
def gauge() -> Iterator[Gauge]:
    yield Gauge(at(80))


def test_a_kit_without_a_gauge_works_on() -> None:
    power = PowerMonitor(None).look(0.0)
    assert power == Power()
    assert power.may_start
    assert power.say(Language.ENGLISH) == "The battery is unknown; recording goes on."
    assert power.say(Language.INDONESIAN) == "Keadaan baterai tidak diketahui; perekaman berjalan terus."


def test_the_gauge_is_read_no_more_often_than_needed(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    for tick in range(100):
        assert monitor.look(5.0 + tick * 0.1).state is FINE
    assert gauge.reads == 1
    monitor.look(5.0 + LOOK_S)
    assert gauge.reads == 2


def test_a_battery_that_empties_is_low_and_then_critical(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    seen: list[PowerState] = []
    for step in range(89):
        gauge.told = at(99 - step, -60, 4.1 - step * 0.008)
        power = monitor.look(step * 60.0)
        if not seen or power.state is not seen[-1]:
            seen.append(power.state)
    assert seen == [FINE, LOW]
    gauge.told = at(10.0, -60, 3.4)
    assert monitor.look(5400.0).state is LOW
    assert monitor.look(5400.0 + AGAIN_S - 0.1).state is LOW
    power = monitor.look(5400.0 + AGAIN_S)
    assert power.must_end
    assert power.say(Language.ENGLISH) == (
        "The battery is nearly empty (10 %, 3.40 V): the kit ends now, before it dies by itself."
    )
    assert power.say(Language.INDONESIAN) == (
        "Baterai hampir habis (10 %, 3.40 V): kit berhenti sekarang sebelum mati sendiri."
    )


def test_the_words_of_a_low_battery(gauge: Gauge) -> None:
    gauge.told = at(18)
    power = PowerMonitor(gauge).look(0.0)
    assert power.say(Language.ENGLISH) == (
        "The battery is low (18 %): finish this resident, start no other, connect the mains."
    )
    assert power.say(Language.INDONESIAN) == (
        "Baterai lemah (18 %): selesaikan penduduk ini, jangan mulai yang baru, sambungkan adaptor."
    )
    assert power.say(Language.ENGLISH, PowerPhrase.NOT_STARTED) == (
        "No other resident is started: the battery is low (18 %). Connect the mains."
    )
    assert "baterai lemah (18 %)" in power.say(Language.INDONESIAN, PowerPhrase.NOT_STARTED)


def test_the_words_of_a_sound_battery(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    assert monitor.look(0.0).say(Language.ENGLISH) == "Battery at 80 %, enough for about 420 minutes."
    gauge.told = at(80, None)
    assert monitor.look(20.0).say(Language.INDONESIAN) == "Baterai 80 %."
    gauge.told = at(80, 12)
    assert monitor.look(40.0).say(Language.ENGLISH) == "On mains; battery at 80 %."


def test_a_single_sag_ends_nothing(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    monitor.look(0.0)
    gauge.told = at(80, -10, 3.1)
    assert monitor.look(10.0).state is FINE
    gauge.told = at(80)
    assert monitor.look(12.0).state is FINE
    gauge.told = at(80, -10, 3.1)
    assert monitor.look(30.0).state is FINE
    assert monitor.look(32.0).state is CRITICAL


def test_a_kit_that_starts_with_an_empty_battery_ends_soon(gauge: Gauge) -> None:
    gauge.told = at(3)
    monitor = PowerMonitor(gauge)
    first = monitor.look(0.0)
    assert (first.may_start, first.must_end) == (False, False)
    assert monitor.look(AGAIN_S).must_end


def test_mains_bring_a_critical_kit_back(gauge: Gauge) -> None:
    gauge.told = at(3)
    monitor = PowerMonitor(gauge)
    monitor.look(0.0)
    assert monitor.look(AGAIN_S).must_end
    gauge.told = at(4, 30)
    assert monitor.look(20.0).may_start


def test_a_gauge_that_falls_silent_is_unknown_after_a_while(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    gauge.told = at(18)
    assert monitor.look(0.0).state is LOW
    gauge.told = DeviceAbsent("battery", "nothing answers")
    power = monitor.look(10.0)
    assert (power.state, power.fault) == (LOW, "battery: nothing answers")
    assert monitor.look(HOLD_S).state is LOW
    power = monitor.look(HOLD_S + AGAIN_S)
    assert power == Power(fault="battery: nothing answers")
    assert power.may_start
    assert power.say(Language.ENGLISH) == "The battery is unknown (battery: nothing answers); recording goes on."
    assert power.say(Language.INDONESIAN) == (
        "Keadaan baterai tidak diketahui (battery: nothing answers); perekaman berjalan terus."
    )
    gauge.told = at(80)
    power = monitor.look(HOLD_S + 2 * AGAIN_S)
    assert (power.state, power.fault) == (FINE, "")


def test_a_failed_reading_is_tried_again_soon_but_not_at_every_tick(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    monitor.look(-LOOK_S)
    gauge.told = LinkCorrupt("battery", "0 % at 4.10 V")
    for tick in range(20):
        assert monitor.look(tick * 0.1).state is FINE
    assert gauge.reads == 2
    gauge.told = at(15)
    assert monitor.look(AGAIN_S).state is LOW


def test_a_gauge_that_has_not_answered_yet_is_asked_sooner_and_not_for_ever(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    gauge.told = LinkCorrupt("battery", "0 % at 4.10 V")
    assert not PowerMonitor(None).is_settling
    for number in range(FIRST_TRIES):
        assert monitor.is_settling
        assert monitor.look(number * FIRST_AGAIN_S).state is UNKNOWN
        assert monitor.look((number + 0.9) * FIRST_AGAIN_S).state is UNKNOWN
    assert (gauge.reads, monitor.is_settling) == (FIRST_TRIES, False)
    gauge.told = at(15)
    assert monitor.look(FIRST_TRIES * FIRST_AGAIN_S).state is UNKNOWN
    assert monitor.look(FIRST_TRIES * FIRST_AGAIN_S + AGAIN_S).state is LOW


def test_a_gauge_that_answers_settles(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    gauge.told = DeviceAbsent("battery", "nothing answers")
    monitor.look(0.0)
    gauge.told = at(15)
    assert monitor.look(FIRST_AGAIN_S).state is LOW
    assert not monitor.is_settling


def test_a_gauge_that_repeats_itself_while_the_battery_empties_is_not_believed(gauge: Gauge) -> None:
    monitor = PowerMonitor(gauge)
    states = {monitor.look(float(second)).state for second in range(0, int(FROZEN_S), 5)}
    assert states == {FINE}
    power = monitor.look(FROZEN_S)
    assert power.state is UNKNOWN
    assert "repeats one answer" in power.say(Language.INDONESIAN)
    gauge.told = at(79.9)
    assert monitor.look(FROZEN_S + LOOK_S).state is FINE


@pytest.mark.parametrize("rate", [None, 0.0, 0.5])
def test_a_battery_that_rests_may_stay_where_it_is(gauge: Gauge, rate: float | None) -> None:
    gauge.told = at(80, rate)
    monitor = PowerMonitor(gauge)
    states = {monitor.look(hour * 3600.0).state for hour in range(24)}
    assert UNKNOWN not in states


def test_the_bench_s_battery_is_followed_until_the_kit_ends(tmp_path: Path) -> None:
    ticks = Ticks()
    battery = Battery(23.0, -60.0, ticks)
    chip = fuel_gauge.FuelGauge(battery, [GaugeNack(every=5), GaugeWrongByte(after=40)], ticks)
    ticks.now_s = 2.0
    with I2cLine(tmp_path / "i2c.sock", {fuel_gauge.ADDRESS: chip}, battery):
        gauge = FuelGauge(f"bench:{tmp_path / 'i2c.sock'}")
        monitor = PowerMonitor(gauge.read)
        seen: dict[PowerState, Power] = {}
        while not (power := monitor.look(ticks.now_s)).must_end and ticks.now_s < 3600:
            seen.setdefault(power.state, power)
            ticks.now_s += 1.0
        gauge.close()
    assert list(seen) == [FINE, LOW]
    assert seen[FINE].minutes_left == 12
    assert 19 < (seen[LOW].reading or at(0)).charge_percent <= 20
    assert 9.5 < (power.reading or at(0)).charge_percent <= 10
    assert power.say(Language.INDONESIAN).startswith("Baterai hampir habis (10 %, 3.55 V)")
    assert battery.look().voltage > 3.5


@pytest.mark.parametrize("phrase", PowerPhrase)
def test_every_text_stands_in_both_languages_with_the_same_blanks(phrase: PowerPhrase) -> None:
    blanks = [{part.partition("}")[0] for part in text.split("{")[1:]} for text in phrase.value]
    assert blanks[0] == blanks[1]
    assert len(set(phrase.value)) == 2
