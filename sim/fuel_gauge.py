"""A MAX17048 fuel gauge: its registers as a master reads them, over a battery.

Written from the MAX17048/MAX17049 data sheet (Maxim 19-6171 revision 7, Table 2): words of 16 bits, high byte first,
the address going on from register to register.
"""

import errno
import time
from collections.abc import Callable, Iterable

from sim.battery import Battery, Cell
from sim.errors import NeverAnswers
from sim.gauge_faults import GaugeAbsent, GaugeFault, GaugeFrozen, GaugeHang, GaugeNack, GaugeWrongByte

ADDRESS = 0x36

# The first charge comes this long after power-on (SOC register); until then it reads zero
_FIRST_SOC_S = 1.0
# What stands in the others from power-on: VERSION, HIBRT, CONFIG, VALRT, VRESET/ID, STATUS with its reset indicator
_POWER_ON = {0x08: 0x0012, 0x0A: 0x8030, 0x0C: 0x971C, 0x14: 0x00FF, 0x18: 0x9600, 0x1A: 0x0100}


class FuelGauge:
    """The chip, switched on when it is made, with its faults; `clock` in seconds."""

    def __init__(
        self, battery: Battery, faults: Iterable[object] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._battery = battery
        self._faults = [fault for fault in faults if isinstance(fault, GaugeFault)]
        self._clock = clock
        self._powered = clock()
        self._transactions = 0
        self._frozen: Cell | None = None

    def read(self, register: int, length: int) -> bytes:
        """Answer a read from a register on. Raises NeverAnswers, or OSError(EREMOTEIO) for no acknowledgement."""
        number, self._transactions = self._transactions, self._transactions + 1
        under_way = [fault for fault in self._faults if fault.is_on(number)]
        for fault in under_way:
            if isinstance(fault, GaugeHang):
                raise NeverAnswers
            if isinstance(fault, GaugeAbsent) or (isinstance(fault, GaugeNack) and not (number + 1) % fault.every):
                raise OSError(errno.EREMOTEIO, "no acknowledgement")
        cell = self._measure(is_frozen=any(isinstance(fault, GaugeFrozen) for fault in under_way))
        first = register & ~1
        words = b"".join(self._word(first + step, cell) for step in range(0, length + 1, 2))
        answer = bytearray(words[register - first :][:length])
        for fault in under_way:
            if isinstance(fault, GaugeWrongByte) and fault.offset < length:
                answer[fault.offset] ^= fault.mask
        return bytes(answer)

    def _measure(self, *, is_frozen: bool) -> Cell:
        if not is_frozen or self._frozen is None:
            self._frozen = self._battery.look()
        return self._frozen

    def _word(self, register: int, cell: Cell) -> bytes:
        match register:
            case 0x02:
                value = round(cell.voltage / 78.125e-6)
            case 0x04:
                value = round(cell.charge * 256) if self._clock() - self._powered >= _FIRST_SOC_S else 0
            case 0x16:
                value = round(cell.rate / 0.208)
            case _:
                value = _POWER_ON.get(register, 0)
        return (value & 0xFFFF).to_bytes(2, "big")
