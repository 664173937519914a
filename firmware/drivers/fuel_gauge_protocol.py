"""Registers of the MAX17048 fuel gauge into volts, percent and percent an hour.

Source: MAX17048/MAX17049 data sheet, Maxim Integrated 19-6171 revision 7, Table 2 (register summary) and the section of
each register; MAX17043/MAX17044 data sheet, p. 8. A register is 16 bits, the high byte first on the wire; two's
complement where a sign is. The MAX17043's 12-bit voltage of 1.25 mV stands in the upper bits, so it reads alike; it has
no CRATE. All are at address 0x36.
"""

import math
from typing import Final

from firmware.power import BatteryReading

ADDRESS: Final = 0x36
"""The only address that the family has: 0x6C on the wire with the write bit."""

VCELL: Final = 0x02
SOC: Final = 0x04
VERSION: Final = 0x08
CRATE: Final = 0x16

_VOLTAGE_LSB_V = 78.125e-6
_CHARGE_LSB_PERCENT = 1 / 256
_RATE_LSB_PERCENT_PER_H = 0.208

LEAST_V, MOST_V = 2.5, 4.5
"""The range in which the chip works (VDD, electrical characteristics): beyond it the answer is none."""

_EMPTY_V = 3.4
"""A cell at 0 % rests below that; only one that is being charged has more."""

_MOST_PERCENT = 110.0
_MOST_RATE = 400.0
"""Four times its capacity an hour: no cell of a kit is charged or emptied so fast."""


def has_rate(version: bytes) -> bool:
    """Whether a chip of this VERSION has CRATE: 0x001_ is the MAX17048/MAX17049."""
    return _unsigned(version) & 0xFFF0 == 0x0010


def reading(vcell: bytes, soc: bytes, crate: bytes | None) -> BatteryReading:
    """Decode the three registers, two bytes each as they come; crate: None where the chip has none."""
    rate = None if crate is None else int.from_bytes(crate, "big", signed=True) * _RATE_LSB_PERCENT_PER_H
    return BatteryReading(_unsigned(vcell) * _VOLTAGE_LSB_V, _unsigned(soc) * _CHARGE_LSB_PERCENT, rate)


def doubt(told: BatteryReading) -> str:
    """Why a reading cannot be; an empty text when it can.

    Charge and volts of a lithium cell hang together: one at 4.0 V is never empty, even while it is charged, nor is one
    at 3.3 V more than 60 % full, even under load. A gauge says nothing but 0 % for a second after it was switched on.
    """
    if not LEAST_V <= told.voltage_v <= MOST_V:
        return f"{told.voltage_v:.2f} V is not the voltage of one lithium cell"
    if told.charge_percent > _MOST_PERCENT:
        return f"a charge of {told.charge_percent:.0f} %"
    is_unsaid = told.charge_percent == 0.0 and told.voltage_v > _EMPTY_V and (told.rate_percent_per_h or 0.0) <= 0.0
    if is_unsaid or (told.voltage_v >= 4.0 and told.charge_percent < 5.0):
        return f"{told.charge_percent:.0f} % at {told.voltage_v:.2f} V"
    if told.voltage_v <= 3.3 and told.charge_percent > 60.0:
        return f"{told.charge_percent:.0f} % at {told.voltage_v:.2f} V"
    if abs(told.rate_percent_per_h or 0.0) > _MOST_RATE:
        return f"a rate of {told.rate_percent_per_h:.0f} % an hour"
    return ""


def agree(first: BatteryReading, second: BatteryReading) -> bool:
    """Whether two readings in a row tell the same: a wrong byte does not come twice."""
    return (
        math.isclose(first.voltage_v, second.voltage_v, abs_tol=0.05)
        and math.isclose(first.charge_percent, second.charge_percent, abs_tol=0.5)
        and math.isclose(first.rate_percent_per_h or 0.0, second.rate_percent_per_h or 0.0, abs_tol=5.0)
    )


def _unsigned(register: bytes) -> int:
    return int.from_bytes(register, "big")
