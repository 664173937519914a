"""Faults as values: what may go wrong with the sensor, its wire and the finger, read from a TOML file.

A file holds a table `[[fault]]` for each, with its `kind` and fields; a field that is left out has the default below::

    [[fault]]
    kind = "drop"           # bytes that the sensor sent are lost on the wire
    command = "UpImage"
    offset = 5000

drop                  `count` bytes of an answer are lost at `offset`; with `probability`, each byte is lost by chance
corrupt               the byte at `offset` arrives with the bits of `mask` flipped; with `probability`, each by chance
delay                 the answer pauses for `seconds` before the byte at `offset`
silence               the command is heard but never answered
truncate              the answer ends after `offset` bytes
duplicate             the acknowledgement is sent twice
stray                 the bytes `line` (hexadecimal) are on the line when a program opens the port, as a glitch
unplug                the port vanishes after `offset` bytes of the answer and is back, the sensor anew, after `seconds`
lose_first_command    the first command after a program has opened the port is not heard
wrong_baud            the sensor was left at the speed `baud`
wrong_password        the sensor was left with the password `password`
another_sensor        another sensor of the same model is there, whose serial number is `serial`
unknown_command       the sensor does not know `command` (left out: ReadSysPara)
sleepy                at the command the sensor has fallen asleep and first wants its password (0x21)
sensor_fault          the command fails with the confirmation `code`
no_finger             the resident puts no finger on the glass for the first `asks` asks; 0: never
poor_prints           the first `impressions` of every finger are smeared and partial
frozen                the sensor answers `after` commands and then none, until its supply was off
stuck_button          the `button` of the panel (accept, repeat, skip) is down from the start
bouncing_button       the contact of the `button` opens and closes `count` times more, `seconds` each
floating_wire         the wire of the `button` is broken: presses are lost, and it pulses for `seconds` every `every_s`

`command` names the instruction whose answer is meant ("UpImage", "GenImg", ...; left out: any). Offsets count from the
first byte of the answer, its acknowledgement included. `times` says how often it happens, 0 being always: by default
once, and always for sensor_fault; from wrong_baud on only sleepy and sensor_fault have it. `sim.gauge_faults` has more.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from sim.errors import SimulationError
from sim.gauge_faults import GaugeAbsent, GaugeFrozen, GaugeHang, GaugeNack, GaugeWrongByte
from sim.instructions import Instruction
from sim.panel_faults import BouncingButton, FloatingWire, Frozen, StuckButton
from sim.sensor_faults import AnotherSensor


def _instruction(value: Any) -> Any:
    if isinstance(value, str):
        if value not in Instruction.__members__:
            raise ValueError(f"no such command; use one of {', '.join(Instruction.__members__)}")
        return Instruction[value]
    return value


def _bytes(value: Any) -> Any:
    return bytes.fromhex(value) if isinstance(value, str) else value


Command = Annotated[Instruction, BeforeValidator(_instruction)]
Count = Annotated[int, Field(ge=0)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
Probability = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What all faults share; see the module's docstring for each kind."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    times: Count = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFault(Fault):
    """A fault of the answer to a command."""

    command: Command | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop(AnswerFault):
    """Bytes are lost on their way."""

    kind: Literal["drop"] = "drop"
    offset: Count = 0
    count: Annotated[int, Field(ge=1)] = 1
    probability: Probability = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrupt(AnswerFault):
    """Bits are flipped on their way."""

    kind: Literal["corrupt"] = "corrupt"
    offset: Count = 0
    mask: Annotated[int, Field(ge=1, le=255)] = 0x10
    probability: Probability = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay(AnswerFault):
    """The answer pauses."""

    kind: Literal["delay"] = "delay"
    offset: Count = 0
    seconds: Seconds = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(AnswerFault):
    """The command is not answered."""

    kind: Literal["silence"] = "silence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncate(AnswerFault):
    """The answer ends early."""

    kind: Literal["truncate"] = "truncate"
    offset: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate(AnswerFault):
    """The acknowledgement comes twice."""

    kind: Literal["duplicate"] = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray(Fault):
    """Bytes that nobody sent."""

    kind: Literal["stray"] = "stray"
    line: Annotated[bytes, BeforeValidator(_bytes)] = b"\x00\x55"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplug(AnswerFault):
    """The plug is pulled and put back."""

    kind: Literal["unplug"] = "unplug"
    offset: Count = 0
    seconds: Seconds = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseFirstCommand(Fault):
    """The first command is not heard."""

    kind: Literal["lose_first_command"] = "lose_first_command"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongBaud:
    """The sensor was left at another speed."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["wrong_baud"] = "wrong_baud"
    baud: Annotated[int, Field(ge=9600, le=115200, multiple_of=9600)] = 115200


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPassword:
    """The sensor was left with a password."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["wrong_password"] = "wrong_password"
    password: Annotated[int, Field(ge=0, le=0xFFFFFFFF)] = 0x12345678


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """The sensor does not know a command that others of its family know."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["unknown_command"] = "unknown_command"
    command: Command = Instruction.ReadSysPara


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleepy(Fault):
    """The sensor wants its password again."""

    kind: Literal["sleepy"] = "sleepy"
    command: Command | None = Instruction.GenImg


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorFault(Fault):
    """The sensor fails."""

    kind: Literal["sensor_fault"] = "sensor_fault"
    command: Command | None = Instruction.GenImg
    code: Annotated[int, Field(ge=0, le=255)] = 0x03
    times: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFinger:
    """The resident does not put the finger there."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["no_finger"] = "no_finger"
    asks: Count = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PoorPrints:
    """The first impressions are poor."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Literal["poor_prints"] = "poor_prints"
    impressions: Annotated[int, Field(ge=1)] = 1


AnyFault = (
    Drop | Corrupt | Delay | Silence | Truncate | Duplicate | Stray | Unplug | LoseFirstCommand | WrongBaud
    | WrongPassword | AnotherSensor | UnknownCommand | Sleepy | SensorFault | NoFinger | PoorPrints | GaugeHang
    | GaugeAbsent | GaugeNack | GaugeFrozen | GaugeWrongByte | Frozen | StuckButton | BouncingButton | FloatingWire
)  # fmt: skip
_FAULTS: TypeAdapter[tuple[AnyFault, ...]] = TypeAdapter(tuple[Annotated[AnyFault, Field(discriminator="kind")], ...])


def load(path: Path) -> tuple[AnyFault, ...]:
    """Read a file of faults. Raises SimulationError that names the file and each key that is wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SimulationError(f"{path}: no such file of faults") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SimulationError(f"{path}: cannot be read as TOML ({error})") from error
    if unknown := set(values) - {"fault"}:
        raise SimulationError(f"{path}: {', '.join(sorted(unknown))}: no such key; a fault is a table [[fault]]")
    try:
        return _FAULTS.validate_python(values.get("fault", []))
    except ValidationError as error:
        lines = [f"  fault.{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise SimulationError("\n".join([f"{path}: {len(lines)} fault(s) need a correction:", *lines])) from error
