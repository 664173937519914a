"""Faults of the panel's buttons, and the one of a sensor that only the panel's supply switch heals."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

Button = Literal["accept", "repeat", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckButton:
    """The button's contact is closed from the start, and stays so."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["stuck_button"] = "stuck_button"
    button: Button = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class BouncingButton:
    """The contact opens and closes `count` more times, `seconds` each, whenever it is pressed or let go."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["bouncing_button"] = "bouncing_button"
    button: Button = "accept"
    count: Annotated[int, Field(ge=1, le=100)] = 5
    seconds: Annotated[float, Field(gt=0, le=1)] = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class FloatingWire:
    """The wire to the button is broken: presses are lost, and what it picks up pulses for `seconds` every `every_s`."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["floating_wire"] = "floating_wire"
    button: Button = "accept"
    every_s: Annotated[float, Field(gt=0, le=60)] = 0.05
    seconds: Annotated[float, Field(gt=0, le=1)] = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The sensor answers `after` commands and then none, until its supply was off."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["frozen"] = "frozen"
    after: Annotated[int, Field(ge=0)] = 0


ButtonFault = StuckButton | BouncingButton | FloatingWire
PanelFault = ButtonFault | Frozen
