"""Faults of the battery's gauge as values, read from the same file as the others.

kind                  what happens
gauge_absent          nothing answers at its address
gauge_nack            every `every`-th transaction is not acknowledged
gauge_frozen          its registers stay as they were
gauge_hang            a transaction is never answered, and the call that asked does not return
gauge_wrong_byte      the byte at `offset` of the answer has the bits of `mask` flipped

All begin after the first `after` transactions and last for `times` of them, 0 being for ever; that is the default but
for gauge_wrong_byte, which happens once.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeFault:
    """What all of them share."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    after: Count = 0
    times: Count = 0

    def is_on(self, transaction: int) -> bool:
        """Whether it is under way at this transaction, the first being 0."""
        return self.after <= transaction and (not self.times or transaction < self.after + self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeAbsent(GaugeFault):
    """The gauge is not there."""

    kind: Literal["gauge_absent"] = "gauge_absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeNack(GaugeFault):
    """The gauge does not acknowledge, now and then."""

    kind: Literal["gauge_nack"] = "gauge_nack"
    every: Annotated[int, Field(ge=1)] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeFrozen(GaugeFault):
    """The gauge measures no more."""

    kind: Literal["gauge_frozen"] = "gauge_frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeHang(GaugeFault):
    """The bus stands still in the middle of a transaction."""

    kind: Literal["gauge_hang"] = "gauge_hang"


@dataclass(frozen=True, slots=True, kw_only=True)
class GaugeWrongByte(GaugeFault):
    """A byte arrives wrong."""

    kind: Literal["gauge_wrong_byte"] = "gauge_wrong_byte"
    offset: Count = 0
    mask: Annotated[int, Field(ge=1, le=255)] = 0x40
    times: Count = 1
