"""The fault of a sensor that is not the one that was there before."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherSensor:
    """Another sensor of the same model is plugged in: it says this `serial` of itself, where it says one at all."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["another_sensor"] = "another_sensor"
    serial: Annotated[str, Field(pattern="^[0-9A-Za-z]{1,8}$")] = "00000043"
