"""What a sensor's command is: parameters in, an answer out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sim.instructions import Confirmation, Instruction


@dataclass(frozen=True, slots=True)
class Answer:
    """The confirmation code, what follows it in the acknowledgement, and what is uploaded in data packets after it."""

    code: int = Confirmation.OK
    parameters: bytes = b""
    upload: bytes = b""


OK = Answer()


@dataclass(frozen=True, slots=True)
class Command:
    """One instruction: how many bytes of parameters it takes and what it does with them."""

    length: int
    run: Callable[[bytes], Answer]


Commands = Mapping[Instruction, Command]


def number(data: bytes) -> int:
    """A big-endian number."""
    return int.from_bytes(data, "big")
