"""How long the kit may still work, judged by its battery."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from firmware.errors import DeviceError
from firmware.power_words import PowerPhrase
from firmware.vocabulary import Language

_log = logging.getLogger(__name__)

LOOK_S = 10.0
"""From one reading to the next."""

AGAIN_S = 2.0
"""The same after a reading that failed, or that needs a second one to be believed."""

FIRST_TRIES, FIRST_AGAIN_S = 6, 0.5
"""So often, and so soon, a gauge is asked that never answered: one just connected tells its charge after a second."""

HOLD_S = 120.0
"""So long the last reading stands for a gauge that has fallen silent."""

FROZEN_S = 600.0
"""A battery that empties by 1 % an hour moves a MAX17048's charge by 42 steps in that time: one that stays is stuck."""

_MOVING = 0.5
"""Percent an hour, two and a half steps of the gauge: below that nobody can tell which way the charge goes."""
_EMPTYING = -1.0
_FULL_PERCENT = 95.0
_HYSTERESIS_PERCENT, _HYSTERESIS_V = 3.0, 0.1


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """What a fuel gauge says: volts of one cell, percent of its charge, percent an hour (below 0: it empties).

    rate_percent_per_h: None where the gauge does not tell.
    """

    voltage_v: float
    charge_percent: float
    rate_percent_per_h: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """When a battery is low or critical: percent of charge, and volts of one cell that are critical at any charge."""

    low_percent: float = 20.0
    critical_percent: float = 10.0
    critical_v: float = 3.2


class PowerState(Enum):
    """What a kit may do: all it likes (UNKNOWN, MAINS, FINE), finish its resident (LOW), or end now (CRITICAL)."""

    UNKNOWN = "unknown"
    MAINS = "mains"
    FINE = "fine"
    LOW = "low"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Power:
    """The power of a kit at one moment. fault: why the gauge cannot be read, or nothing."""

    state: PowerState = PowerState.UNKNOWN
    reading: BatteryReading | None = None
    minutes_left: int | None = None
    fault: str = ""

    @property
    def may_start(self) -> bool:
        """Whether another resident may be started."""
        return self.state not in (PowerState.LOW, PowerState.CRITICAL)

    @property
    def must_end(self) -> bool:
        """Whether the kit has to end, whatever is under way."""
        return self.state is PowerState.CRITICAL

    def say(self, language: Language, phrase: PowerPhrase | None = None) -> str:
        """Tell it, by the phrase of its state or by another one, such as NOT_STARTED."""
        values = {"fault": self.fault, "minutes": self.minutes_left, "charge": "?", "voltage": "?"}
        if self.reading:
            values["charge"] = f"{self.reading.charge_percent:.0f}"
            values["voltage"] = f"{self.reading.voltage_v:.2f}"
        return (phrase or self._phrase()).say(language, **values)

    def _phrase(self) -> PowerPhrase:
        if self.state is PowerState.UNKNOWN and self.fault:
            return PowerPhrase.UNKNOWN_WHY
        if self.state is PowerState.FINE and self.minutes_left is not None:
            return PowerPhrase.FINE_FOR
        return PowerPhrase[self.state.name]


def judge(before: PowerState, reading: BatteryReading, limits: Limits) -> PowerState:
    """What a reading means after a state; leaving LOW or CRITICAL takes a little more charge than entering it.

    Volts decide first: the converter behind the cell gives up by volts, whatever its charge is said to be. A battery
    that is charged is on mains; so is a full one that does not empty.
    """
    was_critical, was_low = before is PowerState.CRITICAL, before in (PowerState.LOW, PowerState.CRITICAL)
    charge, rate = reading.charge_percent, reading.rate_percent_per_h
    if reading.voltage_v <= limits.critical_v + was_critical * _HYSTERESIS_V:
        return PowerState.CRITICAL
    if rate is not None and (rate >= _MOVING or (rate > -_MOVING and charge >= _FULL_PERCENT)):
        return PowerState.MAINS
    if charge <= limits.critical_percent + was_critical * _HYSTERESIS_PERCENT:
        return PowerState.CRITICAL
    return PowerState.LOW if charge <= limits.low_percent + was_low * _HYSTERESIS_PERCENT else PowerState.FINE


def minutes_left(reading: BatteryReading, limits: Limits) -> int | None:
    """Until the battery is critical, at the rate of this moment; None where it does not empty, or does not tell."""
    rate = reading.rate_percent_per_h
    if rate is None or rate > -_MOVING:
        return None
    return max(0, int((reading.charge_percent - limits.critical_percent) / -rate * 60))


class PowerMonitor:
    """Looks at the battery now and then; a kit without a gauge (`read` is None) is UNKNOWN and works on.

    read: one reading; raises DeviceError.
    """

    def __init__(self, read: Callable[[], BatteryReading] | None, limits: Limits | None = None) -> None:
        self._read = read
        self._limits = limits or Limits()
        self._power = Power()
        self._next_s = float("-inf")
        self._read_s = float("-inf")
        self._moved_s = float("-inf")
        self._is_warned = False
        self._failures = 0

    @property
    def is_settling(self) -> bool:
        """Whether there is a gauge that has not answered yet, and has not failed so often that nobody waits for it."""
        return self._read is not None and self._read_s == float("-inf") and self._failures < FIRST_TRIES

    def look(self, now_s: float) -> Power:
        """The power as last judged; reads the gauge when it is time to. now_s: monotonic seconds.

        CRITICAL takes two readings in a row, two seconds apart.
        """
        if self._read is None or now_s < self._next_s:
            return self._power
        try:
            reading = self._read()
        except DeviceError as error:
            self._lose(str(error), now_s)
        else:
            self._take(reading, now_s)
        return self._power

    def _take(self, reading: BatteryReading, now_s: float) -> None:
        if reading != self._power.reading:
            self._moved_s = now_s
        self._read_s, self._next_s = now_s, now_s + LOOK_S
        if (reading.rate_percent_per_h or 0.0) <= _EMPTYING and now_s - self._moved_s >= FROZEN_S:
            fault = "battery: the gauge repeats one answer; switch the kit off, take the battery out and put it back"
            self._power = Power(PowerState.UNKNOWN, reading, None, fault)
            return
        before = self._power.state
        state = judge(before, reading, self._limits)
        if state is PowerState.CRITICAL and before is not PowerState.CRITICAL and not self._is_warned:
            # Of a kit that has just been switched on nothing better is known: it starts nobody meanwhile
            state = PowerState.LOW if before is PowerState.UNKNOWN else before
            self._is_warned, self._next_s = True, now_s + AGAIN_S
        else:
            self._is_warned = False
        if state is not before:
            _log.info("power: %s, %s", state.value, reading)
        self._power = Power(state, reading, minutes_left(reading, self._limits))

    def _lose(self, fault: str, now_s: float) -> None:
        self._failures += 1
        self._next_s = now_s + (FIRST_AGAIN_S if self.is_settling else AGAIN_S)
        if not self._power.fault:
            _log.warning("power: %s", fault)
        if now_s - self._read_s > HOLD_S:
            self._power = Power(fault=fault)
        else:
            self._power = replace(self._power, fault=fault)
