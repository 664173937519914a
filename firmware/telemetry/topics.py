"""The convention's topics (Sparkplug B 3.0, chapter 4): who speaks of what to whom."""

from dataclasses import dataclass
from enum import Enum

from firmware.errors import MessageError

NAMESPACE = "spBv1.0"
_STATE = "STATE"


class Verb(Enum):
    """What a message of a node (N) or of one of its devices (D) is."""

    NBIRTH = "NBIRTH"
    NDEATH = "NDEATH"
    NDATA = "NDATA"
    NCMD = "NCMD"
    DBIRTH = "DBIRTH"
    DDEATH = "DDEATH"
    DDATA = "DDATA"
    DCMD = "DCMD"

    @property
    def is_of_device(self) -> bool:
        """Whether its topic ends with a device's name."""
        return self.value.startswith("D")


@dataclass(frozen=True, slots=True)
class Node:
    """A kit in its group. Raises MessageError for names that no topic can hold."""

    group: str
    name: str

    def __post_init__(self) -> None:
        for part in (self.group, self.name):
            checked(part)

    def topic(self, verb: Verb, device: str = "") -> str:
        """Where a message of this kind stands; `device` for those of a device, and for no others."""
        if verb.is_of_device != bool(device):
            raise MessageError(f"{verb.value}: {'names a device' if verb.is_of_device else 'names no device'}")
        parts = [NAMESPACE, self.group, verb.value, self.name]
        return "/".join([*parts, checked(device)] if device else parts)


@dataclass(frozen=True, slots=True)
class Address:
    """What a topic says: the node, the kind of message, and the device that it is of, if any."""

    node: Node
    verb: Verb
    device: str = ""


def state_topic(host: str) -> str:
    """Where a host says whether it is there."""
    return f"{NAMESPACE}/{_STATE}/{checked(host)}"


def read(topic: str) -> Address | None:
    """What a topic of a node or device says; None for anything else, a host's too."""
    parts = topic.split("/")
    if len(parts) not in (4, 5) or parts[0] != NAMESPACE:
        return None
    verb = next((one for one in Verb if one.value == parts[2]), None)
    if verb is None or verb.is_of_device != (len(parts) == 5) or not all(parts):
        return None
    return Address(Node(parts[1], parts[3]), verb, parts[4] if verb.is_of_device else "")


def checked(name: str) -> str:
    """The name of a group, node, device or host, if a topic can hold it. Raises MessageError."""
    if not name or set(name) & set("+/#\0"):
        raise MessageError(f"{name!r}: no name for a topic; write one without + / #")
    return name
