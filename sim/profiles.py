"""The models of the sensor family that the simulator can be."""

from dataclasses import dataclass, field, replace

from sim.instructions import Instruction


@dataclass(frozen=True, slots=True)
class Profile:
    """One model: its glass in pixels, its memory, what it says of itself and what it does not know."""

    name: str
    width: int
    height: int
    capacity: int
    template_size: int
    system_id: int
    baud_numbers: frozenset[int]
    unknown: frozenset[Instruction] = field(default_factory=frozenset)
    at_power_on: bytes = b""
    batch: bytes = b""
    sensor: bytes = b""
    serial: bytes = b"00000042"


_OLDER = frozenset({Instruction.ReadProdInfo, Instruction.AuraLed})

ZFM20 = Profile(
    "ZFM-20",
    width=256,
    height=288,
    capacity=1000,
    template_size=512,
    system_id=0x0009,
    baud_numbers=frozenset(range(1, 13)),
    unknown=_OLDER,
)
# The R308's data sheet has no ReadSysPara (pyfingerprint issue 44, FPM issue 15)
R308 = replace(ZFM20, name="R308", capacity=500, unknown=_OLDER | {Instruction.ReadSysPara})
R503 = Profile(
    "R503",
    width=192,
    height=192,
    capacity=200,
    template_size=1536,
    system_id=0x0000,
    baud_numbers=frozenset({1, 2, 4, 6, 12}),
    unknown=frozenset({Instruction.LedOn, Instruction.LedOff, Instruction.GetEcho, Instruction.PortControl}),
    at_power_on=b"\x55",
    batch=b"2021",
    sensor=b"FPS192",
)
PROFILES = {"zfm20": ZFM20, "r308": R308, "r503": R503}
