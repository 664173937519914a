"""How the two ways to the broker stand, in the words that are told of them."""

from dataclasses import dataclass
from enum import Enum

from firmware.broker_words import BrokerPhrase, NodePhrase


class Reach(Enum):
    """How the way to the broker stands; the value is how it is told. Beyond the first four it is somebody's to mend."""

    NO_BROKER = BrokerPhrase.NO_BROKER
    PUBLISHED = BrokerPhrase.PUBLISHED
    REACHED = BrokerPhrase.REACHED
    AWAY = BrokerPhrase.AWAY
    UNADMITTED = BrokerPhrase.UNADMITTED
    UNUSABLE = BrokerPhrase.UNUSABLE
    HUNG_UP = BrokerPhrase.HUNG_UP
    FOREIGN = BrokerPhrase.FOREIGN
    OTHER_NAME = BrokerPhrase.OTHER_NAME
    ENDED = BrokerPhrase.ENDED
    REFUSED = BrokerPhrase.REFUSED
    LOGIN = BrokerPhrase.LOGIN
    UNHEARD = BrokerPhrase.UNHEARD

    @property
    def is_well(self) -> bool:
        """Whether the broker has the status, or none is wanted."""
        return self in (Reach.NO_BROKER, Reach.PUBLISHED, Reach.REACHED)


class NodeReach(Enum):
    """How the kit stands as a node of the fleet; the value is how it is told. After AWAY it is to be mended."""

    NO_NODE = NodePhrase.NO_NODE
    WELL = NodePhrase.WELL
    AWAY = NodePhrase.AWAY
    DEAF = NodePhrase.DEAF
    HOSTLESS = NodePhrase.HOSTLESS
    UNKEPT = NodePhrase.UNKEPT

    @property
    def is_well(self) -> bool:
        """Whether the node hears what it needs to, or none is wanted."""
        return self in (NodeReach.NO_NODE, NodeReach.WELL)


@dataclass(frozen=True, slots=True)
class NodeLook:
    """The same, with the host that the node waits for, the reports that wait, and why they cannot be kept."""

    reach: NodeReach
    host: str = ""
    waiting: int = 0
    words: str = ""
