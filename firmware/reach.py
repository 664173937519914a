"""How the way to the broker stands, in the words that are told of it."""

from enum import Enum

from firmware.broker_words import BrokerPhrase


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
